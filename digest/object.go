package digest

import (
	"path"
	"regexp"
	"strings"
	"time"
)

var (
	digestName = regexp.MustCompile(`^(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_(.+)_([a-z0-9-]+)_` +
		`(\d{8}T\d{6}Z)(_backfill)?\.json(?:\.gz)?$`)
	logName = regexp.MustCompile(`^(\d{12})_CloudTrail(?:-[A-Za-z]+)?_([a-z0-9-]+)_` +
		`(\d{8}T\d{4}Z)_[A-Za-z0-9]+\.json(?:\.gz)?$`)
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]+$`)
	plainWord  = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,][A-Za-z0-9_./:@%+=,-]*$`)
)

// place is what the name of a digest's S3 object says.
type place struct {
	account, region, trail, home string
	backfill                     bool
}

// placeOf reads an object's key. One that is not named as CloudTrail names it is a trail of its
// own, called by its folder.
func placeOf(account, object string) place {
	m := digestName.FindStringSubmatch(path.Base(object))
	if m == nil {
		return place{account: account, trail: path.Dir(object)}
	}
	return place{
		account: account, region: m[2], trail: m[3], home: m[4], backfill: m[6] != "",
	}
}

// deliveredAs reads the name of a log. CloudTrail writes the time of delivery into it, to five
// minutes; without such a name ok is false.
func deliveredAs(name string) (s scope, at time.Time, ok bool) {
	m := logName.FindStringSubmatch(path.Base(name))
	if m == nil {
		return s, at, false
	}
	at, err := time.Parse("20060102T1504Z", m[3])
	return scope{m[1], m[2]}, at, err == nil
}

// looksLikeDigest tells whether a file has the name of a digest.
func looksLikeDigest(name string) bool { return digestName.MatchString(path.Base(name)) }

// baseOf is the name without folders; copies are often unpacked.
func baseOf(name string) string { return unpackedName(path.Base(name)) }

// unpackedName is a name without what packing adds to it.
func unpackedName(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ".zst"), ".gz")
}

// inPlace tells whether a file is called as its object. The folders count from AWSLogs on, and
// not at all where they were flattened.
func inPlace(file, object string) bool {
	f, o := fromRoot(file), fromRoot(object)
	if f == "" || o == "" {
		return baseOf(file) == baseOf(object)
	}
	return unpackedName(f) == unpackedName(o)
}

// fromRoot is a path from AWSLogs on, "" if it has no such folder.
func fromRoot(p string) string {
	if i := strings.LastIndex("/"+p, "/AWSLogs/"); i >= 0 {
		return p[i:]
	}
	return ""
}

// uri names an object.
func uri(bucket, object string) string { return "s3://" + bucket + "/" + object }

// word is an argument for a shell that does nothing there but stand: names come from files that
// anybody may have written. other is written for what is not safe even in quotes.
func word(s, other string) string {
	switch {
	case plainWord.MatchString(s):
		return s
	case s == "" || s[0] == '-' || strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r > '~' || r == '\'' || r == '\\'
	}):
		return other
	}
	return "'" + s + "'"
}

// headCommand is how to fetch the metadata of a digest.
func headCommand(bucket, object string) string {
	if !bucketName.MatchString(bucket) {
		bucket = "BUCKET"
	}
	return "aws s3api head-object --bucket " + bucket + " --key " + word(object, "KEY") +
		" > " + word(path.Base(object)+".head-object.json", "FILE")
}

// keysCommand is how to fetch the public keys of a region. A key may be exchanged at the end of
// the last digest's hour, so it asks for two more.
func keysCommand(region string, from, to time.Time) string {
	if region == "" {
		region = "REGION"
	}
	return "aws cloudtrail list-public-keys --region " + region + " --start-time " + stamp(from) +
		" --end-time " + stamp(to.Add(slack)) + " > keys.json"
}

// stamp writes a time as CloudTrail does.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
