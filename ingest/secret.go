package ingest

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// redacted stands in details and excerpts where the log has a secret value.
const redacted = "REDACTED"

// secrecy is what a member's name tells of its value.
type secrecy uint8

const (
	public      secrecy = iota
	secret              // it must not be kept
	environment         // it holds environment variables: their names are kept, their values not
	parameters          // as environment, if it is a list
)

// secrecyOf tells from its name whether a member holds a secret value. Most names are
// dismissed by their last four letters.
func secrecyOf(key []byte, escaped bool) secrecy {
	if escaped { // only an attacker writes a name with escapes
		key = unescape(nil, key)
	}
	if len(key) < 5 || len(key) > 40 {
		return public
	}
	const lower = 0x20202020
	switch binary.BigEndian.Uint32(key[len(key)-4:]) | lower {
	case 'o'<<24 | 'k'<<16 | 'e'<<8 | 'n', 'w'<<24 | 'o'<<16 | 'r'<<8 | 'd', // token, password
		's'<<24 | 's'<<16 | 'w'<<8 | 'd', 'c'<<24 | 'r'<<16 | 'e'<<8 | 't', // passwd, secret
		's'<<24 | 's'<<16 | 'k'<<8 | 'e', 's'<<24 | 'k'<<16 | 'e'<<8 | 'y', // accesskey
		't'<<24 | 'k'<<16 | 'e'<<8 | 'y', 'e'<<24 | 'k'<<16 | 'e'<<8 | 'y', // secretkey, privatekey
		't'<<24 | 'u'<<16 | 'r'<<8 | 'e',                                           // x-amz-signature
		'_'<<24 | 'k'<<16 | 'e'<<8 | 'y', '-'<<24 | 'k'<<16 | 'e'<<8 | 'y' | lower, // secret_key
		'r'<<24 | 'i'<<16 | 'n'<<8 | 'g', 'r'<<24 | 'a'<<16 | 's'<<8 | 'e', // secretString, passphrase
		'r'<<24 | 'i'<<16 | 'a'<<8 | 'l', 't'<<24 | 'e'<<16 | 'x'<<8 | 't', // keyMaterial, plaintext
		'b'<<24 | 'l'<<16 | 'e'<<8 | 's', 'm'<<24 | 'e'<<16 | 'n'<<8 | 't', // variables, environment
		'r'<<24 | 'i'<<16 | 'd'<<8 | 'e': // environmentVariablesOverride
		return secrecyOfName(key)
	case 'd'<<24 | 'a'<<16 | 't'<<8 | 'a':
		if len(key) <= len("user_data") { // not of additionalEventData, which most records have
			return secrecyOfName(key)
		}
	}
	return public
}

// secrecyOfName knows the names, in lower case without _ and -. Tokens that only page through
// results or make calls idempotent (nextToken, clientToken …) are no secrets, neither are
// hashes of tokens.
func secrecyOfName(key []byte) secrecy {
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
		"bearertoken", "xamzsignature", "signintoken", "webidentitytoken", "apitoken", "oauthtoken",
		"githubtoken", "personalaccesstoken", "secretaccesskey", "awssecretaccesskey",
		"secretkey", "privatekey", "secretstring", "secret", "clientsecret", "webhooksecret",
		"passwd", "passphrase", "keymaterial", "privatekeymaterial", "plaintext",
		"userdata": // a script that sets up a machine
		return secret
	case "variables", "environmentvariables", "environmentvariablesoverride",
		"runtimeenvironmentvariables":
		return environment
	case "environment": // ECS and Batch; of Lambda and CodeBuild it is an object around them
		return parameters
	}
	if strings.HasSuffix(string(name), "password") {
		return secret
	}
	return public
}

// holder is how environment variables are held: by a list of {"name": …, "value": …} or by
// an object with their names.
type holder byte

const (
	holdsList   holder = '['
	holdsObject holder = '{'
)

// secrecyHere is that of a member whose value starts at i, with regard to what it is and to
// the environment that it stands in.
func (w *walker) secrecyHere(i int, s secrecy, key name) secrecy {
	switch {
	case s >= environment && i < len(w.b) &&
		(w.b[i] == '[' || w.b[i] == '{' && s == environment):
		return environment
	case w.holder == holdsObject, w.holder == holdsList && s != secret &&
		bytes.EqualFold(w.b[key.from:key.to], []byte("value")):
		return secret
	case s == secret:
		return secret
	}
	return public
}

// guarded reads a member's value and notes what of it must not be kept.
func (w *walker) guarded(i, depth, n int, how secrecy) (int, fault) {
	switch how {
	case environment:
		around := w.holder
		w.holder = holder(w.b[i])
		end, f := w.value(i, depth, n)
		w.holder = around
		return end, f
	case public:
		return w.value(i, depth, n)
	}
	s := len(w.secrets)
	w.secrets = append(w.secrets, span{from: int32(i)}) //nolint:gosec // as all offsets
	end, f := w.value(i, depth, n)
	w.secrets[s].to = int32(end) //nolint:gosec // as all offsets
	return end, f
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
// secret's name, tokens, and any unbroken run that is as long as a secret key.
func mask(b []byte) []byte {
	b = bytes.Clone(b)
	maskTokens(b)
	out := make([]byte, 0, len(b))
	hide := public // secret: the next value is one; environment: all that follow
	for i := 0; i < len(b); {
		end := i
		for end < len(b) && isTokenByte(b[end]) {
			end++
		}
		word := b[i:end]
		switch {
		case len(word) == 0:
			if c := b[i]; hide == secret && (c == ',' || c == '{' || c == '}') {
				hide = public
			}
			out = append(out, b[i])
			end++
		case hide != public && !isName(b[end:], ":"), longRun(word):
			out = append(out, redacted...)
		default:
			out = append(out, word...)
			if isName(b[end:], ":=") {
				hide = max(hide, secrecyOf(word, false))
			}
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
