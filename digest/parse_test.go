package digest_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/digest"
)

const sample = `{"awsAccountId":"111122223333","digestStartTime":"2022-12-20T01:00:00Z",` +
	`"digestEndTime":"2022-12-20T02:00:00Z","digestS3Bucket":"b","digestS3Object":"o",` +
	`"digestPublicKeyFingerprint":"AB","digestSignatureAlgorithm":"SHA256withRSA",` +
	`"newestEventTime":null,"oldestEventTime":null,"previousDigestS3Bucket":"pb",` +
	`"previousDigestS3Object":"po","previousDigestHashValue":"` + zeros + `",` +
	`"previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"5E",` +
	`"logFiles":[{"s3Bucket":"lb","s3Object":"lo","hashValue":"` + ones + `",` +
	`"hashAlgorithm":"SHA-256","newestEventTime":null,"oldestEventTime":null}]}`

const (
	zeros = "0000000000000000000000000000000000000000000000000000000000000000"
	ones  = "1111111111111111111111111111111111111111111111111111111111111111"
)

func TestParse(t *testing.T) {
	got, err := digest.Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := &digest.Digest{
		Account: "111122223333", Start: time.Date(2022, 12, 20, 1, 0, 0, 0, time.UTC),
		End: time.Date(2022, 12, 20, 2, 0, 0, 0, time.UTC), EndText: "2022-12-20T02:00:00Z",
		Bucket: "b", Object: "o", Fingerprint: "ab", Algorithm: "SHA256withRSA",
		Previous: &digest.Previous{Bucket: "pb", Object: "po", Hash: zeros, Signature: "5E"},
		Logs:     []digest.Listing{{Bucket: "lb", Object: "lo", Hash: ones}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want - got +:\n%s", diff)
	}
	// The signature is signed as it is written.
	if got := got.Signed("hash"); got != "2022-12-20T02:00:00Z\nb/o\nhash\n5E" {
		t.Errorf("signed %q", got)
	}
}

// The text that is signed for a digest that starts a chain, from the tests of the AWS CLI.
func TestSigned(t *testing.T) {
	d := &digest.Digest{EndText: "a", Bucket: "b", Object: "c"}
	want := "a\nb/c\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nnull"
	if got := d.Signed(sum("abc")); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"no JSON", `{`, `<`, "not JSON"},
		{"an array", sample, "[]", "not JSON"},
		{"no digest", `"logFiles"`, `"x"`, "not a CloudTrail digest"},
		{"no bucket", `"digestS3Bucket":"b"`, `"digestS3Bucket":""`, "digestS3Bucket is missing"},
		{"no account", `"awsAccountId":"111122223333",`, ``, "awsAccountId is missing"},
		{"a number", `"digestS3Bucket":"b"`, `"digestS3Bucket":7`, "digestS3Bucket"},
		{"no time", `"2022-12-20T01:00:00Z"`, `"yesterday"`, `digestStartTime "yesterday" is no time`},
		{"ends first", `"2022-12-20T02:00:00Z"`, `"2022-12-20T01:00:00Z"`, "is not after"},
		{"previous in part", `"po"`, `null`, "some are null"},
		{"a hash of 63", `"` + zeros, `"` + zeros[1:], "previousDigestHashValue"},
		{"no hash", ones, strings.Repeat("x", 64), "logFiles, entry 1"},
		{"an old hash", `"SHA-256","newest`, `"MD5","newest`, `"MD5" is not SHA-256`},
		{"no object", `"lo"`, `""`, "entry 1: s3Bucket or s3Object is missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(sample, test.old, test.new, 1)
			if text == sample {
				t.Fatal("nothing is changed")
			}
			d, err := digest.Parse([]byte(text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v; want an error with %q", d, err, test.want)
			}
		})
	}
}

// What parses has the members that verifying relies on.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(strings.Replace(sample, `"5E"`, `null`, 1)))
	f.Add([]byte(`{"digestStartTime":null,"logFiles":[null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := digest.Parse(text)
		if err != nil {
			if d != nil {
				t.Error("a digest beside an error")
			}
			return
		}
		hashes := []string{}
		if d.Previous != nil {
			hashes = append(hashes, d.Previous.Hash)
		}
		for _, l := range d.Logs {
			hashes = append(hashes, l.Hash)
			if l.Bucket == "" || l.Object == "" {
				t.Error("a log without its place")
			}
		}
		for _, h := range hashes {
			if b, err := hex.DecodeString(h); err != nil || len(b) != 32 || h != strings.ToLower(h) {
				t.Errorf("hash %q", h)
			}
		}
		if !d.Start.Before(d.End) || d.Bucket == "" || d.Object == "" || d.Account == "" {
			t.Errorf("%+v", d)
		}
	})
}
