package ingest

import (
	"bytes"
	"unicode/utf8"
)

// Records that are quoted are masked as details are, but in place: the names of members and the
// beginnings of tokens tell what must not be kept, and it is overwritten character by character.
// Envelopes are looked into, as far as they are opened for records. What cannot be masked in
// place, since it is packed, is masked whole if there is a secret in it.

// masker of the record at hand: what stands in a row of CSV is masked cell by cell.
func (f *file) masker() masker {
	if f.sheet != nil {
		return f.sheet.hide
	}
	return func(raw []byte) bool { return hider{&f.opener}.record(raw) }
}

// hider masks. The opener decodes what is packed.
type hider struct{ opener *opener }

// record masks a record that is JSON, or else text that may be a part of some.
func (h hider) record(raw []byte) (masked bool) {
	before := bytes.Clone(raw)
	var m mapper
	if end, f := m.walk(raw, 0); f == whole && end == len(raw) {
		h.json(raw, 0)
	} else {
		hideText(raw, true)
	}
	maskTokens(raw)
	return !bytes.Equal(raw, before)
}

// json masks a whole JSON value: what has a secret's name, and what is in its strings.
func (h hider) json(b []byte, level int) {
	var m mapper
	m.walk(b, 0)
	m.starSecrets(b)
	w := walker{b: b}
	for i := 0; i < len(b); i++ {
		if b[i] != '"' {
			continue
		}
		end, _, _ := w.str(i + 1)
		if value := w.space(end + 1); value < len(b) && b[value] == ':' && isSecretPath(b[i+1:end]) {
			value = w.space(value + 1)
			after, _ := w.value(value, 0, -1)
			starOut(b[value:after])
		}
		h.str(b[i+1:end], level+1)
		i = end
	}
}

// isSecretPath tells names with dots in which one part is the name of a secret: tools write a
// member of an object so.
func isSecretPath(name []byte) bool {
	if bytes.IndexByte(name, '.') < 0 {
		return false
	}
	for part := range bytes.SplitSeq(name, []byte(".")) {
		if s := secrecyOf(part, false); s == secret || s == environment {
			return true
		}
	}
	return false
}

// starSecrets overwrites the values in b, which was just walked, that have a secret's name.
func (m *mapper) starSecrets(b []byte) {
	for _, s := range m.secrets {
		if m.worthHiding(s) {
			starOut(b[s.from:s.to])
		}
	}
}

// starOut overwrites the strings and numbers of a piece of JSON, which stays JSON.
func starOut(b []byte) {
	inside := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			inside = !inside
		case inside && c == '\\':
			b[i], b[i+1] = '*', '*'
			i++
		case inside:
			b[i] = '*'
		case '0' <= c && c <= '9':
			b[i] = '1'
		}
	}
}

// str masks what is in a string of JSON, which b is without its quotes.
func (h hider) str(b []byte, level int) {
	before := b
	if bytes.IndexByte(b, '\\') >= 0 {
		before = unescape(nil, b)
	}
	after := bytes.Clone(before)
	if !h.text(after, level) {
		return
	}
	for i, at := 0, 0; i < len(b); {
		n, size := 1, 1 // in b, in the text
		if b[i] == '\\' {
			n = 2
			if b[i+1] == 'u' {
				var r rune
				r, n = unescapeRune(b, i)
				size = utf8.RuneLen(r)
			}
		}
		if !bytes.Equal(before[at:at+size], after[at:at+size]) {
			fill(b[i:i+n], after[at])
		}
		i, at = i+n, at+size
	}
}

func fill(b []byte, c byte) {
	for i := range b {
		b[i] = c
	}
}

// text masks what is in text that may be JSON, JSON behind a prefix, Presto's text of a struct, or
// base64 of any.
func (h hider) text(b []byte, level int) (masked bool) {
	before := bytes.Clone(b)
	t := bytes.TrimSpace(b)
	if n, _ := prefixOf(t); n > 0 {
		t = t[n:]
	}
	switch {
	case len(t) == 0:
	case t[0] == '{' || t[0] == '[' || t[0] == '"':
		if level < maxEnvelopes {
			h.documents(t, level)
		} else {
			fill(t, '*')
		}
	case len(t) >= minLetter && level < maxEnvelopes:
		inner, err := h.opener.decode(t)
		if err != nil || inner != nil && h.text(bytes.Clone(inner), level+1) {
			fill(t, '*')
		}
	}
	maskTokens(b)
	return !bytes.Equal(b, before)
}

// documents masks JSON values one after the other, and what stands behind the last whole one.
func (h hider) documents(b []byte, level int) {
	for len(b) > 0 {
		var w walker
		end, f := w.walk(b, 0)
		if f != whole {
			hideText(b, false)
			return
		}
		h.json(b[:end], level)
		b = bytes.TrimLeft(b[end:], " \t\r\n")
	}
}

// hideText masks what may be a secret in text that cannot be parsed: all that stands behind a
// secret's name, and with runs, what is as long as a secret key.
func hideText(b []byte, runs bool) {
	for i := 0; i < len(b); {
		end := i
		for end < len(b) && isTokenByte(b[end]) {
			end++
		}
		word := b[i:end]
		switch {
		case len(word) == 0:
			end++
		case secrecyOf(word, false) != public:
			if n := signLength(b[end:]); n > 0 {
				fill(b[end+n:], '*')
				return
			}
		case runs && longRun(word):
			fill(word, '*')
		}
		i = end
	}
}

// signLength is the length of the sign that makes a name of the word before it: an equals sign,
// or a colon behind quotes; the colons in ARNs make none. 0 if there is none.
func signLength(rest []byte) int {
	quoted := false
	for i, c := range rest {
		switch {
		case c == '=' || c == ':' && quoted:
			return i + 1
		case i >= 8 || c != '"' && c != '\\' && c != ' ' && c != '\'':
			return 0
		case c == '"' || c == '\'':
			quoted = true
		}
	}
	return 0
}

// hide masks the secrets in a row: each cell is seen as a member that has its column's name.
func (s *sheet) hide(raw []byte) (masked bool) {
	before := bytes.Clone(raw)
	if _, f, _ := s.row(raw, 0, true); f != whole {
		hideText(raw, true)
		maskTokens(raw)
		return !bytes.Equal(raw, before)
	}
	for i, c := range s.cells {
		name := ""
		if i < len(s.columns) {
			name = s.columns[i].name
		}
		s.hideCell(raw, c, name)
	}
	return !bytes.Equal(raw, before)
}

func (s *sheet) hideCell(raw []byte, c cell, name string) {
	before := bytes.Clone(s.text(raw, c))
	after := bytes.Clone(before)
	value := bytes.TrimSpace(after)
	var w walker
	end, f := w.walk(value, 0)
	isJSON := len(value) > 0 && f == whole && end == len(value)
	member := append(appendQuoted([]byte{'{'}, []byte(name)), ':')
	head := len(member)
	if isJSON {
		member = append(append(member, value...), '}')
	} else {
		member = append(member, `""}`...) // its name alone tells
	}
	var m mapper
	end, f = m.walk(member, 0)
	switch {
	case f != whole || end != len(member), !isJSON && len(m.secrets) > 0,
		isSecretPath([]byte(name)):
		fill(after, '*')
	case isJSON:
		m.starSecrets(member)
		copy(value, member[head:len(member)-1])
		fallthrough
	default:
		hider{&s.opener}.text(after, 0)
	}
	overwrite(raw[c.from:c.to], before, after)
}

// overwrite writes what differs between a cell's text before and after into the cell, where a
// quote stands doubled.
func overwrite(cell, before, after []byte) {
	at := 0
	for i, c := range before {
		n := 1
		if c == '"' && at+1 < len(cell) && cell[at+1] == '"' {
			n = 2
		}
		if after[i] != c {
			fill(cell[at:at+n], after[i])
		}
		at += n
	}
}
