package ingest

import (
	"unicode/utf8"
	"unsafe"
)

// alias is b as a string without a copy. b must never change again.
func alias(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b)) //nolint:gosec // blocks are immutable
}

// arena holds the strings that do not stand in a block as they are. It only ever appends:
// what it returned stays as it is.
type arena struct {
	buf []byte
}

const (
	firstArena = 32 << 10
	mostArena  = 512 << 10
)

// room makes sure that n bytes can be appended without moving.
func (a *arena) room(n int) {
	if cap(a.buf)-len(a.buf) < n {
		size := min(max(2*cap(a.buf), firstArena), mostArena)
		a.buf = make([]byte, 0, max(size, n))
	}
}

// since returns what was appended from mark on.
func (a *arena) since(mark int) string {
	return alias(a.buf[mark:])
}

// join returns its parts as one string.
func (a *arena) join(parts ...string) string {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	a.room(n)
	mark := len(a.buf)
	for _, p := range parts {
		a.buf = append(a.buf, p...)
	}
	return a.since(mark)
}

// unescaped returns the text of a valid JSON string without its quotes.
func (a *arena) unescaped(b []byte) string {
	a.room(len(b))
	mark := len(a.buf)
	a.buf = unescape(a.buf, b)
	return a.since(mark)
}

// unescape appends the text of a valid JSON string without its quotes. An unpaired
// surrogate becomes U+FFFD, as with encoding/json.
func unescape(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			dst = append(dst, b[i])
			i++
			continue
		}
		switch c := b[i+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, n := unescapeRune(b, i)
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		default:
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}

// unescapeRune reads the \u sequence at b[i], both halves of a surrogate pair.
func unescapeRune(b []byte, i int) (r rune, n int) {
	u := hex4(b[i+2:])
	if u < 0xD800 || u > 0xDFFF {
		return u, 6
	}
	if low := lowSurrogate(b, i); low != 0 {
		return 0x10000 + (u-0xD800)<<10 + (low - 0xDC00), 12
	}
	return utf8.RuneError, 6
}

// lowSurrogate returns the second half of the surrogate pair that starts at b[i], 0 if
// there is no pair.
func lowSurrogate(b []byte, i int) rune {
	if hex4(b[i+2:]) > 0xDBFF || i+12 > len(b) || b[i+6] != '\\' || b[i+7] != 'u' {
		return 0
	}
	for _, c := range b[i+8 : i+12] {
		if unhex(c) < 0 {
			return 0
		}
	}
	if low := hex4(b[i+8:]); low >= 0xDC00 && low <= 0xDFFF {
		return low
	}
	return 0
}

// hex4 reads four hexadecimal digits.
func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		r = r<<4 | unhex(c)
	}
	return r
}

func unhex(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c - 'a' + 10)
	case 'A' <= c && c <= 'F':
		return rune(c - 'A' + 10)
	}
	return -1
}
