package digest

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Digest is a digest file as it is written. Hashes are in lower-case hexadecimal.
type Digest struct {
	Account     string
	Start, End  time.Time
	EndText     string // as written: it is signed so
	Bucket      string
	Object      string
	Fingerprint string // of the public key
	Algorithm   string // of the signature
	Previous    *Previous
	Logs        []Listing
}

// Previous names the digest before. A digest without it starts a chain.
type Previous struct{ Bucket, Object, Hash, Signature string }

// Listing is a log in a digest.
type Listing struct{ Bucket, Object, Hash string }

// errNoDigest says that a file is something else.
var errNoDigest = errors.New("not a CloudTrail digest")

// Parse reads the uncompressed content of a digest file. The error is clear enough for the user
// where the file is a digest that CloudTrail would not have written so.
func Parse(text []byte) (*Digest, error) {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(text, &top); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if top["digestStartTime"] == nil || top["logFiles"] == nil {
		return nil, errNoDigest
	}
	var w written
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, err
	}
	return w.digest()
}

// written is a digest as JSON. Pointers tell null and absent from empty.
type written struct {
	Account       string  `json:"awsAccountId"`
	Start         string  `json:"digestStartTime"`
	End           string  `json:"digestEndTime"`
	Bucket        string  `json:"digestS3Bucket"`
	Object        string  `json:"digestS3Object"`
	Fingerprint   string  `json:"digestPublicKeyFingerprint"`
	Algorithm     string  `json:"digestSignatureAlgorithm"`
	PrevBucket    *string `json:"previousDigestS3Bucket"`
	PrevObject    *string `json:"previousDigestS3Object"`
	PrevHash      *string `json:"previousDigestHashValue"`
	PrevHashBy    *string `json:"previousDigestHashAlgorithm"`
	PrevSignature *string `json:"previousDigestSignature"`
	Logs          []struct {
		Bucket string `json:"s3Bucket"`
		Object string `json:"s3Object"`
		Hash   string `json:"hashValue"`
		HashBy string `json:"hashAlgorithm"`
	} `json:"logFiles"`
}

func (w *written) digest() (*Digest, error) {
	for _, m := range [...]struct{ name, value string }{
		{"awsAccountId", w.Account},
		{"digestS3Bucket", w.Bucket},
		{"digestS3Object", w.Object},
		{"digestPublicKeyFingerprint", w.Fingerprint},
		{"digestSignatureAlgorithm", w.Algorithm},
	} {
		if m.value == "" {
			return nil, fmt.Errorf("%s is missing", m.name)
		}
	}
	d := &Digest{
		Account: w.Account, EndText: w.End, Bucket: w.Bucket, Object: w.Object,
		Fingerprint: strings.ToLower(w.Fingerprint), Algorithm: w.Algorithm,
	}
	var err error
	if d.Start, err = time.Parse(time.RFC3339, w.Start); err != nil {
		return nil, fmt.Errorf("digestStartTime %q is no time", w.Start)
	}
	if d.End, err = time.Parse(time.RFC3339, w.End); err != nil {
		return nil, fmt.Errorf("digestEndTime %q is no time", w.End)
	}
	d.Start, d.End = d.Start.UTC(), d.End.UTC()
	if !d.Start.Before(d.End) {
		return nil, fmt.Errorf("digestEndTime %s is not after digestStartTime", w.End)
	}
	if d.Previous, err = w.previous(); err != nil {
		return nil, err
	}
	d.Logs = make([]Listing, 0, len(w.Logs))
	for i, l := range w.Logs {
		hash, err := hashOf(l.Hash, l.HashBy)
		if err == nil && (l.Bucket == "" || l.Object == "") {
			err = errors.New("s3Bucket or s3Object is missing")
		}
		if err != nil {
			return nil, fmt.Errorf("logFiles, entry %d: %w", i+1, err)
		}
		d.Logs = append(d.Logs, Listing{l.Bucket, l.Object, hash})
	}
	return d, nil
}

// previous reads the five members that name the digest before: all are null, or none is.
func (w *written) previous() (*Previous, error) {
	set := 0
	members := [...]*string{w.PrevBucket, w.PrevObject, w.PrevHash, w.PrevHashBy, w.PrevSignature}
	for _, m := range members {
		if m != nil {
			set++
		}
	}
	switch set {
	case 0:
		return nil, nil //nolint:nilnil // a digest that starts a chain names none
	case len(members):
	default:
		return nil, errors.New("of the previousDigest members some are null and some are not")
	}
	hash, err := hashOf(*w.PrevHash, *w.PrevHashBy)
	if err != nil {
		return nil, fmt.Errorf("previousDigestHashValue: %w", err)
	}
	return &Previous{*w.PrevBucket, *w.PrevObject, hash, *w.PrevSignature}, nil
}

// hashOf checks a hash; one of another length was edited by hand and is never guessed at.
func hashOf(value, algorithm string) (string, error) {
	if algorithm != "SHA-256" {
		return "", fmt.Errorf("hash algorithm %q is not SHA-256", algorithm)
	}
	if b, err := hex.DecodeString(value); err != nil || len(b) != 32 {
		return "", fmt.Errorf("hash %q is not 64 hexadecimal digits", value)
	}
	return strings.ToLower(value), nil
}

// signed is the text that CloudTrail signs, hash being of the uncompressed digest.
func (d *Digest) signed(hash string) string {
	before := "null"
	if d.Previous != nil {
		before = d.Previous.Signature
	}
	return d.EndText + "\n" + d.Bucket + "/" + d.Object + "\n" + hash + "\n" + before
}
