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
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
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

// unpacked is the stream within all layers of gzip and zstd, whatever the file is called.
type unpacked struct {
	*bufio.Reader
	layers int
	close  func() // frees what unpacks
}

func unpack(r io.Reader, b *budget) (unpacked, error) {
	in := unpacked{Reader: bufio.NewReaderSize(r, 64<<10), close: func() {}}
	for ; ; in.layers++ {
		head, _ := in.Peek(4) // a short file is not packed
		isGzip := len(head) >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8
		isZstd := string(head) == "\x28\xB5\x2F\xFD"
		if !isGzip && !isZstd {
			return in, nil
		}
		if in.layers == maxNesting {
			in.close()
			return in, errors.New("packed three times, such as gzip within gzip within gzip: " +
				"unpack it first")
		}
		var z io.Reader
		var err error
		what := "gzip"
		if isGzip {
			z, err = gzip.NewReader(in)
		} else {
			what = "zstd"
			z, err = in.zstd()
		}
		if err != nil {
			in.close()
			return in, packedError(what, err)
		}
		in.Reader = bufio.NewReaderSize(&bounded{src: z, budget: b, what: what}, 4<<10)
	}
}

// zstd returns what unpacks the stream at hand. Its memory is bound: a frame may ask for a
// window of any size.
func (u *unpacked) zstd() (io.Reader, error) {
	z, err := zstd.NewReader(u.Reader, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	around := u.close
	u.close = func() { z.Close(); around() }
	return z, nil
}

const maxWindow = 128 << 20

// budget is how many more bytes a file as stored may expand to, all that is packed in it
// together: the sizes that packed data declare lie.
type budget struct{ left, most int64 }

func (b *budget) exceeded() error {
	return fmt.Errorf("expands to more than the limit of %d bytes; what is behind them was not "+
		"read: raise the limit (--max-expand) if this is no trap", b.most)
}

// bounded passes on decompressed bytes as far as the budget goes.
type bounded struct {
	src    io.Reader
	budget *budget
	what   string // packs them
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.budget.left == 0 {
		var one [1]byte
		if n, err := b.src.Read(one[:]); n == 0 {
			return 0, packedError(b.what, err)
		}
		return 0, b.budget.exceeded()
	}
	n, err := b.src.Read(p[:min(int64(len(p)), b.budget.left)])
	b.budget.left -= int64(n)
	return n, packedError(b.what, err)
}

// packedError says in words what is wrong with a file.
func packedError(what string, err error) error {
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the %s data ends early: the file is truncated", what)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrWindowSizeTooSmall):
		return errors.New("the zstd data need too much memory: unpack it first")
	case errors.Is(err, zip.ErrChecksum):
		return errors.New("the checksum in the archive does not match: the data may be damaged")
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("what follows the gzip data is not gzip and was not read")
	case errors.Is(err, gzip.ErrChecksum):
		return errors.New("the gzip checksum does not match: the data may be damaged")
	}
	return fmt.Errorf("unpacking %s: %w", what, err)
}
