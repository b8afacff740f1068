package ingest

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

const (
	maxDepth  = 1000    // nesting of a record; beyond it is an attack, not a log
	nodeDepth = 6       // deeper members are validated but not noted
	maxNodes  = 1 << 20 // members noted of one record
)

type kind uint8

const (
	kindNull kind = iota
	kindFalse
	kindTrue
	kindNumber
	kindString
	kindArray
	kindObject
)

// fault says how a walk ended.
type fault uint8

const (
	whole fault = iota
	short       // the bytes end within the value
	bad         // not JSON; walker.at and walker.why say where and why
)

const (
	flagKeyEscaped uint8 = 1 << iota
	flagEscaped          // a string with a backslash
	flagDropped          // not for details
	flagEdited           // an object some of whose members are dropped
	flagRenamed          // details name it as the vendor documents it: node.field of the names
	flagKnown            // a name that was picked
)

// node is a value of a record: a member of an object, or the first element of an array.
// Offsets are into walker.b; a string's value includes its quotes, a key does not.
type node struct {
	key, keyEnd int32
	val, end    int32
	next        int32 // index of the node after this one's subtree
	kind        kind
	flags       uint8
	field       uint8 // index into the names that were picked
}

type span struct{ from, to int32 }

// walker validates one JSON value and notes its upper levels, in one pass over its bytes.
// It accepts what encoding/json accepts, except invalid UTF-8 (which encoding/json would
// silently replace) and nesting beyond maxDepth.
type walker struct {
	b       []byte
	nodes   []node
	secrets []span // values that must not be kept, in order
	blank   bool   // there is white space between tokens
	lone    bool   // there is an unpaired surrogate escape
	holder  holder // of environment variables, within which is read
	open    bool   // the value is a number that might go on behind the end of b
	at      int
	why     string
}

// isWhole walks b and tells whether it is one value from its first byte to its last.
func (w *walker) isWhole(b []byte) bool {
	end, f := w.walk(b, 0)
	return f == whole && end == len(b)
}

// walk reads the value that starts at b[i] and returns its end.
func (w *walker) walk(b []byte, i int) (int, fault) {
	w.b, w.nodes, w.secrets = b, w.nodes[:0], w.secrets[:0]
	w.blank, w.lone, w.open, w.holder = false, false, false, 0
	w.nodes = append(w.nodes, node{})
	return w.value(i, 0, 0)
}

func (w *walker) fail(i int, why string) (int, fault) {
	w.at, w.why = i, why
	return i, bad
}

// value reads the value at i and completes node n; n < 0 notes nothing.
func (w *walker) value(i, depth, n int) (int, fault) {
	if i >= len(w.b) {
		return i, short
	}
	if w.b[i] == '"' {
		return w.quoted(i, n)
	}
	start, k := i, kindNumber
	var f fault
	switch w.b[i] {
	case '{':
		k = kindObject
		i, f = w.object(i, depth+1, n)
	case '[':
		k = kindArray
		i, f = w.array(i, depth+1, n)
	case 't':
		k = kindTrue
		i, f = w.literal(i, "true")
	case 'f':
		k = kindFalse
		i, f = w.literal(i, "false")
	case 'n':
		k = kindNull
		i, f = w.literal(i, "null")
	default:
		i, f = w.number(i)
	}
	if f != whole || n < 0 {
		return i, f
	}
	nd := &w.nodes[n]
	nd.val, nd.end = int32(start), int32(i)   //nolint:gosec // a block has at most 2 GiB
	nd.kind, nd.next = k, int32(len(w.nodes)) //nolint:gosec // at most maxNodes
	return i, whole
}

// quoted reads the string at i and completes node n.
func (w *walker) quoted(i, n int) (int, fault) {
	end, escaped, f := w.str(i + 1)
	if f != whole || n < 0 {
		return end + 1, f
	}
	nd := &w.nodes[n]
	nd.val, nd.end = int32(i), int32(end+1)   //nolint:gosec // a block has at most 2 GiB
	nd.kind, nd.next = kindString, int32(n+1) //nolint:gosec // at most maxNodes
	if escaped {
		nd.flags |= flagEscaped
	}
	return end + 1, whole
}

func (w *walker) object(i, depth, n int) (int, fault) {
	if depth > maxDepth {
		return w.fail(i, "nested too deeply")
	}
	if depth > nodeDepth {
		n = -1
	}
	b := w.b
	i = w.space(i + 1)
	if i < len(b) && b[i] == '}' {
		return i + 1, whole
	}
	for i < len(b) {
		if b[i] != '"' {
			return w.fail(i, "a member name is missing")
		}
		key := i + 1
		keyEnd, escaped, f := w.str(key)
		if f != whole {
			return keyEnd, f
		}
		if i = w.space(keyEnd + 1); i >= len(b) {
			return i, short
		}
		if b[i] != ':' {
			return w.fail(i, "no colon after a member name")
		}
		if i, f = w.member(w.space(i+1), depth, n, name{key, keyEnd, escaped}); f != whole {
			return i, f
		}
		if i = w.space(i); i >= len(b) {
			return i, short
		}
		if b[i] == '}' {
			return i + 1, whole
		}
		if b[i] != ',' {
			return w.fail(i, "no comma after a member")
		}
		i = w.space(i + 1)
	}
	return i, short
}

// name is where a member's name stands, without its quotes.
type name struct {
	from, to int
	escaped  bool
}

// member reads the value of a member of the object that is node parent; below 0 no node is
// made for it. If it is a secret it must not be kept.
func (w *walker) member(i, depth, parent int, key name) (int, fault) {
	n := -1
	if parent >= 0 {
		if n = w.note(key); n < 0 {
			return w.fail(i, "too many members")
		}
	}
	s := secrecyOf(w.b[key.from:key.to], key.escaped)
	if s == public && w.holder == 0 {
		return w.value(i, depth, n)
	}
	return w.guarded(i, depth, n, w.secrecyHere(i, s, key))
}

// note makes a node for a member, -1 if there are too many.
func (w *walker) note(key name) int {
	n := len(w.nodes)
	if n == cap(w.nodes) {
		if n >= maxNodes {
			return -1
		}
		w.nodes = slices.Grow(w.nodes, n+64)
	}
	w.nodes = w.nodes[:n+1]
	nd := &w.nodes[n]
	nd.key, nd.keyEnd = int32(key.from), int32(key.to) //nolint:gosec // a block has at most 2 GiB
	nd.flags, nd.field = 0, 0
	if key.escaped {
		nd.flags = flagKeyEscaped
	}
	return n
}

func (w *walker) array(i, depth, n int) (int, fault) {
	if depth > maxDepth {
		return w.fail(i, "nested too deeply")
	}
	b := w.b
	i = w.space(i + 1)
	if i < len(b) && b[i] == ']' {
		return i + 1, whole
	}
	first := -1
	if n >= 0 && depth <= nodeDepth {
		if first = w.note(name{}); first < 0 {
			return w.fail(i, "too many members")
		}
	}
	for {
		var f fault
		i, f = w.value(i, depth, first)
		if f != whole {
			return i, f
		}
		first = -1
		i = w.space(i)
		if i >= len(b) {
			return i, short
		}
		switch b[i] {
		case ',':
			i = w.space(i + 1)
		case ']':
			return i + 1, whole
		default:
			return w.fail(i, "no comma after an element")
		}
	}
}

// space skips white space.
func (w *walker) space(i int) int {
	if i >= len(w.b) || w.b[i] > ' ' {
		return i
	}
	return w.spaces(i)
}

func (w *walker) spaces(i int) int {
	for i < len(w.b) && isSpace(w.b[i]) {
		w.blank = true
		i++
	}
	return i
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r'
}

func (w *walker) literal(i int, word string) (int, fault) {
	rest := w.b[i:]
	if len(rest) < len(word) {
		if string(rest) == word[:len(rest)] {
			return len(w.b), short
		}
		return w.fail(i, "no JSON value")
	}
	if string(rest[:len(word)]) != word {
		return w.fail(i, "no JSON value")
	}
	return i + len(word), whole
}

func (w *walker) number(i int) (int, fault) {
	b := w.b
	if b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return i, short
	case b[i] == '0':
		i++
	case '1' <= b[i] && b[i] <= '9':
		i = digits(b, i)
	default:
		return w.fail(i, "no JSON value")
	}
	var f fault
	if i < len(b) && b[i] == '.' {
		if i, f = w.digits(i + 1); f != whole {
			return i, f
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if i, f = w.exponent(i + 1); f != whole {
			return i, f
		}
	}
	w.open = i == len(b)
	return i, whole
}

func (w *walker) exponent(i int) (int, fault) {
	if i < len(w.b) && (w.b[i] == '+' || w.b[i] == '-') {
		i++
	}
	return w.digits(i)
}

// digits reads at least one digit.
func (w *walker) digits(i int) (int, fault) {
	end := digits(w.b, i)
	switch {
	case end > i:
		return end, whole
	case i >= len(w.b):
		return i, short
	}
	return w.fail(i, "a digit is missing in a number")
}

func digits(b []byte, i int) int {
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}

// str reads a string from behind its opening quote and returns where its closing quote is.
//
// It looks at eight bytes at a time for one that needs a look: a quote, a backslash, a
// control character or a byte beyond ASCII. Of the marks that the subtractions leave, the
// lowest is exact.
func (w *walker) str(i int) (end int, escaped bool, f fault) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	b := w.b
	for {
		for i+8 <= len(b) {
			x := binary.LittleEndian.Uint64(b[i:])
			quote, slash := x^(ones*'"'), x^(ones*'\\')
			m := (x-ones*' ')&^x | (quote-ones)&^quote | (slash-ones)&^slash | x
			if m &= highs; m != 0 {
				i += bits.TrailingZeros64(m) / 8
				break
			}
			i += 8
		}
		if i >= len(b) {
			return i, escaped, short
		}
		switch c := b[i]; {
		case c == '"':
			return i, escaped, whole
		case c == '\\':
			escaped = true
			i, f = w.escape(i)
		case c < ' ':
			i, f = w.fail(i, "a control character in a string")
		case c < utf8.RuneSelf: // near the end of b
			i++
		default:
			i, f = w.rune(i)
		}
		if f != whole {
			return i, escaped, f
		}
	}
}

// rune checks the UTF-8 sequence at i.
func (w *walker) rune(i int) (int, fault) {
	if r, n := utf8.DecodeRune(w.b[i:]); r != utf8.RuneError || n > 1 {
		return i + n, whole
	}
	if !utf8.FullRune(w.b[i:]) {
		return i, short
	}
	return w.fail(i, "invalid UTF-8")
}

// escape checks the escape sequence at i and notes an unpaired surrogate.
func (w *walker) escape(i int) (int, fault) {
	if i+1 >= len(w.b) {
		return len(w.b), short
	}
	switch w.b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, whole
	case 'u':
	default:
		return w.fail(i, "an unknown escape in a string")
	}
	for j := i + 2; j < i+6; j++ {
		if j >= len(w.b) {
			return len(w.b), short
		}
		if unhex(w.b[j]) < 0 {
			return w.fail(i, "an unknown escape in a string")
		}
	}
	u := hex4(w.b[i+2:])
	if u < 0xD800 || u > 0xDFFF {
		return i + 6, whole
	}
	if lowSurrogate(w.b, i) == 0 {
		w.lone = true
		return i + 6, whole
	}
	return i + 12, whole
}
