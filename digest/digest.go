// Package digest tells whether files are still what they were: those of a case by the hashes in
// its manifest, CloudTrail's by the digest files that CloudTrail signs. It stands beside the flow:
// it reads files, and knows no database and no other stage; its Result goes to report.
//
// An hour of CloudTrail is a digest: a list of the logs delivered in it with the SHA-256 of each,
// and the hash and signature of the digest before. A digest's own signature is in the next one, or
// in the metadata of its S3 object. The AWS CLI checks this only in S3; this package does it on
// copies, wherever they lie and whatever they are called, as long as their content is the same.
//
// parse.go reads a digest, object.go the names of S3 objects, keys.go and heads.go what the user
// saved from AWS. scan.go hashes all files, archive.go those in archives, sign.go decides which
// digests CloudTrail wrote, chain.go what is missing between them, logs.go what became of the logs.
//
// # Limitations
//
// The hash in a digest is of the uncompressed log. It says nothing about the bytes of the gzip
// around it: what stands behind the first gzip member is reported, a changed time in its header
// cannot be seen (the manifest sees both). Digests before the first one at hand and after the last
// leave no trace in the others.
package digest

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// File is a file to verify. Name is what it is called in the answer, Path where it is opened. One
// in a zip or tar archive is called ARCHIVE!MEMBER, Member apart too, and has the archive's path.
type File struct {
	Name, Path, Member string
	Size               int64
}

// Loaded is a row of a case's manifest. SHA256 is of the file as stored, in hexadecimal; "" if
// the file could not be read whole. In is the archive that a file is in, as it is stored: it has
// its name and is told by its hash.
type Loaded struct{ Name, SHA256, In string }

// Input is what Verify works on.
type Input struct {
	Files []File

	// Manifest is what a case has loaded; nil without a case. Names are those of Files.
	Manifest []Loaded

	// Keys are public keys that the user fetched from AWS; without them no signature is checked.
	Keys []Key

	// Heads are signatures from the metadata of digests' S3 objects.
	Heads []Head

	// Form tells the form of a file that no digest lists: cloudtrail/… for a CloudTrail log.
	// It is called from several goroutines; nil means that names alone tell.
	Form func(context.Context, File) (string, error)

	// Progress is told how many bytes were read since the last call, from several goroutines.
	Progress func(bytes int64)
}

// Verify hashes all files and says what they are. Whatever is wrong with a file is a problem in
// the Result; the error is the context's or Form's.
func Verify(ctx context.Context, in Input) (*Result, error) {
	v := &verifier{in: in, result: &Result{
		Schema: schema, Keys: len(in.Keys),
		Chains: []Chain{}, Problems: []Problem{}, Silent: []Silent{},
	}}
	var err error
	if v.seen, err = scan(ctx, in); err != nil {
		return nil, err
	}
	v.result.Files = len(v.seen)
	v.manifest()
	v.collect()
	if err := v.sign(ctx); err != nil {
		return nil, err
	}
	v.choose()
	v.prove()
	v.judgeDigests()
	v.judgeChains()
	v.matchLogs()
	if err := v.rest(ctx); err != nil {
		return nil, err
	}
	v.silences()
	v.finish()
	return v.result, nil
}

// verifier is the state of one Verify.
type verifier struct {
	in     Input
	seen   []*seen // in the order of the input
	result *Result

	all      []*node // every digest file that could be read
	nodes    []*node // one for each digest, the first where copies differ
	byObject map[string][]*node
	chains   []*chain
	unnamed  []Head // heads that do not say of which digest they are
	byBase   map[string][]*seen
	absent   map[string]bool // names of digests that are told as missing or changed
	listed   map[string]*entry
	covered  map[scope][]span
}

// scope is what a digest and the logs in it belong to.
type scope struct{ account, region string }

// problem reports something; the texts are built by the callers from hostile names, so whoever
// prints them cleans them.
func (v *verifier) problem(p Problem) {
	v.result.Problems = append(v.result.Problems, p)
}

// finish sorts the answer, so that it does not depend on the order in which it was found.
func (v *verifier) finish() {
	for _, c := range v.chains {
		v.result.Chains = append(v.result.Chains, c.Chain)
	}
	order := []Level{Wrong, Unproven, Note}
	slices.SortStableFunc(v.result.Problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, a.Level), slices.Index(order, b.Level)),
			cmp.Compare(slices.Index(whats, a.What), slices.Index(whats, b.What)),
			strings.Compare(a.Chain, b.Chain), strings.Compare(a.Kind, b.Kind),
			strings.Compare(a.Object, b.Object), strings.Compare(a.File, b.File),
			strings.Compare(a.Text, b.Text),
		)
	})
}
