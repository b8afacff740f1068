package credential

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// TokenHash brings the SHA-256 of a token to padded standard base64, the form of GitHub's
// hashed_token. It reads base64 (standard or URL-safe, padded or not, percent-encoded or
// not), hexadecimal with or without dashes, quotes around it, and the prefixes "sha256:"
// and "hashed_token:". What does not hold 32 bytes, such as a scrubbed value, comes back
// trimmed with ok false: such values can still be compared as text.
func TokenHash(s string) (hash string, ok bool) {
	s = trim(s)
	raw, ok := hashBytes(s)
	if !ok {
		return s, false
	}
	return base64.StdEncoding.EncodeToString(raw), true
}

func hashBytes(s string) ([]byte, bool) {
	// PathUnescape, not QueryUnescape: a plus sign is a character of base64.
	if u, err := url.PathUnescape(s); err == nil {
		s = trim(u)
	}
	for _, prefix := range []string{"hashed_token:", "sha256:"} {
		rest, _ := cutPrefixFold(s, prefix)
		s = trim(rest)
	}
	return digest(s, sha256.Size)
}

// digest reads size bytes written as hexadecimal (with "-" or ":" between the bytes or
// not) or as base64. The two cannot be confused: no length is right for both.
func digest(s string, size int) ([]byte, bool) {
	b, err := hex.DecodeString(strings.NewReplacer("-", "", ":", "").Replace(s))
	if err == nil && len(b) == size {
		return b, true
	}
	b, ok := decodeBase64(s)
	return b, ok && len(b) == size
}
