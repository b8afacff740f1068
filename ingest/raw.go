package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

// Raw reads a file again and returns the bytes of the record at pos exactly as they stand
// in it: an element, a CSV row, or what stands on a line; of one within another record, the
// innermost element that stands in the file. A rejected record is returned as far as it
// could be cut.
func Raw(name string, r io.Reader, pos int64, opt Options) ([]byte, error) {
	//nolint:contextcheck // reading one file up to one record needs no cancellation
	f := newFile(context.Background(), name, r, opt.withDefaults(), nil)
	f.capture = &capture{pos: pos}
	if err := f.read(); err != nil {
		return nil, err
	}
	if f.capture.raw == nil {
		return nil, fmt.Errorf("%s: no record at position %d", name, pos)
	}
	return f.capture.raw, nil
}

// capture stands in for events when a file is read for one record.
type capture struct {
	pos  int64
	raw  []byte
	last []byte // what was taken last, as it stands in the file
}

// take keeps the record if it is the one. Several on one line are kept, one a line; what
// holds several records is kept once.
func (c *capture) take(pos int64, raw []byte) error {
	switch {
	case pos > c.pos:
		return errStop
	case pos < c.pos || len(raw) == 0:
		return nil
	case len(c.last) > 0 && &c.last[0] == &raw[0]:
		return nil
	case c.raw == nil:
		c.raw = bytes.Clone(raw)
	default:
		c.raw = append(append(c.raw, '\n'), raw...)
	}
	c.last = raw
	return nil
}
