package credential

import (
	"crypto/md5" // #nosec G501 -- the name of a key in older logs, not a protection
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
)

// Errors of ParsePublicKey.
var (
	ErrPrivateKey = errors.New("public key: this is a private key")
	ErrPublicKey  = errors.New("public key: not one line of OpenSSH's form")
)

// maxKeyLine bounds a public key; an RSA key of 16384 bits is under three kilobytes.
const maxKeyLine = 64 << 10

// PublicKey names an SSH public key in every way that a log might.
type PublicKey struct {
	Type   string   // "ssh-ed25519", "ssh-rsa" …
	SHA256 string   // as Fingerprint gives it
	MD5    string   // as Fingerprint gives it
	Hashes []string // what GitHub's hashed_token of the key may be, as TokenHash gives it
}

// ParsePublicKey reads an OpenSSH public key: "type base64", with options before it and a
// comment behind it or not, or the base64 alone. It looks only at the frame of the key,
// so types that are no longer fit for use are read too: they were stolen as well.
//
// Which bytes GitHub hashes is not documented. Hashes holds, in this order, the SHA-256 of
// the key itself, of "type base64", and of the line with its comment.
func ParsePublicKey(line string) (PublicKey, error) {
	line = trim(line)
	if strings.Contains(line, "PRIVATE KEY") {
		return PublicKey{}, ErrPrivateKey
	}
	if len(line) > maxKeyLine || strings.ContainsAny(line, "\r\n") {
		return PublicKey{}, ErrPublicKey
	}
	blob, kind, comment, ok := cutKey(line)
	if !ok {
		return PublicKey{}, ErrPublicKey
	}
	bare := kind + " " + base64.StdEncoding.EncodeToString(blob)
	hashes := []string{hashed(blob), hashed([]byte(bare))}
	if comment != "" {
		hashes = append(hashes, hashed([]byte(bare+" "+comment)))
	}
	sum := sha256.Sum256(blob)
	old := md5.Sum(blob) // #nosec G401 -- see the import
	return PublicKey{
		Type: kind, SHA256: sha256Form(sum[:]), MD5: md5Form(old[:]),
		Hashes: slices.Compact(hashes),
	}, nil
}

// cutKey finds the key in the line: a word whose base64 holds a key, with that key's type
// as the word before it or with nothing before it.
func cutKey(line string) (blob []byte, kind, comment string, ok bool) {
	before, rest := "", line
	for rest != "" {
		word, tail := cutWord(rest)
		blob, kind, ok = keyBlob(word)
		if ok && (before == kind || before == "") {
			return blob, kind, tail, true
		}
		before, rest = word, tail
	}
	return nil, "", "", false
}

func cutWord(s string) (word, rest string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.Trim(s[i:], " \t")
}

// keyBlob decodes the base64 of a key and checks its frame: fields with their length
// before them, the first of which is the type, and nothing left over. Certificates have
// fields of fixed width too; of them only the type is looked at.
func keyBlob(word string) (blob []byte, kind string, ok bool) {
	blob, ok = decodeBase64(word)
	if !ok {
		return nil, "", false
	}
	first, rest, ok := field(blob)
	kind = string(first)
	if !ok || !isKeyType(kind) {
		return nil, "", false
	}
	if strings.Contains(kind, "-cert-") {
		return blob, kind, true
	}
	fields := 0
	for ; len(rest) > 0; fields++ {
		if _, rest, ok = field(rest); !ok {
			return nil, "", false
		}
	}
	return blob, kind, fields > 0
}

func field(b []byte) (value, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := int64(binary.BigEndian.Uint32(b))
	if n > int64(len(b)-4) {
		return nil, nil, false
	}
	return b[4 : 4+n], b[4+n:], true
}

func isKeyType(s string) bool {
	return strings.HasPrefix(s, "ssh-") || strings.HasPrefix(s, "ecdsa-sha2-") ||
		strings.HasPrefix(s, "sk-ssh-") || strings.HasPrefix(s, "sk-ecdsa-")
}

func hashed(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.StdEncoding.EncodeToString(sum[:])
}
