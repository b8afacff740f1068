package ingest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/gzip"
)

// stored is a file as it is stored: it hashes and counts every byte that passes.
type stored struct {
	ctx      context.Context //nolint:containedctx // lives as long as one Read, which has it
	src      io.Reader
	sum      hash.Hash
	bytes    int64
	progress func(int64)
	err      error // of reading, other than io.EOF
}

func newStored(ctx context.Context, r io.Reader, progress func(int64)) *stored {
	if progress == nil {
		progress = func(int64) {}
	}
	return &stored{ctx: ctx, src: r, sum: sha256.New(), progress: progress}
}

func (s *stored) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.src.Read(p)
	s.sum.Write(p[:n])
	s.bytes += int64(n)
	if n > 0 {
		s.progress(int64(n))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = fmt.Errorf("reading the file: %w", err)
		err = s.err
	}
	return n, err
}

// drain reads what no form wanted, so that the hash is of the whole file.
func (s *stored) drain() {
	buf := make([]byte, 64<<10)
	for idle := 0; idle < 100; idle++ {
		n, err := s.Read(buf)
		if err != nil {
			return
		}
		if n > 0 {
			idle = 0
		}
	}
	s.err = io.ErrNoProgress
}

// hexSum is the hash of the file, "" if not all of it could be read.
func (s *stored) hexSum() string {
	if s.err != nil {
		return ""
	}
	return hex.EncodeToString(s.sum.Sum(nil))
}

const maxNesting = 2 // gzip within gzip happens when logs are archived again; deeper is a trap

// unpack returns the stream within all gzip layers, whatever the file is called.
func unpack(r io.Reader, b *budget) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	for layer := 0; isGzip(in); layer++ {
		if layer == maxNesting {
			return nil, errors.New("gzip within gzip within gzip: unpack it first")
		}
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, gzipError(err)
		}
		in = bufio.NewReaderSize(&bounded{src: z, budget: b}, 4<<10)
	}
	return in, nil
}

func isGzip(r *bufio.Reader) bool {
	head, _ := r.Peek(3) // a short file is no gzip
	return len(head) == 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8
}

// budget is how many more bytes a file as stored may expand to, all that is packed in it
// together: the sizes that packed data declare lie.
type budget struct{ left, most int64 }

func (b *budget) exceeded() error {
	return fmt.Errorf("expands to more than the limit of %d bytes; what is behind them was not "+
		"read: raise the limit if this is no trap", b.most)
}

// bounded passes on decompressed bytes as far as the budget goes.
type bounded struct {
	src    io.Reader
	budget *budget
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.budget.left == 0 {
		var one [1]byte
		if n, err := b.src.Read(one[:]); n == 0 {
			return 0, gzipError(err)
		}
		return 0, b.budget.exceeded()
	}
	n, err := b.src.Read(p[:min(int64(len(p)), b.budget.left)])
	b.budget.left -= int64(n)
	return n, gzipError(err)
}

// gzipError says in words what is wrong with a file.
func gzipError(err error) error {
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the gzip data ends early: the file is truncated")
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("what follows the gzip data is not gzip and was not read")
	case errors.Is(err, gzip.ErrChecksum):
		return errors.New("the gzip checksum does not match: the data may be damaged")
	}
	return fmt.Errorf("unpacking gzip: %w", err)
}
