package ingest

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// redacted stands in details and excerpts where the log has a secret value.
const redacted = "REDACTED"

// maySecret tells from its name whether a member holds a secret value. Most names are
// dismissed by their last four letters.
func maySecret(key []byte, escaped bool) bool {
	if escaped { // only an attacker writes a name with escapes
		key = unescape(nil, key)
	}
	if len(key) < 5 || len(key) > 40 {
		return false
	}
	const lower = 0x20202020
	switch binary.BigEndian.Uint32(key[len(key)-4:]) | lower {
	case 'o'<<24 | 'k'<<16 | 'e'<<8 | 'n', 'w'<<24 | 'o'<<16 | 'r'<<8 | 'd', // token, password
		's'<<24 | 's'<<16 | 'w'<<8 | 'd', 'c'<<24 | 'r'<<16 | 'e'<<8 | 't', // passwd, secret
		's'<<24 | 's'<<16 | 'k'<<8 | 'e', 's'<<24 | 'k'<<16 | 'e'<<8 | 'y', // accesskey
		't'<<24 | 'k'<<16 | 'e'<<8 | 'y', 'e'<<24 | 'k'<<16 | 'e'<<8 | 'y', // secretkey, privatekey
		'_'<<24 | 'k'<<16 | 'e'<<8 | 'y', '-'<<24 | 'k'<<16 | 'e'<<8 | 'y' | lower, // secret_key
		'r'<<24 | 'i'<<16 | 'n'<<8 | 'g', 'r'<<24 | 'a'<<16 | 's'<<8 | 'e', // secretString, passphrase
		'r'<<24 | 'i'<<16 | 'a'<<8 | 'l', 't'<<24 | 'e'<<16 | 'x'<<8 | 't': // keyMaterial, plaintext
		return isSecret(key)
	}
	return false
}

// isSecret knows the names, in lower case without _ and -. Tokens that only page through
// results or make calls idempotent (nextToken, clientToken …) are no secrets, neither are
// hashes of tokens.
func isSecret(key []byte) bool {
	var buf [40]byte
	name := buf[:0]
	for _, c := range key {
		switch {
		case c == '_' || c == '-':
		case 'A' <= c && c <= 'Z':
			name = append(name, c+'a'-'A')
		default:
			name = append(name, c)
		}
	}
	switch string(name) {
	case "token", "sessiontoken", "securitytoken", "xamzsecuritytoken", "authtoken",
		"authenticationtoken", "authorizationtoken", "accesstoken", "refreshtoken", "idtoken",
		"bearertoken", "signintoken", "webidentitytoken", "apitoken", "oauthtoken",
		"githubtoken", "personalaccesstoken", "secretaccesskey", "awssecretaccesskey",
		"secretkey", "privatekey", "secretstring", "secret", "clientsecret", "webhooksecret",
		"passwd", "passphrase", "keymaterial", "privatekeymaterial", "plaintext":
		return true
	}
	return strings.HasSuffix(string(name), "password")
}

const maxExcerpt = 200

// excerpt returns the beginning of hostile bytes in a form that is safe to show: valid
// UTF-8, control characters escaped, secrets masked.
func excerpt(b []byte) string {
	cut := len(b) > 4*maxExcerpt
	if cut {
		b = b[:4*maxExcerpt]
	}
	b = mask(b)
	out := make([]byte, 0, maxExcerpt)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		mark := len(out)
		out = appendVisible(out, r, b[:n])
		if len(out) > maxExcerpt-len("…") && (cut || n < len(b) || len(out) > maxExcerpt) {
			return string(append(out[:mark], "…"...))
		}
		b = b[n:]
	}
	return string(out)
}

// appendVisible appends a character so that it neither acts on a terminal nor hides.
func appendVisible(out []byte, r rune, raw []byte) []byte {
	const hex = "0123456789abcdef"
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return append(out, '\\', 'x', hex[raw[0]>>4], hex[raw[0]&15])
	case r == '\n':
		return append(out, `\n`...)
	case r == '\r':
		return append(out, `\r`...)
	case r == '\t':
		return append(out, `\t`...)
	case r < ' ' || r == 0x7F:
		return append(out, '\\', 'x', hex[r>>4], hex[r&15])
	case r >= 0x80 && r < 0xA0, isFormat(r):
		return append(out, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
	}
	return append(out, raw...)
}

// isFormat tells the invisible characters that reorder or hide text.
func isFormat(r rune) bool {
	return r >= 0x200B && r <= 0x200F || r >= 0x2028 && r <= 0x202E ||
		r >= 0x2060 && r <= 0x206F || r == 0xFEFF || r == 0x061C
}

// mask replaces what may be a secret in bytes that need not be JSON: the value behind a
// secret's name, GitHub's tokens, and any unbroken run that is as long as a secret key.
func mask(b []byte) []byte {
	b = bytes.Clone(b)
	maskTokens(b)
	out := make([]byte, 0, len(b))
	secret := false // the next value is one
	for i := 0; i < len(b); {
		end := i
		for end < len(b) && isTokenByte(b[end]) {
			end++
		}
		word := b[i:end]
		switch {
		case len(word) == 0:
			if c := b[i]; c == ',' || c == '{' || c == '}' {
				secret = false
			}
			out = append(out, b[i])
			end++
		case secret && !isName(b[end:], ":"), longRun(word):
			out = append(out, redacted...)
		default:
			out = append(out, word...)
			secret = secret || maySecret(word, false) && isName(b[end:], ":=")
		}
		i = end
	}
	return out
}

// isName tells from what follows a word, a sign with at most quotes and spaces before it,
// that it was a member's name.
func isName(rest []byte, signs string) bool {
	for i, c := range rest {
		switch {
		case strings.IndexByte(signs, c) >= 0:
			return true
		case i >= 4 || c != '"' && c != '\\' && c != ' ' && c != '\'':
			return false
		}
	}
	return false
}

func isTokenByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '+' || c == '/' || c == '_' || c == '-' || c >= utf8.RuneSelf
}

// longRun tells a run of base64 digits as long as an AWS secret key or more. Names, paths
// and UUIDs that are as long have - or _ in them.
func longRun(word []byte) bool {
	run := 0
	for _, c := range word {
		if c == '-' || c == '_' {
			run = 0
		} else if run++; run >= 40 {
			return true
		}
	}
	return false
}

// hideTokens returns text without GitHub tokens: callers put them into user agents and
// addresses.
func hideTokens(s string) string {
	if !strings.Contains(s, "gh") {
		return s
	}
	b := []byte(s) // a block must not change
	if !maskTokens(b) {
		return s
	}
	return alias(b)
}

// maskTokens overwrites the GitHub tokens in b and tells whether there were any.
func maskTokens(b []byte) (found bool) {
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '_')
		if n < 0 {
			return found
		}
		i += n + 1
		if !bytes.HasSuffix(b[:i], []byte("github_pat_")) && !endsInPrefix(b[:i]) {
			continue
		}
		end := i
		for end < len(b) && (isAlnum(b[end]) || b[end] == '_') {
			end++
		}
		if end-i < minToken {
			continue
		}
		for ; i < end; i++ {
			b[i] = '*'
		}
		found = true
	}
}

// minToken is how much of a token must stand behind its prefix; less is some other word.
const minToken = 12

// endsInPrefix tells the prefixes ghp_ gho_ ghu_ ghs_ ghr_.
func endsInPrefix(b []byte) bool {
	n := len(b)
	return n >= 4 && b[n-4] == 'g' && b[n-3] == 'h' && strings.IndexByte("pousr", b[n-2]) >= 0
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
