package ingest

import (
	"errors"
	"io"
)

const (
	firstBlock = 64 << 10
	mostBlock  = 1 << 20 // larger only for a larger record
)

// blocks reads a stream into blocks that never change once they are filled, so that the
// strings of events can point into them. Memory holds the current block and what events
// still point to, never the file.
type blocks struct {
	src io.Reader
	max int    // no block grows beyond this for the sake of a record
	buf []byte // the current block, as far as it is filled
	pos int    // where the next record starts
	off int64  // offset in the stream of buf[0]
	err error  // why the data ended; nil as long as there may be more, io.EOF at its true end
}

// more reads on, keeping what stands from pos on. It returns false at the end of the data.
// buf and pos change, as the rest may move to the start of a new block.
func (b *blocks) more() bool {
	if b.err != nil {
		return false
	}
	rest := b.buf[b.pos:]
	if cap(b.buf)-len(b.buf) == 0 {
		size := min(max(2*cap(b.buf), firstBlock), mostBlock)
		size = max(size, len(rest)+firstBlock, min(2*len(rest), b.max))
		block := make([]byte, len(rest), size)
		copy(block, rest)
		b.off += int64(b.pos)
		b.buf, b.pos = block, 0
	}
	start := len(b.buf)
	for idle := 0; len(b.buf) < cap(b.buf) && b.err == nil; idle++ {
		n, err := b.src.Read(b.buf[len(b.buf):cap(b.buf)])
		b.buf = b.buf[:len(b.buf)+n]
		b.err = err
		if n > 0 {
			idle = 0
		}
		if idle > 100 {
			b.err = io.ErrNoProgress
		}
	}
	return len(b.buf) > start
}

// rest is what was read and not taken yet.
func (b *blocks) rest() []byte {
	return b.buf[b.pos:]
}

// need makes sure that n bytes stand from pos on, if the data has them.
func (b *blocks) need(n int) {
	for len(b.rest()) < n && b.more() {
	}
}

// peek returns the next byte.
func (b *blocks) peek() (byte, bool) {
	if b.pos == len(b.buf) && !b.more() {
		return 0, false
	}
	return b.buf[b.pos], true
}

// offset is where in the (decompressed) stream the next byte stands.
func (b *blocks) offset() int64 {
	return b.off + int64(b.pos)
}

// broken returns what ended the data before its true end.
func (b *blocks) broken() error {
	if errors.Is(b.err, io.EOF) {
		return nil
	}
	return b.err
}
