// Package credential turns every spelling of a credential into the one form that is
// compared. It stands below ingest and inventory: both name credentials through it, so
// what a log shows and what the inventory lists meet byte for byte. It holds no secret
// longer than a call and never puts one into an error.
package credential

import (
	"encoding/base64"
	"strings"
	"unicode"
)

// trim cuts white space, quotes and byte-order marks from both ends. One pass is enough:
// trimming its result again changes nothing, which the normal forms rely on.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'`\ufeff\u200b", r)
	})
}

// cutPrefixFold is strings.CutPrefix without regard to ASCII case.
func cutPrefixFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// decodeBase64 reads standard or URL-safe base64, padded or not.
func decodeBase64(s string) ([]byte, bool) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	b, err := base64.RawStdEncoding.DecodeString(s)
	return b, err == nil
}
