// Package ingest reads log files: it recognises their form by content, cuts them into
// records and maps records to events. It stands at the start of the flow and knows no
// database; store gives it a Sink. Nothing is lost in silence: every record that is read
// becomes an event or a reject with its reason, and the sums are in File.
//
// A file goes through these steps, each in the file that bears its name: packed.go unpacks,
// archive.go hands on the files in an archive, block.go reads the bytes into immutable
// blocks, form.go recognises, cut.go cuts records out of JSON, csv.go out of CSV and parquet.go
// out of Parquet, walker.go validates a record and finds its members in one pass, and
// cloudtrail.go, github.go and circleci.go map it. A record that none of them knows may hold
// others: envelope.go opens it.
//
// # Limitations
//
// Other archives and compressions (7z, RAR, bzip2, xz …) and encrypted ones are not read: such a
// file has form unknown and one reject that names what it is.
package ingest

import (
	"context"
	"errors"
	"io"
)

// Event is one normalised record. A string that the log does not have is "".
type Event struct {
	Pos      int64 // element number from 1, CSV data row, or line number (NDJSON)
	Time     int64 // microseconds since the epoch, UTC
	ReadOnly int8  // 1 yes, 0 no, -1 unknown

	Source, EventID, Account, Region, Service, Action, Actor, ActorKind string

	Credential, CredentialKind, Session, Via, Minted, Target string

	IP, Agent, Outcome, Error, Details string

	Category string // what can be switched off by itself: management, data … / git, web, api …
}

// Reject is a record that could not become an event. Excerpt is its beginning: at most 200
// bytes of valid UTF-8 without control characters and without secrets.
type Reject struct {
	Pos             int64
	Reason, Excerpt string
}

// File is the account of one file: Records = Events + Rejects. Bytes and SHA256 are of the
// whole file as stored; SHA256 is "" if reading it failed. First and Last are the earliest
// and latest event time in microseconds; both are 0 without events.
type File struct {
	Bytes                    int64
	SHA256, Form             string
	Records, Events, Rejects int64
	First, Last              int64
}

// Sink takes what a file holds, in its order. A batch is the sink's to keep: its strings
// stay valid as long as they are referenced (several may share a block of memory).
type Sink interface {
	Events([]Event) error
	Reject(Reject) error
}

// Options bounds reading. The zero value is right.
type Options struct {
	// MaxRecord is the largest record in bytes; a larger one is a reject. 0 is 256 MiB.
	MaxRecord int64
	// MaxExpand bounds the unpacked bytes of one file as stored, with all that it holds. 0 is
	// DefaultMaxExpand.
	MaxExpand int64
	// Progress is told how many bytes, as stored, were read since the last call.
	Progress func(bytes int64)
}

const (
	defaultMaxRecord = 256 << 20
	mostMaxRecord    = 1 << 30 // offsets within a block are 32 bits wide
)

// DefaultMaxExpand is what a file may expand to if nothing else is said.
const DefaultMaxExpand = 64 << 30

func (o Options) withDefaults() Options {
	if o.MaxRecord <= 0 {
		o.MaxRecord = defaultMaxRecord
	}
	o.MaxRecord = min(o.MaxRecord, mostMaxRecord)
	if o.MaxExpand <= 0 {
		o.MaxExpand = DefaultMaxExpand
	}
	return o
}

func (o Options) progress(bytes int64) {
	if o.Progress != nil {
		o.Progress(bytes)
	}
}

// Read reads a file to its end and hands its events and rejects to the sink. name only
// tells what an empty file should have been. The error is ErrArchive, or the
// context's or the sink's; whatever is wrong with the file is a reject.
func Read(
	ctx context.Context, name string, r io.Reader, opt Options, sink Sink,
) (File, error) {
	f := newFile(ctx, name, r, opt.withDefaults(), sink)
	if err := f.read(); err != nil {
		return File{}, err
	}
	return f.account, nil
}

// errStop ends reading early without an error: a form gave up, or Raw has what it wants.
var errStop = errors.New("stop reading")
