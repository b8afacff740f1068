package credential

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash/crc32"
	"regexp"
)

// Errors of HashToken. They say what is wrong with a token and never show any of it.
var (
	ErrChecksum = errors.New("token: the checksum does not match")
	ErrShape    = errors.New("token: not the shape of a GitHub token")
)

// TokenInfo is what may be kept of a token: its hash, in the form of TokenHash, and its
// type in the words of GitHub's programmatic_access_type.
type TokenInfo struct {
	Hash, Type string
}

// tokenShapes are the forms of GitHub's tokens. Only the five short prefixes carry a
// checksum that is known to hold.
var tokenShapes = []struct {
	shape   *regexp.Regexp
	checked bool
	kind    string
}{
	{regexp.MustCompile(`^ghp_[0-9A-Za-z]{36}$`), true, "Personal access token (classic)"},
	{regexp.MustCompile(`^gho_[0-9A-Za-z]{36}$`), true, "OAuth access token"},
	{regexp.MustCompile(`^ghu_[0-9A-Za-z]{36}$`), true, "GitHub App user-to-server token"},
	{regexp.MustCompile(`^ghs_[0-9A-Za-z]{36}$`), true, "GitHub App server-to-server token"},
	{regexp.MustCompile(`^ghr_[0-9A-Za-z]{36}$`), true, "GitHub App refresh token"},
	{
		regexp.MustCompile(`^github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}$`), false,
		"Fine-grained personal access token",
	},
	{
		regexp.MustCompile(`^[0-9a-f]{40}$`), false,
		"Authentication token created before 2021-04-05",
	},
}

// HashToken hashes a GitHub token after checking that it is whole: its shape, and for the
// five prefixes ghp_ gho_ ghu_ ghs_ ghr_ the checksum in its last six characters. White
// space around it is ignored. The error is ErrShape or ErrChecksum. The token is neither
// kept nor changed; wiping it is the caller's part.
func HashToken(token []byte) (TokenInfo, error) {
	token = bytes.TrimSpace(token)
	for _, t := range tokenShapes {
		if !t.shape.Match(token) {
			continue
		}
		if t.checked && !checksumHolds(token[len("ghp_"):]) {
			return TokenInfo{}, ErrChecksum
		}
		sum := sha256.Sum256(token)
		return TokenInfo{Hash: base64.StdEncoding.EncodeToString(sum[:]), Type: t.kind}, nil
	}
	return TokenInfo{}, ErrShape
}

// checksumHolds reports whether the last six of the 36 characters after the prefix are
// the CRC-32 of the thirty before them, in base 62.
func checksumHolds(body []byte) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := crc32.ChecksumIEEE(body[:30])
	var want [6]byte
	for i := len(want) - 1; i >= 0; i-- {
		want[i] = alphabet[sum%62]
		sum /= 62
	}
	return bytes.Equal(body[30:], want[:])
}
