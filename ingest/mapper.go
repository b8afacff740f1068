package ingest

import "bytes"

// mapper turns the record that its walker has read into an event. Its node numbers index
// walker.nodes; 0, the record itself, stands for "no such member".
type mapper struct {
	walker
	arena     arena
	scratch   []byte // a name with escapes
	canonical []byte // the record that is hashed
	unmasked  []byte // the record with its tokens, if it has any: the walker has a masked copy
}

// pick finds the members of object n by name: out's i-th entry becomes the member with the
// i-th name. Of members with the same name the last one counts, as with encoding/json;
// the others are dropped from details. With fold, a name may differ in case, but one that
// does not wins.
func (m *mapper) pick(n int32, known *names, fold bool, out []int32) {
	out = out[:len(known.all)]
	clear(out)
	if m.nodes[n].kind != kindObject {
		return
	}
	for c := n + 1; c < m.nodes[n].next; c = m.nodes[c].next {
		key := m.key(c)
		i := known.exact(key)
		folded := false
		if i < 0 && fold {
			i = known.fold(key)
			folded = i >= 0
		}
		if i < 0 {
			continue
		}
		old := out[i]
		if folded && old > 0 && m.nodes[old].flags&flagRenamed == 0 {
			continue // an exact name came before
		}
		nd := &m.nodes[c]
		nd.field = uint8(i) //nolint:gosec // few names
		nd.flags |= flagKnown
		if folded {
			nd.flags |= flagRenamed
		}
		if old > 0 {
			m.retire(old, folded)
		}
		out[i] = c
	}
}

// retire takes the name's place from a member: a duplicate goes, one that was only like the
// name stays under its own.
func (m *mapper) retire(old int32, folded bool) {
	nd := &m.nodes[old]
	if nd.flags&flagRenamed != 0 && !folded {
		nd.flags &^= flagRenamed | flagKnown
		return
	}
	nd.flags |= flagDropped
}

// key returns a member's name.
func (m *mapper) key(n int32) []byte {
	nd := &m.nodes[n]
	key := m.b[nd.key:nd.keyEnd]
	if nd.flags&flagKeyEscaped == 0 {
		return key
	}
	m.scratch = unescape(m.scratch[:0], key)
	return m.scratch
}

// top returns the member of the record with this name.
func (m *mapper) top(name string) int32 {
	return m.named(0, name)
}

// member returns the member of object n with this name; of nothing it is nothing.
func (m *mapper) member(n int32, name string) int32 {
	if n == 0 {
		return 0
	}
	return m.named(n, name)
}

func (m *mapper) named(n int32, name string) int32 {
	if m.nodes[n].kind != kindObject {
		return 0
	}
	found := int32(0)
	for c := n + 1; c < m.nodes[n].next; c = m.nodes[c].next {
		if string(m.key(c)) == name {
			found = c
		}
	}
	return found
}

// path follows names from object n; 0 if one of them is missing.
func (m *mapper) path(n int32, names ...string) int32 {
	for _, name := range names {
		if n = m.member(n, name); n == 0 {
			return 0
		}
	}
	return n
}

// first returns the first element of array n, n itself if it is no array.
func (m *mapper) first(n int32) int32 {
	if n == 0 || m.nodes[n].kind != kindArray {
		return n
	}
	if m.nodes[n].next == n+1 {
		return 0
	}
	return n + 1
}

// raw returns the bytes of a value as they stand.
func (m *mapper) raw(n int32) []byte {
	return m.b[m.nodes[n].val:m.nodes[n].end]
}

// text returns a scalar as text: a string's content, a number's or boolean's spelling. ""
// stands for null, objects, arrays and what is not there.
func (m *mapper) text(n int32) string {
	if n == 0 {
		return ""
	}
	nd := &m.nodes[n]
	switch nd.kind {
	case kindString:
		b := m.b[nd.val+1 : nd.end-1]
		if nd.flags&flagEscaped != 0 {
			return m.arena.unescaped(b)
		}
		return alias(b)
	case kindNumber:
		return alias(m.raw(n))
	case kindTrue:
		return "true"
	case kindFalse:
		return "false"
	}
	return ""
}

// is tells whether the value is this string.
func (m *mapper) is(n int32, s string) bool {
	return n > 0 && m.nodes[n].kind == kindString && m.text(n) == s
}

// isString tells a string that is not empty.
func (m *mapper) isString(n int32) bool {
	return n > 0 && m.nodes[n].kind == kindString && m.nodes[n].end-m.nodes[n].val > 2
}

// isScalar tells what text can stand for.
func (m *mapper) isScalar(n int32) bool {
	return n > 0 && m.nodes[n].kind < kindArray
}

// move returns the text of a scalar that becomes a column and drops it from details.
func (m *mapper) move(n int32) string {
	if !m.isScalar(n) {
		return ""
	}
	m.drop(n)
	return m.text(n)
}

// drop leaves a member out of details. Objects around it that are members themselves must
// be marked with edit.
func (m *mapper) drop(n int32) {
	if n > 0 {
		m.nodes[n].flags |= flagDropped
	}
}

// edit marks an object some of whose members are dropped.
func (m *mapper) edit(n int32) {
	if n > 0 {
		m.nodes[n].flags |= flagEdited
	}
}

// isBool reads a boolean that may be spelled as a string: 1, 0 or -1 for neither.
func (m *mapper) isBool(n int32) int8 {
	if n == 0 {
		return -1
	}
	switch m.nodes[n].kind {
	case kindTrue:
		return 1
	case kindFalse:
		return 0
	case kindString:
		b := m.raw(n)
		switch {
		case bytes.EqualFold(b, []byte(`"true"`)):
			return 1
		case bytes.EqualFold(b, []byte(`"false"`)):
			return 0
		}
	}
	return -1
}
