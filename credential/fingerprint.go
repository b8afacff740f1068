package credential

import (
	"crypto/md5" // #nosec G501 -- the name of a key in older logs, not a protection
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Fingerprint brings the fingerprint of an SSH key to the form that ssh-keygen prints:
// "SHA256:" and unpadded base64, or "MD5:" and lower-case hexadecimal with colons. It
// reads both with or without their prefix, in hexadecimal or base64, padded or not, and a
// whole line of `ssh-keygen -l`. Anything else comes back trimmed with ok false.
func Fingerprint(s string) (fp string, ok bool) {
	s = trim(s)
	word := keygenWord(s)
	if rest, found := cutPrefixFold(word, "SHA256:"); found {
		if b, ok := digest(rest, sha256.Size); ok {
			return sha256Form(b), true
		}
		return s, false
	}
	rest, _ := cutPrefixFold(word, "MD5:")
	if b, err := hex.DecodeString(strings.ReplaceAll(rest, ":", "")); err == nil &&
		len(b) == md5.Size {
		return md5Form(b), true
	}
	if b, ok := digest(word, sha256.Size); ok {
		return sha256Form(b), true
	}
	return s, false
}

// keygenWord picks the fingerprint out of "256 SHA256:… comment (ED25519)"; other text it
// returns as it is.
func keygenWord(s string) string {
	words := strings.Fields(s)
	if len(words) < 2 || strings.Trim(words[0], "0123456789") != "" {
		return s
	}
	return words[1]
}

func sha256Form(sum []byte) string {
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum)
}

func md5Form(sum []byte) string {
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = hex.EncodeToString([]byte{b})
	}
	return "MD5:" + strings.Join(pairs, ":")
}
