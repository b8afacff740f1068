package digest

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"strings"
	"time"
)

// Head is a digest's signature from the metadata of its S3 object.
type Head struct {
	Signature string // in hexadecimal
	File      string // where it was saved

	// Digest is the name of the digest, without folders and .gz; "" if nothing says it.
	Digest string

	// Generated is when a backfill digest was made; zero if nothing says it.
	Generated time.Time
}

// errNoSignature says that a file is JSON and holds no signature.
var errNoSignature = errors.New("there is no signature in its metadata")

// lastDigest finds the name of a digest in that of a file, whatever stands around it.
var lastDigest = regexp.MustCompile(`\d{12}_CloudTrail-Digest_[A-Za-z0-9._-]*?` +
	`\d{8}T\d{6}Z(?:_backfill)?\.json`)

// ParseHeads reads what the user saved from aws s3api head-object: one answer, or several one
// after the other. The answer does not name its object; the file's name may.
func ParseHeads(name string, text []byte) ([]Head, error) {
	var heads []Head
	docs := 0
	err := eachJSON(text, func(doc json.RawMessage) error {
		docs++
		var w struct {
			Key      string            `json:"Key"` // get-object-attributes and own scripts
			Metadata map[string]string `json:"Metadata"`
		}
		if err := json.Unmarshal(doc, &w); err != nil {
			return err
		}
		h := Head{File: name, Digest: digestIn(w.Key)}
		for key, value := range w.Metadata {
			switch strings.ToLower(key) {
			case "signature":
				h.Signature = strings.ToLower(value)
			case "backfill-generation-timestamp":
				h.Generated, _ = time.Parse(time.RFC3339, value) // zero: it is not known
			}
		}
		if isHex(h.Signature) { // else it is of a log, which is not signed
			heads = append(heads, h)
		}
		return nil
	})
	if err == nil && len(heads) == 0 {
		err = errNoSignature
	}
	if err != nil {
		return nil, err
	}
	if docs == 1 && heads[0].Digest == "" {
		heads[0].Digest = digestIn(path.Base(name))
	}
	return heads, nil
}

func isHex(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && s != ""
}

// digestIn is the name of a digest within another name; "" if there is none.
func digestIn(name string) string {
	found := lastDigest.FindString(name)
	if i := strings.LastIndex(found, "_CloudTrail-Digest_"); i > 12 {
		found = found[i-12:] // folders were made part of the name
	}
	if !digestName.MatchString(found) {
		return ""
	}
	return found
}
