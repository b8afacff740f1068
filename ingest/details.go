package ingest

import "bytes"

// details returns the record as JSON without what was dropped and without null members.
// Values are copied as they stand in the log, numbers digit by digit, except that secrets
// are redacted, white space between tokens goes (the same event has the same details,
// pretty-printed or not) and an unpaired surrogate, which is no text, becomes U+FFFD.
// known are the names that were picked from the record: they are spelled as documented.
func (m *mapper) details(known *names) string {
	a := &m.arena
	size := int(m.nodes[0].end-m.nodes[0].val) + 16
	a.room(size + len(m.secrets)*(len(redacted)+2))
	mark := len(a.buf)
	a.buf = m.appendObject(a.buf, 0, known)
	if len(a.buf)-mark == len("{}") {
		a.buf = a.buf[:mark]
		return ""
	}
	return a.since(mark)
}

// appendObject writes an object member by member. An edited object that lost all of its
// members goes with them.
func (m *mapper) appendObject(dst []byte, n int32, known *names) []byte {
	dst = append(dst, '{')
	start := len(dst)
	verbatim := !m.blank && !m.lone && len(m.secrets) == 0
	for c := n + 1; c < m.nodes[n].next; c = m.nodes[c].next {
		nd := &m.nodes[c]
		if m.leftOut(n, c) {
			continue
		}
		mark := len(dst)
		if mark > start {
			dst = append(dst, ',')
		}
		if verbatim && nd.flags&(flagEdited|flagRenamed) == 0 {
			dst = append(dst, m.b[nd.key-1:nd.end]...)
			continue
		}
		name := m.b[nd.key-1 : nd.keyEnd+1]
		if n == 0 && nd.flags&flagRenamed != 0 {
			name = known.quoted[nd.field]
		}
		dst = append(m.appendTidy(dst, name), ':')
		if nd.flags&flagEdited == 0 {
			dst = m.appendRaw(dst, span{nd.val, nd.end})
			continue
		}
		before := len(dst)
		if dst = m.appendObject(dst, c, nil); len(dst)-before == len("{}") {
			dst = dst[:mark]
		}
	}
	return append(dst, '}')
}

// leftOut tells the members that details do not have.
func (m *mapper) leftOut(n, c int32) bool {
	nd := &m.nodes[c]
	return nd.flags&flagDropped != 0 || nd.kind == kindNull ||
		n == 0 && nd.flags&flagKnown == 0 && m.later(c)
}

// later tells whether the record has a member of the same name behind c, which then counts.
// Only names that pick does not know are asked; one with a thousand of them is no log and
// keeps them. Objects further down are copied as they stand.
func (m *mapper) later(c int32) bool {
	name := m.b[m.nodes[c].key:m.nodes[c].keyEnd]
	tries := 0
	for d := m.nodes[c].next; d < m.nodes[0].next && tries < 1000; d = m.nodes[d].next {
		other := &m.nodes[d]
		if bytes.Equal(m.b[other.key:other.keyEnd], name) {
			return true
		}
		tries++
	}
	return false
}

// appendRaw copies a piece of the record, redacting the secrets in it.
func (m *mapper) appendRaw(dst []byte, s span) []byte {
	if len(m.secrets) == 0 && !m.blank && !m.lone {
		return append(dst, m.b[s.from:s.to]...)
	}
	at := s.from
	for _, secret := range m.secrets {
		if secret.from < at || secret.to > s.to || !m.worthHiding(secret) {
			continue
		}
		dst = m.appendTidy(dst, m.b[at:secret.from])
		dst = append(dst, '"')
		dst = append(dst, redacted...)
		dst = append(dst, '"')
		at = secret.to
	}
	return m.appendTidy(dst, m.b[at:s.to])
}

// worthHiding tells values that can hold a secret from null, booleans, empty ones and those
// that AWS has hidden itself.
func (m *mapper) worthHiding(s span) bool {
	switch m.b[s.from] {
	case 'n', 't', 'f':
		return false
	case '"':
		switch string(m.b[s.from+1 : s.to-1]) {
		case "", "HIDDEN_DUE_TO_SECURITY_REASONS", "<sensitiveDataRemoved>",
			`\u003csensitiveDataRemoved\u003e`:
			return false
		}
	case '{', '[':
		return s.to-s.from > 2
	}
	return true
}

// appendTidy copies JSON without white space between tokens and unpaired surrogates. Where
// the piece starts within a string it is one that is copied whole.
func (m *mapper) appendTidy(dst, b []byte) []byte {
	if !m.blank && !m.lone {
		return append(dst, b...)
	}
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '"':
			end := i + 1
			for b[end] != '"' {
				end = nextInString(b, end)
			}
			dst = m.appendString(dst, b[i:end+1])
			i = end + 1
		case isSpace(c):
			i++
		default:
			dst = append(dst, c)
			i++
		}
	}
	return dst
}

func nextInString(b []byte, i int) int {
	if b[i] == '\\' {
		return i + 2
	}
	return i + 1
}

// appendString copies a string with its quotes, replacing unpaired surrogates.
func (m *mapper) appendString(dst, b []byte) []byte {
	if !m.lone {
		return append(dst, b...)
	}
	for i := 0; i < len(b); {
		n := 1
		if b[i] == '\\' {
			n = 2
			if b[i+1] == 'u' {
				var lone bool
				if n, lone = surrogate(b, i); lone {
					dst = append(dst, `\ufffd`...)
					i += n
					continue
				}
			}
		}
		dst = append(dst, b[i:i+n]...)
		i += n
	}
	return dst
}

// surrogate returns the length of the \u sequence at b[i], a pair counting as one, and
// whether it is an unpaired surrogate.
func surrogate(b []byte, i int) (n int, lone bool) {
	u := hex4(b[i+2:])
	switch {
	case u < 0xD800 || u > 0xDFFF:
		return 6, false
	case lowSurrogate(b, i) != 0:
		return 12, false
	}
	return 6, true
}
