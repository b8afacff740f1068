package digest

import (
	"bytes"
	"crypto"
	"crypto/md5" //nolint:gosec // the fingerprint is an MD5, nothing is trusted for it
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// slack is how long after the end of its hour a digest may be signed.
const slack = 2 * time.Hour

// Key is a public key of CloudTrail and the time in which it signed.
type Key struct {
	Fingerprint string // MD5 of the key as DER, in hexadecimal
	From, To    time.Time
	key         *rsa.PublicKey
}

// ParseKeys reads what the user saved from aws cloudtrail list-public-keys: one answer, or
// several one after the other.
func ParseKeys(text []byte) ([]Key, error) {
	var keys []Key
	err := eachJSON(text, func(doc json.RawMessage) error {
		var list struct {
			Keys []writtenKey `json:"PublicKeyList"`
		}
		if err := json.Unmarshal(doc, &list); err != nil {
			return err
		}
		if list.Keys == nil {
			return errors.New("no PublicKeyList in it")
		}
		for _, w := range list.Keys {
			k, err := w.key()
			if err != nil {
				return fmt.Errorf("key %d: %w", len(keys)+1, err)
			}
			keys = append(keys, k)
		}
		return nil
	})
	if err == nil && len(keys) == 0 {
		err = errors.New("there is no key in it: name the time of the digests with " +
			"--start-time and --end-time")
	}
	if err != nil {
		return nil, fmt.Errorf("%w\nhint: save the output of aws cloudtrail list-public-keys "+
			"--output json --region REGION --start-time FROM --end-time TO", err)
	}
	return keys, nil
}

// eachJSON hands over the JSON values of a text one after the other.
func eachJSON(text []byte, do func(json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))))
	for {
		var doc json.RawMessage
		switch err := d.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("not JSON: %w", err)
		}
		if err := do(doc); err != nil {
			return err
		}
	}
}

type writtenKey struct {
	Value       string          `json:"Value"`
	From        json.RawMessage `json:"ValidityStartTime"`
	To          json.RawMessage `json:"ValidityEndTime"`
	Fingerprint string          `json:"Fingerprint"`
}

func (w *writtenKey) key() (k Key, err error) {
	der, err := base64.StdEncoding.DecodeString(w.Value)
	if err != nil {
		return k, fmt.Errorf("value: %w", err)
	}
	sum := md5.Sum(der) //nolint:gosec // AWS names its keys so
	k.Fingerprint = hex.EncodeToString(sum[:])
	if !strings.EqualFold(k.Fingerprint, w.Fingerprint) {
		return k, fmt.Errorf("its value has the fingerprint %s, not %q: the file was changed",
			k.Fingerprint, w.Fingerprint)
	}
	if k.key, err = x509.ParsePKCS1PublicKey(der); err != nil {
		return k, fmt.Errorf("value: %w", err)
	}
	if k.From, err = awsTime(w.From); err != nil {
		return k, fmt.Errorf("ValidityStartTime: %w", err)
	}
	if k.To, err = awsTime(w.To); err != nil {
		return k, fmt.Errorf("ValidityEndTime: %w", err)
	}
	return k, nil
}

// awsTime reads a time as the AWS CLI prints it: text in version 2, seconds since the epoch in
// version 1.
func awsTime(raw json.RawMessage) (time.Time, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return t, fmt.Errorf("%q is no time", text)
		}
		return t.UTC(), nil
	}
	var seconds float64
	if err := json.Unmarshal(raw, &seconds); err != nil || math.Abs(seconds) > 1e11 {
		return time.Time{}, errors.New("no time")
	}
	return time.UnixMilli(int64(seconds * 1000)).UTC(), nil
}

// verifies tells whether the signature of a text, in hexadecimal, was made with the key.
func (k *Key) verifies(text, signature string) bool {
	b, err := hex.DecodeString(signature)
	if err != nil {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(k.key, crypto.SHA256, sum[:], b) == nil
}
