package demo

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

const (
	digits    = "0123456789"
	upper     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower     = "abcdefghijklmnopqrstuvwxyz"
	base62    = digits + upper + lower // in the order of a GitHub token's checksum
	hexDigits = "0123456789abcdef"
)

// dice invents values that come out the same on every run. Each part of the company throws its
// own, so that a change to one part leaves the bytes of the others alone.
type dice struct{ r *rand.Rand }

// newDice seeds dice with the name of the part that throws them.
func newDice(topic string) dice {
	h := fnv.New64a()
	h.Write([]byte(topic))
	//nolint:gosec // G404: invented data has to be reproducible, not unpredictable
	return dice{rand.New(rand.NewPCG(h.Sum64(), 0x6c61726b73707572))}
}

func (d dice) below(n int) int { return d.r.IntN(n) }

func (d dice) bytes(n int) []byte {
	var b []byte
	for len(b) < n {
		b = binary.BigEndian.AppendUint64(b, d.r.Uint64())
	}
	return b[:n]
}

func (d dice) text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[d.below(len(alphabet))]
	}
	return string(b)
}

// between returns a whole number of seconds from lo up to hi.
func (d dice) between(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(d.below(int((hi-lo)/time.Second)))*time.Second
}

// uuid returns a random (version 4) UUID.
func (d dice) uuid() string {
	b := d.bytes(16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// awsID returns an identifier of AWS with the given four-letter prefix. As in all but
// the oldest real ones, the account number is in it: base32 of a set bit, 40 bits of account
// and 39 random bits.
func (d dice) awsID(prefix, account string) string {
	n, err := strconv.ParseUint(account, 10, 40)
	if err != nil {
		return "" // the accounts are constants; the tests decode every id
	}
	raw := binary.BigEndian.AppendUint64(nil, 1<<47|n<<7|d.r.Uint64N(1<<7))[2:]
	raw = append(raw, d.bytes(4)...)
	return prefix + base32.StdEncoding.EncodeToString(raw)
}

// token returns the two spellings of the SHA-256 of an invented GitHub token (the padded base64
// of GitHub's logs, and hex). The token itself, checksum and all, never leaves this function.
func (d dice) token(prefix string) (b64, hexa string) {
	body := d.text(base62, 30)
	sum := uint64(crc32.ChecksumIEEE([]byte(body)))
	check := make([]byte, 6)
	for i := range check {
		check[len(check)-1-i] = base62[sum%62]
		sum /= 62
	}
	h := sha256.Sum256([]byte(prefix + "_" + body + string(check)))
	return base64.StdEncoding.EncodeToString(h[:]), hex.EncodeToString(h[:])
}

// sshKey is the public half of a key pair; nobody ever had the other half.
type sshKey struct {
	line        string // OpenSSH form, without a comment
	fingerprint string // SHA256:…
	hash        string // as GitHub's logs carry it: padded base64 of the same SHA-256
}

func (d dice) sshKey() sshKey {
	public, ok := ed25519.NewKeyFromSeed(d.bytes(ed25519.SeedSize)).Public().(ed25519.PublicKey)
	if !ok {
		return sshKey{}
	}
	const kind = "ssh-ed25519"
	blob := binary.BigEndian.AppendUint32(nil, uint32(len(kind)))
	blob = append(blob, kind...)
	blob = binary.BigEndian.AppendUint32(blob, ed25519.PublicKeySize)
	blob = append(blob, public...)
	sum := sha256.Sum256(blob)
	return sshKey{
		line:        kind + " " + base64.StdEncoding.EncodeToString(blob),
		fingerprint: "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:]),
		hash:        base64.StdEncoding.EncodeToString(sum[:]),
	}
}

// encode is encoding/json without the escapes for HTML and without the newline at the end.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// pack compresses data. The header carries neither a name nor a time, so that the same data
// gives the same bytes.
func pack(data []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return b.Bytes(), nil
}
