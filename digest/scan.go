package digest

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
)

const (
	maxNesting = 2         // gzip within gzip happens when logs are archived again
	maxExpand  = 64 << 30  // bytes of one file; what declares its size lies
	maxDigest  = 256 << 20 // an hour of a million logs
	sniffed    = 64 << 10  // bytes in which a digest shows itself
)

// seen is a file and what was found in it.
type seen struct {
	File
	stored    string // SHA-256 of the file as it is, in hexadecimal; "" if it was not read whole
	sum       string // of its uncompressed content, so far as it could be read
	trailing  int64  // bytes behind the first gzip member
	err       error  // reading or unpacking ended early
	digest    *Digest
	malformed error // it is a digest, and none that CloudTrail would write
	matched   bool  // it is a digest or a listed log, or told as a changed one
	told      bool  // that it cannot be read
}

// scan reads every file once. The order of the answer is that of the input.
func scan(ctx context.Context, in Input) ([]*seen, error) {
	out := make([]*seen, len(in.Files))
	err := parallel(ctx, len(in.Files), func() func(int) error {
		r := newReader(in)
		return func(i int) error {
			out[i] = &seen{File: in.Files[i]}
			r.read(ctx, out[i])
			return nil
		}
	})
	return out, err
}

// parallel does n things on all cores: hashing and unpacking are all that verifying takes.
// worker is called once for each core.
func parallel(ctx context.Context, n int, worker func() func(int) error) error {
	var wg sync.WaitGroup
	var next, failed atomic.Int64
	errs := make([]error, n)
	for range min(n, runtime.GOMAXPROCS(0)) {
		do := worker()
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || ctx.Err() != nil || failed.Load() > 0 {
					return
				}
				if errs[i] = do(i); errs[i] != nil {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// reader reads files one after the other with the same buffers.
type reader struct {
	progress func(int64)
	manifest bool // hash files as they are stored, too
	in       *bufio.Reader
	layers   [maxNesting]*gzip.Reader
	unpacked [maxNesting]*bufio.Reader
	buf      []byte
}

func newReader(in Input) *reader {
	r := &reader{
		progress: in.Progress, manifest: in.Manifest != nil,
		in: bufio.NewReaderSize(nil, sniffed), buf: make([]byte, 256<<10),
	}
	for i := range r.unpacked {
		r.unpacked[i] = bufio.NewReaderSize(nil, sniffed)
	}
	return r
}

// read hashes a file and, if it is a digest, parses it.
func (r *reader) read(ctx context.Context, s *seen) {
	f, err := os.Open(s.Path)
	if err != nil {
		s.err = fileError(err)
		return
	}
	defer f.Close()
	raw := &counted{ctx: ctx, src: f, progress: r.progress}
	if r.manifest {
		raw.sum = sha256.New()
	}
	r.in.Reset(raw)
	s.err = r.content(s)
	_, err = r.rest(r.in) // for the hash of the whole file
	s.err = cmp.Or(s.err, err)
	if raw.err == nil && raw.sum != nil {
		s.stored = hex.EncodeToString(raw.sum.Sum(nil))
	}
}

// rest reads to the end and counts.
func (r *reader) rest(in io.Reader) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{in}, r.buf)
}

// content reads what is within the gzip layers. Of each layer it reads the first member only:
// that is what CloudTrail wrote.
func (r *reader) content(s *seen) error {
	in := r.in
	var outer []*bufio.Reader
	for layer := 0; isGzip(in); layer++ {
		if layer == maxNesting {
			return errors.New("gzip within gzip within gzip")
		}
		z := r.layers[layer]
		var err error
		if z == nil {
			z, err = gzip.NewReader(in)
			r.layers[layer] = z
		} else {
			err = z.Reset(in)
		}
		if err != nil {
			return gzipError(err)
		}
		z.Multistream(false)
		outer = append(outer, in)
		in = r.unpacked[layer]
		in.Reset(&bounded{src: z, left: maxExpand})
	}
	err := r.hash(s, in)
	for i := len(outer) - 1; i >= 0 && err == nil; i-- {
		var n int64
		n, err = r.rest(outer[i])
		s.trailing += n
	}
	return gzipError(err)
}

// hash hashes the content, and keeps it if it may be a digest.
func (r *reader) hash(s *seen, in *bufio.Reader) error {
	head, _ := in.Peek(sniffed)
	h := sha256.New()
	var kept *limited
	var w io.Writer = h
	if bytes.Contains(head, []byte(`"digest`)) || looksLikeDigest(s.Name) {
		kept = &limited{left: maxDigest}
		w = io.MultiWriter(h, kept)
	}
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{in}, r.buf)
	s.sum = hex.EncodeToString(h.Sum(nil))
	if kept != nil && err == nil {
		s.parse(kept, bytes.Contains(head, []byte(`"digestStartTime"`)))
	}
	return err
}

// parse finds out whether a file is a digest. What has neither its name nor its members is none.
func (s *seen) parse(kept *limited, members bool) {
	if kept.left < 0 {
		s.malformed = fmt.Errorf("it is larger than %d MiB", maxDigest>>20)
		return
	}
	d, err := Parse(kept.text)
	if err == nil {
		s.digest = d
	} else if !errors.Is(err, errNoDigest) && (members || looksLikeDigest(s.Name)) {
		s.malformed = err
	}
}

// limited keeps so much of what is written, and then nothing.
type limited struct {
	text []byte
	left int64
}

func (l *limited) Write(p []byte) (int, error) {
	l.left -= int64(len(p))
	if l.left >= 0 {
		l.text = append(l.text, p...)
	} else {
		l.text = nil
	}
	return len(p), nil
}

// counted is a file as it is stored: it hashes, counts and can be interrupted.
type counted struct {
	ctx      context.Context //nolint:containedctx // lives as long as the reading of one file
	src      io.Reader
	sum      hash.Hash
	progress func(int64)
	err      error // of reading, other than io.EOF
}

func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		c.err = err
		return 0, err
	}
	n, err := c.src.Read(p)
	if c.sum != nil {
		c.sum.Write(p[:n])
	}
	if c.progress != nil && n > 0 {
		c.progress(int64(n))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = fileError(err)
		return n, c.err
	}
	return n, err
}

// bounded passes on at most so many bytes.
type bounded struct {
	src  io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.src.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("it unpacks to more than %d GiB", maxExpand>>30)
	}
	return n, err
}

func isGzip(r *bufio.Reader) bool {
	head, _ := r.Peek(3) // a short file is no gzip
	return len(head) == 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8
}

// gzipError says in words what is wrong with a file.
func gzipError(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the gzip data ends early")
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("the gzip header is damaged")
	case errors.Is(err, gzip.ErrChecksum):
		return errors.New("the gzip checksum does not match")
	}
	return err
}

// fileError is an error without the path, which is named beside it.
func fileError(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}
