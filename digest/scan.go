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
	"github.com/klauspost/compress/zstd"

	"breachwindow/internal/archive"
)

const (
	maxNesting = 2         // gzip within gzip happens when logs are archived again
	maxExpand  = 64 << 30  // bytes of one file; what declares its size lies
	maxWindow  = 128 << 20 // memory that zstd data may ask for
	maxDigest  = 256 << 20 // an hour of a million logs
	sniffed    = 64 << 10  // bytes in which a digest shows itself
)

// seen is a file and what was found in it.
type seen struct {
	File
	as        string // its name, for one in an archive that in it
	stored    string // SHA-256 of the file as it is, in hexadecimal; "" if it was not read whole
	sum       string // of its uncompressed content, so far as it could be read
	trailing  int64  // bytes behind the first gzip member
	err       error  // reading or unpacking ended early
	digest    *Digest
	malformed error         // it is a digest, and none that CloudTrail would write
	archived  bool          // it is in an archive
	archive   bool          // it is one
	members   []*seen       // of an archive
	names     archive.Names // of members
	matched   bool          // it is a digest or a listed log, or told as a changed one
	told      bool          // that it cannot be read
}

// scan reads every file once. The order of the answer is that of the input; behind an archive
// stand the files in it.
func scan(ctx context.Context, in Input) ([]*seen, error) {
	found := make([]*seen, len(in.Files))
	err := parallel(ctx, len(in.Files), func() func(int) error {
		r := newReader(in)
		return func(i int) error {
			found[i] = &seen{File: in.Files[i], as: in.Files[i].Name}
			r.read(ctx, found[i])
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	var out []*seen
	for _, s := range found {
		out = append(append(out, s), s.members...)
	}
	return out, nil
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
	manifest bool   // hash files as they are stored, too
	left     *int64 // how many more bytes the file at hand may expand to
	in       *bufio.Reader
	layers   [maxNesting]*gzip.Reader
	unpacked [maxNesting]*bufio.Reader
	buf      []byte
	inner    *reader // of the files in an archive
}

func newReader(in Input) *reader {
	r := &reader{
		progress: in.Progress, manifest: in.Manifest != nil, left: new(int64),
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
	*r.left = maxExpand
	r.in.Reset(raw)
	if formOf(r.in) == archive.Zip {
		s.err = r.zip(ctx, s, f)
	} else {
		s.err = r.content(ctx, s)
	}
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

// content reads what is within the packed layers. Of gzip it reads the first member only: that is
// what CloudTrail wrote.
func (r *reader) content(ctx context.Context, s *seen) error {
	in := r.in
	var outer []*bufio.Reader
	for layer := 0; ; layer++ {
		src, done, err := r.unpack(in, layer)
		if err != nil {
			return gzipError(err)
		}
		if src == nil {
			break
		}
		defer done()
		outer = append(outer, in)
		in = r.unpacked[layer]
		in.Reset(&bounded{src: src, left: r.left})
	}
	switch form := formOf(in); {
	case form == archive.Tar && !s.archived:
		return gzipError(r.tar(ctx, s, in))
	case form != archive.None:
		return errNested
	}
	err := r.hash(s, in)
	for i := len(outer) - 1; i >= 0 && err == nil; i-- {
		var n int64
		n, err = r.rest(outer[i])
		s.trailing += n
	}
	return gzipError(err)
}

// unpack returns what unpacks a layer; nil if there is none.
func (r *reader) unpack(in *bufio.Reader, layer int) (src io.Reader, done func(), err error) {
	head, _ := in.Peek(4) // a short file is not packed
	isGzip := len(head) >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8
	isZstd := string(head) == "\x28\xB5\x2F\xFD"
	done = func() {}
	switch {
	case !isGzip && !isZstd:
		return nil, done, nil
	case layer == maxNesting:
		return nil, done, errors.New("it is packed three times")
	case isZstd:
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, done, err
		}
		return z, z.Close, nil
	}
	z := r.layers[layer]
	if z == nil {
		z, err = gzip.NewReader(in)
	} else {
		err = z.Reset(in)
	}
	if err != nil {
		return nil, done, err
	}
	r.layers[layer] = z
	z.Multistream(false)
	return z, done, nil
}

// hash hashes the content, and keeps it if it may be a digest.
func (r *reader) hash(s *seen, in *bufio.Reader) error {
	head, _ := in.Peek(sniffed)
	h := sha256.New()
	var kept *limited
	var w io.Writer = h
	if bytes.Contains(head, []byte(`"digest`)) || looksLikeDigest(s.as) {
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
	} else if !errors.Is(err, errNoDigest) && (members || looksLikeDigest(s.as)) {
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

// bounded passes on at most so many bytes, all that is in a file together.
type bounded struct {
	src  io.Reader
	left *int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.src.Read(p)
	if *b.left -= int64(n); *b.left < 0 {
		return 0, fmt.Errorf("it unpacks to more than %d GiB", maxExpand>>30)
	}
	return n, err
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
