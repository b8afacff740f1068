package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"breachwindow/internal/archive"
)

// Raw reads a file again and returns the bytes of the record at pos exactly as they stand
// in it: an element, a CSV row, or what stands on a line; of one within another record, the
// innermost element that stands in the file. A rejected record is returned as far as it
// could be cut.
func Raw(name string, r io.Reader, pos int64, opt Options) ([]byte, error) {
	var raw []byte
	c := &capture{at: []int64{pos}, hand: func(q Quote) error {
		raw = q.Text
		return nil
	}}
	//nolint:contextcheck // reading one file up to one record needs no cancellation
	f := newFile(context.Background(), name, r, opt.withDefaults(), nil)
	f.capture = c
	if err := f.read(); err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, fmt.Errorf("%s: no record at position %d", name, pos)
	}
	return raw, nil
}

// RawIn is Raw for a file in an archive, which name is; member is the file's name in it.
func RawIn(name string, r io.Reader, member string, pos int64, opt Options) ([]byte, error) {
	full := archive.Member(name, member)
	var raw []byte
	hand := func(_ string, q Quote) error {
		raw = q.Text
		return errStop
	}
	//nolint:contextcheck // reading one file up to one record needs no cancellation
	f := newFile(context.Background(), name, r, opt.withDefaults(), discard{})
	f.quoteMembers(map[string][]int64{full: {pos}}, hand, false)
	if err := f.read(); err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, fmt.Errorf("%s: no record at position %d", full, pos)
	}
	return raw, nil
}

// Quote is a record as it stands in its file, but for what is Masked: of secrets, characters are
// stars and digits ones. Masking changes no length, and JSON stays JSON.
type Quote struct {
	Pos    int64
	Text   []byte // the receiver's to keep
	Masked bool
}

// Quotes reads a file again, once and to its end, and hands over records of it with their secrets
// masked, each with the name of the file that it stands in. at has the positions that are wanted,
// ascending, by name: that of the file, or those of the files in it if it is an archive. One
// without a record is passed over. sum is the SHA-256 of the whole file as stored, hexadecimal, ""
// if reading it failed: of another file than the one whose positions these are, nothing that was
// handed over is worth anything.
func Quotes(
	ctx context.Context, name string, r io.Reader, at map[string][]int64, opt Options,
	hand func(name string, q Quote) error,
) (sum string, err error) {
	f := newFile(ctx, name, r, opt.withDefaults(), discard{})
	f.quoteMembers(at, hand, true)
	if own, ok := at[name]; ok {
		f.capture = &capture{at: own, masks: true, hand: func(q Quote) error { return hand(name, q) }}
	}
	if err := f.read(); err != nil {
		return "", err
	}
	f.stored.drain()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return f.stored.hexSum(), nil
}

// quoteMembers makes the file hand over records of the files that are in it.
func (f *file) quoteMembers(at map[string][]int64, hand func(string, Quote) error, masks bool) {
	f.wanted = &capture{masks: masks}
	left := len(at)
	holds := map[string]bool{} // archives in which something is wanted
	for name := range at {
		for i := range len(name) {
			if name[i] == '!' {
				holds[name[:i]] = true
			}
		}
	}
	f.each = func(name string, read func(Sink) (File, error)) error {
		if left == 0 {
			return errStop
		}
		if own, ok := at[name]; ok {
			left--
			f.wanted.at, f.wanted.quote = own, Quote{}
			f.wanted.hand = func(q Quote) error { return hand(name, q) }
			_, err := read(nil)
			return err
		}
		if holds[name] {
			_, err := read(discard{})
			return err
		}
		return nil
	}
}

// discard is a sink for what is only passed through.
type discard struct{}

func (discard) Events([]Event) error { return nil }
func (discard) Reject(Reject) error  { return nil }

// capture stands in for events when a file is read for some of its records.
type capture struct {
	at    []int64 // positions that are still to come
	hand  func(Quote) error
	masks bool

	quote Quote  // the record at at[0], as far as it was read
	last  []byte // what was taken last, as it stands in the file
}

// masker hides the secrets in a record, which is the masker's own, and tells whether it has any.
type masker func(raw []byte) bool

// take keeps the record if it is one that is wanted. Several on one line are kept, one a line;
// what holds several records is kept once.
func (c *capture) take(pos int64, raw []byte, hide masker) error {
	if err := c.pass(pos); err != nil {
		return err
	}
	if len(raw) == 0 || pos != c.at[0] ||
		c.quote.Text != nil && len(c.last) > 0 && &c.last[0] == &raw[0] {
		return nil
	}
	c.last = raw
	q := Quote{Pos: pos, Text: bytes.Clone(raw)}
	if c.masks {
		q.Masked = hide(q.Text)
	}
	if before := c.quote; before.Text != nil {
		q.Text = append(append(before.Text, '\n'), q.Text...)
		q.Masked = q.Masked || before.Masked
	}
	c.quote = q
	return nil
}

// pass hands over what stands before pos. It stops reading behind the last position.
func (c *capture) pass(pos int64) error {
	for len(c.at) > 0 && c.at[0] < pos {
		q := c.quote
		c.at, c.quote = c.at[1:], Quote{}
		if q.Text == nil {
			continue
		}
		if err := c.hand(q); err != nil {
			return err
		}
	}
	if len(c.at) == 0 {
		return errStop
	}
	return nil
}

// end hands over what is left when there is no more to read.
func (c *capture) end() error {
	if err := c.pass(math.MaxInt64); !errors.Is(err, errStop) {
		return err
	}
	return nil
}
