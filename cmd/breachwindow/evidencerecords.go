package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"

	"breachwindow/ingest"
)

// Each file is read once for all of its records that are wanted, an archive once for those of all
// files in it. Only at its end is it known whether it is the file that was loaded: until then its
// records wait in a spool, beside the folder's files.
const spoolName = ".records"

// quoteRecords reads the raw records of all events into the spool.
func (e *evidence) quoteRecords(ctx context.Context) error {
	wanted := map[int32]map[int32][]int64{} // by root and file
	var roots []int32
	for from := 0; from < len(e.refs); {
		file := e.refs[from].file
		var at []int64
		for ; from < len(e.refs) && e.refs[from].file == file; from++ {
			if pos := e.refs[from].pos; len(at) == 0 || at[len(at)-1] != pos {
				at = append(at, pos)
			}
		}
		root := e.files[file].root
		if wanted[root] == nil {
			wanted[root] = map[int32][]int64{}
			roots = append(roots, root)
		}
		wanted[root][file] = at
	}
	return e.folder.write(spoolName, func(w io.Writer) error {
		s := &spool{w: w, files: e.files}
		for _, root := range roots {
			problem, err := e.quoteFile(ctx, s, root, wanted[root])
			if err != nil {
				return err
			}
			for file := range wanted[root] {
				e.files[file].problem = problem
			}
		}
		return nil
	})
}

// quoteFile reads one file as it is stored. What is wrong with it is its problem; the error is any
// other.
func (e *evidence) quoteFile(
	ctx context.Context, s *spool, root int32, wanted map[int32][]int64,
) (problem string, err error) {
	f := e.files[root]
	name := e.locate(f.path)
	switch info, err := os.Stat(name); {
	case err != nil:
		return fileProblem(err), nil
	case !info.Mode().IsRegular():
		return "it is no regular file any more", nil // to open a pipe would wait for ever
	case info.Size() != f.bytes:
		return otherFile, nil
	}
	in, err := os.Open(name)
	if err != nil {
		return fileProblem(err), nil
	}
	defer in.Close()
	at, indexes := map[string][]int64{}, map[string]int32{}
	for file, positions := range wanted {
		at[e.files[file].path], indexes[e.files[file].path] = positions, file
	}
	o := ingest.Options{MaxExpand: math.MaxInt64} // it was in bounds when it was loaded
	sum, err := ingest.Quotes(ctx, f.path, in, at, o, func(name string, q ingest.Quote) error {
		return s.put(indexes[name], q)
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", f.path, err)
	case sum == "":
		return "it can no longer be read to its end", nil
	case sum != f.sha256:
		return otherFile, nil
	}
	return "", nil
}

const otherFile = "the file is no longer the one that was loaded"

func fileProblem(err error) string {
	if perr, ok := errors.AsType[*fs.PathError](err); ok {
		return perr.Op + ": " + perr.Err.Error()
	}
	return err.Error()
}

// spool writes records, each with its place before it. Those of one file stand together, in order.
type spool struct {
	w     io.Writer
	files []sourceFile
	size  int64
	head  []byte
}

func (s *spool) put(file int32, q ingest.Quote) error {
	if s.files[file].spooled < 0 {
		s.files[file].spooled = s.size
	}
	masked := int64(0)
	if q.Masked {
		masked = 1
	}
	s.head = s.head[:0]
	for _, n := range []int64{int64(file), q.Pos, masked, int64(len(q.Text))} {
		s.head = binary.AppendVarint(s.head, n)
	}
	for _, b := range [][]byte{s.head, q.Text} {
		n, err := s.w.Write(b)
		s.size += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// unspool gives records back.
type unspool struct {
	src  io.ReadSeeker
	r    *bufio.Reader
	off  int64 // of what comes next
	file int32 // of the record at hand, -1 if there is none
	ingest.Quote
}

func newUnspool(src io.ReadSeeker) *unspool {
	return &unspool{src: src, r: bufio.NewReaderSize(src, 64<<10), file: -1}
}

// find returns the record at a position of a file, which is behind that of the last call for the
// file or the same; nil if there is none.
func (u *unspool) find(file int32, f *sourceFile, pos int64) (*ingest.Quote, error) {
	if u.file != file {
		if f.spooled < 0 {
			return nil, nil //nolint:nilnil // no record, no error
		}
		if err := u.seek(f.spooled); err != nil {
			return nil, fmt.Errorf("read records again: %w", err)
		}
	}
	for u.file == file && u.Pos < pos {
		if err := u.next(); err != nil {
			return nil, fmt.Errorf("read records again: %w", err)
		}
	}
	if u.file != file || u.Pos != pos {
		return nil, nil //nolint:nilnil // no record, no error
	}
	return &u.Quote, nil
}

// seek moves to a record. Mostly it is the next one.
func (u *unspool) seek(off int64) error {
	if u.off != off {
		if _, err := u.src.Seek(off, io.SeekStart); err != nil {
			return err
		}
		u.r.Reset(u.src)
		u.off = off
	}
	return u.next()
}

func (u *unspool) next() error {
	u.file = -1
	var head [4]int64
	for i := range head {
		n, err := binary.ReadVarint(u)
		if i == 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		head[i] = n
	}
	text := make([]byte, head[3])
	n, err := io.ReadFull(u.r, text)
	u.off += int64(n)
	u.file = int32(head[0]) //nolint:gosec // as it was written
	u.Quote = ingest.Quote{Pos: head[1], Masked: head[2] == 1, Text: text}
	return err
}

// ReadByte is for the numbers before a record.
func (u *unspool) ReadByte() (byte, error) {
	b, err := u.r.ReadByte()
	if err == nil {
		u.off++
	}
	return b, err
}
