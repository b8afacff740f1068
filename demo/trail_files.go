package demo

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	trailBucket = "larkspur-cloudtrail"
	trailName   = "management-events"
	trailRoot   = "logs/cloudtrail/"
)

// cloudTrail makes the account's trail: the tree of a bucket, one file a day for us-east-1 and
// one every two days for eu-west-1, and one digest that was copied along.
func (c *cast) cloudTrail(jobs []job) ([]File, error) {
	t := &trail{d: newDice("cloudtrail")}
	t.builds(c, jobs)
	t.cupboard(c)
	t.people(c)
	t.handRun(c)
	t.responder(c)
	t.intruder(c)
	t.background(c)

	var files []File
	d := newDice("cloudtrail files")
	for _, part := range []struct {
		region string
		days   int
	}{{regionMain, 1}, {regionDepots, 2}} {
		for from := logsFrom; from.Before(logsUntil); from = from.AddDate(0, 0, part.days) {
			made, err := t.deliver(d, part.region, from, from.AddDate(0, 0, part.days))
			if err != nil {
				return nil, err
			}
			files = append(files, made...)
		}
	}
	return files, nil
}

// deliver writes the records of a region from one time to another as a log file, and for the
// night of the theft the digest that lists it. The path carries the time of the delivery.
func (t *trail) deliver(d dice, region string, from, until time.Time) ([]File, error) {
	var records []record
	for _, r := range t.records {
		if r.AWSRegion == region && !r.at.Before(from) && r.at.Before(until) {
			records = append(records, r)
		}
	}
	if len(records) == 0 {
		return nil, nil
	}
	slices.SortFunc(records, func(a, b record) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.EventID, b.EventID))
	})
	newest := records[len(records)-1].at
	delivered := newest.Truncate(5 * time.Minute).Add(10 * time.Minute)
	key := fmt.Sprintf("AWSLogs/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%s.json.gz",
		account, region, delivered.Format("2006/01/02"),
		account, region, delivered.Format("20060102T1504Z"), d.text(base62, 16))
	body, err := encode(map[string][]record{"Records": records})
	if err != nil {
		return nil, err
	}
	data, err := pack(body)
	if err != nil {
		return nil, err
	}
	files := []File{{Name: trailRoot + key, Data: data}}
	if region == regionMain && from.Equal(moment(12, 22, 0, 0, 0)) {
		digest, err := t.digest(loggedFile{key, body, records[0].at, newest, delivered})
		if err != nil {
			return nil, err
		}
		files = append(files, digest)
	}
	return files, nil
}

// loggedFile is what a digest says about a log file.
type loggedFile struct {
	key                       string
	body                      []byte // uncompressed: that is what a digest hashes
	oldest, newest, delivered time.Time
}

// digest makes the digest of the hour in which a log file was delivered. It is no log, and it
// stands alone: neither its predecessor nor its signature was exported.
func (t *trail) digest(l loggedFile) (File, error) {
	d := newDice("digest")
	ends := l.delivered.Add(23*time.Minute + 11*time.Second)
	key := func(at time.Time) string {
		return fmt.Sprintf("AWSLogs/%s/CloudTrail-Digest/%s/%s/%s_CloudTrail-Digest_%s_%s_%s_%s.json.gz",
			account, regionMain, at.Format("2006/01/02"),
			account, regionMain, trailName, regionMain, at.Format("20060102T150405Z"))
	}
	sum := sha256.Sum256(l.body)
	body, err := encode(struct {
		Account     string   `json:"awsAccountId"`
		Start       string   `json:"digestStartTime"`
		End         string   `json:"digestEndTime"`
		Bucket      string   `json:"digestS3Bucket"`
		Object      string   `json:"digestS3Object"`
		Fingerprint string   `json:"digestPublicKeyFingerprint"`
		Algorithm   string   `json:"digestSignatureAlgorithm"`
		Newest      string   `json:"newestEventTime"`
		Oldest      string   `json:"oldestEventTime"`
		PrevBucket  string   `json:"previousDigestS3Bucket"`
		PrevObject  string   `json:"previousDigestS3Object"`
		PrevHash    string   `json:"previousDigestHashValue"`
		PrevHashAlg string   `json:"previousDigestHashAlgorithm"`
		PrevSigned  string   `json:"previousDigestSignature"`
		LogFiles    []params `json:"logFiles"`
	}{
		account, stamp(ends.Add(-time.Hour)), stamp(ends), trailBucket, key(ends),
		hex.EncodeToString(d.bytes(16)), "SHA256withRSA", stamp(l.newest), stamp(l.oldest),
		trailBucket, key(ends.Add(-time.Hour)), hex.EncodeToString(d.bytes(32)), "SHA-256",
		hex.EncodeToString(d.bytes(256)),
		[]params{{
			"s3Bucket": trailBucket, "s3Object": l.key,
			"hashValue": hex.EncodeToString(sum[:]), "hashAlgorithm": "SHA-256",
			"newestEventTime": stamp(l.newest), "oldestEventTime": stamp(l.oldest),
		}},
	})
	if err != nil {
		return File{}, err
	}
	data, err := pack(body)
	return File{Name: trailRoot + key(ends), Data: data}, err
}
