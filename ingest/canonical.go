package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"sort"
)

// hashID is the id of a record that has none: it is the same for the same content, in
// whatever order its members stand and however it is spaced.
func (m *mapper) hashID() string {
	record := m.raw(0)
	if m.unmasked != nil {
		record = m.unmasked
	}
	m.canonical = canonical(m.canonical[:0], record)
	sum := sha256.Sum256(m.canonical)
	return "sha256:" + hex.EncodeToString(sum[:16])
}

// canonical appends valid JSON in one spelling: members sorted by name, the last of a name
// only, no white space, strings with as few escapes as possible, numbers as they stand.
func canonical(dst, b []byte) []byte {
	c := canoniser{b: b}
	return c.value(dst)
}

type canoniser struct {
	b []byte
	i int
}

func (c *canoniser) space() byte {
	for isSpace(c.b[c.i]) {
		c.i++
	}
	return c.b[c.i]
}

func (c *canoniser) value(dst []byte) []byte {
	switch c.space() {
	case '{':
		return c.object(dst)
	case '[':
		return c.array(dst)
	case '"':
		return appendQuoted(dst, c.str())
	}
	start := c.i
	for c.i < len(c.b) && c.b[c.i] > ' ' && c.b[c.i] != ',' && c.b[c.i] != ']' && c.b[c.i] != '}' {
		c.i++
	}
	return append(dst, c.b[start:c.i]...)
}

func (c *canoniser) array(dst []byte) []byte {
	dst = append(dst, '[')
	c.i++
	for n := 0; c.space() != ']'; n++ {
		if n > 0 {
			c.i++ // the comma
			dst = append(dst, ',')
		}
		dst = c.value(dst)
	}
	c.i++
	return append(dst, ']')
}

// object reads the members first and writes them in order.
func (c *canoniser) object(dst []byte) []byte {
	type member struct{ name, value []byte }
	var members []member
	c.i++
	for c.space() != '}' {
		if c.b[c.i] == ',' {
			c.i++
			c.space()
		}
		name := c.str()
		c.space()
		c.i++ // the colon
		members = append(members, member{name, c.value(nil)})
	}
	c.i++
	sort.SliceStable(members, func(i, j int) bool {
		return bytes.Compare(members[i].name, members[j].name) < 0
	})
	dst = append(dst, '{')
	for i, m := range members {
		if i+1 < len(members) && bytes.Equal(m.name, members[i+1].name) {
			continue
		}
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, m.name)
		dst = append(dst, ':')
		dst = append(dst, m.value...)
	}
	return append(dst, '}')
}

// str reads a string and returns its text.
func (c *canoniser) str() []byte {
	start := c.i + 1
	c.i = start
	for c.b[c.i] != '"' {
		c.i = nextInString(c.b, c.i)
	}
	c.i++
	text := c.b[start : c.i-1]
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	return unescape(nil, text)
}

// appendQuoted appends text as a JSON string.
func appendQuoted(dst, text []byte) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
