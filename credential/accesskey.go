package credential

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
)

var (
	accessKeyShape = regexp.MustCompile(`^(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}$`)
	// The mask of a vendor, or the shortened form that our own reports print.
	keyTailShape = regexp.MustCompile(
		`^(?:AKIA|ASIA|ABIA|ACCA)?(?:x{2,}|X{2,}|\*{2,}|\.{2,}|…+|•+)([A-Z0-9]{4})$`)
)

// AccessKeyID recognises an AWS access key id: 20 characters with the prefix AKIA, ASIA,
// ABIA or ACCA. It comes back trimmed and in upper case; anything else only trimmed, with
// ok false.
func AccessKeyID(s string) (id string, ok bool) {
	s = trim(s)
	if upper := strings.ToUpper(s); accessKeyShape.MatchString(upper) {
		return upper, true
	}
	return s, false
}

// KeyTail reads the last four characters of a masked access key id: "xxxxABCD",
// "****ABCD", "...ABCD", "AKIA…ABCD". A tail with lower-case letters is refused: no
// access key id has any, so it is the tail of something else, such as a secret key.
func KeyTail(s string) (tail string, ok bool) {
	m := keyTailShape.FindStringSubmatch(trim(s))
	if m == nil {
		return "", false
	}
	return m[1], true
}

// AccountOf reads the AWS account out of an access key id. Only ids in the newer form
// carry it: their fifth character is one of Q to Z or 2 to 7. Older ids decode to a wrong
// account, and ids with other characters are not real; both are refused.
func AccountOf(keyID string) (account string, ok bool) {
	id, ok := AccessKeyID(keyID)
	if !ok {
		return "", false
	}
	b, err := base32.StdEncoding.DecodeString(id[4:])
	if err != nil || b[0]&0x80 == 0 {
		return "", false
	}
	number := ((binary.BigEndian.Uint64(b) >> 16) & 0x7fffffffff80) >> 7
	if number > 999_999_999_999 {
		return "", false
	}
	return fmt.Sprintf("%012d", number), true
}
