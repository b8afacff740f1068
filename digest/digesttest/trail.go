// Package digesttest makes the files of an invented trail, with digests signed by a key of its
// own, for tests of what verifies them.
package digesttest

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/md5" //nolint:gosec // AWS names its keys by it
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
	bucket  = "logs-example"
	stamp   = "2006-01-02T15:04:05Z"
)

// Begin is when the first hour begins.
func Begin() time.Time { return time.Date(2022, 12, 20, 0, 0, 0, 0, time.UTC) }

// Trail is a bucket of CloudTrail on disk.
type Trail struct {
	Dir string // holds AWSLogs

	// Logs are the paths of the logs of each hour, Digests those of the digests; the digest of
	// an hour for which there is none is "".
	Logs    [][]string
	Digests []string

	key        *rsa.PrivateKey
	logs       int               // so far
	signatures map[string]string // by the digest's path
	last       map[string]any    // what the next digest says of the one before
}

// Off is an hour in which logging was off: no digest, and the next one starts a chain.
const Off = -1

// NewKey makes a key that can sign.
func NewKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

// New makes a trail of so many hours, each with so many logs, under a folder.
func New(dir string, key *rsa.PrivateKey, hours ...int) (*Trail, error) {
	t := &Trail{Dir: dir, key: key, signatures: map[string]string{}}
	for i, logs := range hours {
		if logs == Off {
			t.last = nil
			t.Logs, t.Digests = append(t.Logs, nil), append(t.Digests, "")
			continue
		}
		if err := t.hour(i, logs); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// At is when an hour begins.
func At(hour int) time.Time { return Begin().Add(time.Duration(hour) * time.Hour) }

func (t *Trail) hour(i, logs int) error {
	var paths []string
	listed := []any{}
	for n := range logs {
		name, entry, err := t.log(At(i).Add(time.Duration(15+n%30) * time.Minute))
		if err != nil {
			return err
		}
		paths, listed = append(paths, name), append(listed, entry)
	}
	name, last, err := t.digest(i, "", listed, t.last)
	t.Logs, t.Digests, t.last = append(t.Logs, paths), append(t.Digests, name), last
	return err
}

// Backfill makes a digest for an hour that lists a late log, and returns both paths.
func (t *Trail) Backfill(hour int) (digest, log string, err error) {
	log, entry, err := t.log(At(hour).Add(50 * time.Minute))
	if err != nil {
		return "", "", err
	}
	digest, _, err = t.digest(hour, "_backfill", []any{entry}, nil)
	return digest, log, err
}

// Log adds a log that no digest lists, delivered at some time.
func (t *Trail) Log(at time.Time) (string, error) {
	name, _, err := t.log(at)
	return name, err
}

func (t *Trail) log(at time.Time) (name string, entry map[string]any, err error) {
	t.logs++
	id := fmt.Sprintf("LOG%013d", t.logs)
	text := fmt.Sprintf(`{"Records":[{"eventVersion":"1.08","eventID":%q,"eventTime":%q,`+
		`"eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":%q,`+
		`"sourceIPAddress":"198.51.100.7","userIdentity":{"type":"IAMUser","userName":"ci",`+
		`"accountId":%q,"accessKeyId":"AKIAIOSFODNN7EXAMPLE"},"recipientAccountId":%q}]}`,
		id, at.Format(stamp), region, account, account)
	object := path.Join("AWSLogs", account, "CloudTrail", region, at.Format("2006/01/02"),
		fmt.Sprintf("%s_CloudTrail_%s_%s_%s.json.gz", account, region,
			at.Format("20060102T1504Z"), id))
	name = filepath.Join(t.Dir, filepath.FromSlash(object))
	return name, map[string]any{
		"s3Bucket": bucket, "s3Object": object, "hashValue": hash([]byte(text)),
		"hashAlgorithm": "SHA-256", "newestEventTime": at.Format(stamp),
		"oldestEventTime": at.Format(stamp),
	}, Write(name, []byte(text))
}

func (t *Trail) digest(
	i int, suffix string, listed []any, previous map[string]any,
) (name string, next map[string]any, err error) {
	end := At(i + 1)
	object := path.Join("AWSLogs", account, "CloudTrail-Digest", region, end.Format("2006/01/02"),
		fmt.Sprintf("%s_CloudTrail-Digest_%s_main_%s_%s%s.json.gz", account, region, region,
			end.Format("20060102T150405Z"), suffix))
	d := map[string]any{
		"awsAccountId": account, "digestStartTime": At(i).Format(stamp),
		"digestEndTime": end.Format(stamp), "digestS3Bucket": bucket, "digestS3Object": object,
		"digestPublicKeyFingerprint": t.Fingerprint(), "digestSignatureAlgorithm": "SHA256withRSA",
		"newestEventTime": nil, "oldestEventTime": nil, "logFiles": listed,
	}
	before := "null"
	for _, member := range []string{
		"S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature",
	} {
		d["previousDigest"+member] = previous[member]
	}
	if previous != nil {
		before = fmt.Sprint(previous["Signature"])
	}
	text, err := json.Marshal(d)
	if err != nil {
		return "", nil, err
	}
	signature, err := t.sign(end.Format(stamp) + "\n" + bucket + "/" + object + "\n" + hash(text) +
		"\n" + before)
	name = filepath.Join(t.Dir, filepath.FromSlash(object))
	t.signatures[name] = signature
	return name, map[string]any{
		"S3Bucket": bucket, "S3Object": object, "HashValue": hash(text),
		"HashAlgorithm": "SHA-256", "Signature": signature,
	}, errors.Join(err, Write(name, text))
}

func (t *Trail) sign(text string) (string, error) {
	sum := sha256.Sum256([]byte(text))
	b, err := rsa.SignPKCS1v15(nil, t.key, crypto.SHA256, sum[:])
	return hex.EncodeToString(b), err
}

// Fingerprint is the public key's.
func (t *Trail) Fingerprint() string {
	sum := md5.Sum(x509.MarshalPKCS1PublicKey(&t.key.PublicKey)) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

// Keys is the answer of list-public-keys, the key valid from one time to the other.
func (t *Trail) Keys(from, to time.Time) []byte {
	value := base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&t.key.PublicKey))
	return fmt.Appendf(nil, `{"PublicKeyList":[{"Fingerprint":%q,"ValidityStartTime":%q,`+
		`"ValidityEndTime":%q,"Value":%q}]}`, t.Fingerprint(), from.Format(time.RFC3339),
		to.Format(time.RFC3339), value)
}

// Head is the answer of head-object for a digest.
func (t *Trail) Head(digest string) []byte {
	return fmt.Appendf(nil, `{"ContentType":"application/json","Metadata":{"signature":%q,`+
		`"signature-algorithm":"SHA256withRSA","backfill-generation-timestamp":%q}}`+"\n",
		t.signatures[digest], At(len(t.Logs)).Format(stamp))
}

// Read unpacks a file.
func Read(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// Write packs a file.
func Write(name string, text []byte) error {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	if err := errors.Join(err, z.Close(), os.MkdirAll(filepath.Dir(name), 0o700)); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o600)
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
