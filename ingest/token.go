package ingest

import (
	"bytes"
	"strings"
)

// Tokens stand in free text too, where no member's name tells them: callers put them into
// user agents, addresses and parameters. They are known by how they begin, and masked in
// the whole record before it is mapped, so that no column can have one.

// hideTokens masks the tokens in the record that was just walked, raw, and returns it as it
// is to be stored. Almost none has any; one that does is walked again in a masked copy.
func (m *mapper) hideTokens(raw []byte) []byte {
	m.unmasked = nil
	if !hasToken(raw) {
		return raw
	}
	a := &m.arena
	a.room(len(raw))
	mark := len(a.buf)
	a.buf = append(a.buf, raw...)
	masked := a.buf[mark:len(a.buf):len(a.buf)]
	maskTokens(masked)
	m.walk(masked, 0) // only characters within strings were replaced
	m.unmasked = raw
	return masked
}

// original calls text with the record as the log has it, tokens and all: for what is hashed
// at once.
func (m *mapper) original(text func() string) string {
	if m.unmasked == nil {
		return text()
	}
	masked := m.b
	m.b = m.unmasked
	s := text()
	m.b = masked
	return s
}

// maskedText returns text without tokens.
func maskedText(s string) string {
	b := []byte(s)
	if !hasToken(b) {
		return s
	}
	maskTokens(b)
	return alias(b)
}

func hasToken(b []byte) bool {
	from, _ := nextToken(b, 0)
	if from < 0 {
		from, _ = nextSigned(b, 0)
	}
	return from >= 0
}

// maskTokens overwrites the tokens in b with as many stars.
func maskTokens(b []byte) {
	for _, next := range [...]func([]byte, int) (int, int){nextToken, nextSigned} {
		for from, to := next(b, 0); from >= 0; from, to = next(b, to) {
			for i := from; i < to; i++ {
				b[i] = '*'
			}
		}
	}
}

// nextToken finds the next token of GitHub or CircleCI behind b[i], without its prefix;
// from is -1 if there is none.
func nextToken(b []byte, i int) (from, to int) {
	for {
		n := bytes.IndexByte(b[i:], '_')
		if n < 0 {
			return -1, 0
		}
		i += n + 1
		if !endsInPrefix(b[:i]) {
			continue
		}
		to = i
		for to < len(b) && (isAlnum(b[to]) || b[to] == '_') {
			to++
		}
		if to-i >= minToken {
			return i, to
		}
	}
}

// minToken is how much of a token must stand behind its prefix; less is some other word.
const minToken = 12

// endsInPrefix tells the prefixes ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ CCIPAT_ and CCIPRJ_.
func endsInPrefix(b []byte) bool {
	n := len(b)
	if n < 4 {
		return false
	}
	switch b[n-2] {
	case 'p', 'o', 'u', 's', 'r':
		return b[n-4] == 'g' && b[n-3] == 'h'
	case 't':
		return bytes.HasSuffix(b, []byte("github_pat_"))
	case 'T':
		return bytes.HasSuffix(b, []byte("CCIPAT_"))
	case 'J':
		return bytes.HasSuffix(b, []byte("CCIPRJ_"))
	}
	return false
}

// nextSigned finds what makes the next presigned URL of AWS behind b[i] usable: its
// signature or session token. from is -1 if there is none.
func nextSigned(b []byte, i int) (from, to int) {
	for {
		n := bytes.IndexByte(b[i:], 'X') // the rarest of its letters in a log
		if n < 0 {
			return -1, 0
		}
		i += n + 1
		if i == len(b) || b[i] != '-' {
			continue
		}
		from := signedValue(b, i)
		if from < 0 {
			continue
		}
		to := from
		for to < len(b) && isURLByte(b[to]) && !hasPrefixFold(b[to:], "%26") {
			to++
		}
		if to > from {
			return from, to
		}
	}
}

// signedValue returns where the value starts if the rest of such a parameter's name and its
// equals sign, which may be escaped, stand at b[i], else -1.
func signedValue(b []byte, i int) int {
	for _, name := range [...]string{"-Amz-Signature", "-Amz-Security-Token"} {
		if !bytes.HasPrefix(b[i:], []byte(name)) {
			continue
		}
		for _, sign := range [...]string{"=", "%3d", `\u003d`} {
			if at := i + len(name); hasPrefixFold(b[at:], sign) {
				return at + len(sign)
			}
		}
	}
	return -1
}

func hasPrefixFold(b []byte, lower string) bool {
	return len(b) >= len(lower) && equalFold(b[:len(lower)], lower)
}

// isURLByte tells what stands in a parameter's value: base64 digits, escaped or not.
func isURLByte(c byte) bool {
	return isAlnum(c) || strings.IndexByte("%+/=-_.~", c) >= 0
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
