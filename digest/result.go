package digest

import "time"

// schema is the version of the Result as JSON. Fields may be added, never renamed.
const schema = 1

// Result is the answer: what was verified, what was not, and why.
type Result struct {
	Schema   int       `json:"schema"`
	Tool     string    `json:"tool"` // the caller's to fill
	Files    int       `json:"files"`
	Others   int       `json:"others"` // files that are neither digests nor CloudTrail's
	Copies   int       `json:"copies"` // files with the content of another one that was matched
	Keys     int       `json:"keys"`   // public keys at hand
	Manifest *Manifest `json:"manifest"`
	Chains   []Chain   `json:"chains"`
	Problems []Problem `json:"problems"`
	Silent   []Silent  `json:"silent"`
}

// Manifest counts the files of a case: Files = Same + Changed + Gone + Unknown.
type Manifest struct {
	Files   int `json:"files"`
	Same    int `json:"same"`
	Changed int `json:"changed"`
	Gone    int `json:"gone"`
	Unknown int `json:"unknown"` // not readable now, or not when it was loaded
}

// Chain is the digests of one trail for one account and region.
// Digests = Verified + Failed + Unchecked, by their own signatures.
type Chain struct {
	Account    string    `json:"account"`
	Region     string    `json:"region"`
	Trail      string    `json:"trail"`
	HomeRegion string    `json:"home_region"`
	Backfill   bool      `json:"backfill"`
	Bucket     string    `json:"bucket"` // of the newest digest
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`

	Digests   int `json:"digests"`
	Verified  int `json:"verified"`
	Failed    int `json:"failed"`
	Unchecked int `json:"unchecked"`

	// Proven are the digests that CloudTrail wrote: their signature verifies, or a proven
	// digest names their hash.
	Proven int `json:"proven"`

	// Missing are the digests that others, or saved head-object output, name.
	Missing int `json:"missing"`

	// LogsIntact are at hand with the content that was listed, LogsProven those of them that
	// a proven digest lists. LogsListed = LogsIntact + LogsModified + LogsMissing.
	LogsListed   int `json:"logs_listed"`
	LogsIntact   int `json:"logs_intact"`
	LogsProven   int `json:"logs_proven"`
	LogsModified int `json:"logs_modified"`
	LogsMissing  int `json:"logs_missing"`
}

// ID names the chain in problems.
func (c *Chain) ID() string {
	id := c.Account + "/" + c.Region + "/" + c.Trail
	if c.Backfill {
		id += " (backfill)"
	}
	return id
}

// Level says how grave a problem is.
type Level string

// The levels. Wrong is something changed, missing or added; Unproven is what could not be
// checked; a Note takes nothing from the proof.
const (
	Wrong    Level = "wrong"
	Unproven Level = "unproven"
	Note     Level = "note"
)

// Problem is one thing that is not as it should be.
type Problem struct {
	Level Level `json:"level"`

	// What is file (of the manifest), chain, digest, log or head; Kind is what is with it:
	// modified, missing, moved, extra, unlisted, trailing, signature, gap …
	What string `json:"what"`
	Kind string `json:"kind"`

	Chain  string     `json:"chain,omitempty"`
	File   string     `json:"file,omitempty"`
	Object string     `json:"object,omitempty"` // s3://bucket/key
	From   *time.Time `json:"from,omitempty"`
	To     *time.Time `json:"to,omitempty"`
	Count  int        `json:"count,omitempty"` // files that the problem stands for, if not one

	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

// whats is the order in which problems of a level are told.
var whats = []string{"file", "chain", "digest", "log", "head"}

// Silent is a span in which CloudTrail delivered no log for an account and region, as proven
// digests say. CloudTrail delivers within about 15 minutes: an event of the last minutes of a span
// may be in a log after it. From is included, To is not.
type Silent struct {
	Account string    `json:"account"`
	Region  string    `json:"region"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
}

// Worst is the gravest level among the problems, Note if there are none.
func (r *Result) Worst() Level {
	worst := Note
	for _, p := range r.Problems {
		switch p.Level {
		case Wrong:
			return Wrong
		case Unproven:
			worst = Unproven
		}
	}
	return worst
}
