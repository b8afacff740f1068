package ingest

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/klauspost/compress/zip"

	"breachwindow/internal/archive"
)

// ErrArchive says that what Read was given holds files: ReadArchive reads them.
var ErrArchive = errors.New("an archive: the files in it are to be read")

// Each is given every file in an archive, in its order, by its full name: the archive's, an
// exclamation mark, and the name in it. read reads the file and must be called before Each
// returns, if at all. An error ends reading the archive.
type Each func(name string, read func(Sink) (File, error)) error

// ReadArchive is Read for an archive (zip or tar, packed or not) and all that it holds, also
// in archives within it. The account that it returns, and what the sink gets, is of the
// archive itself: it has no records, but a reject for what could not be taken out of it.
func ReadArchive(
	ctx context.Context, name string, r io.Reader, opt Options, sink Sink, each Each,
) (File, error) {
	f := newFile(ctx, name, r, opt.withDefaults(), sink)
	f.each = each
	if err := f.read(); err != nil {
		return File{}, err
	}
	return f.account, nil
}

const maxArchives = 2 // an archive in an archive happens; one in that is a trap

// readArchive reads the files in the archive that in holds.
func (f *file) readArchive(form archive.Form, in *bufio.Reader, packed bool) error {
	if f.each == nil {
		return ErrArchive
	}
	if f.depth == maxArchives {
		return f.reject(1, "an archive in an archive in an archive: unpack it first", nil)
	}
	f.account.Form = string(form)
	if form == archive.Tar {
		return f.readTar(in)
	}
	return f.readZip(in, packed)
}

func (f *file) readTar(in io.Reader) error {
	t := tar.NewReader(in)
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case f.ctx.Err() != nil:
			return f.ctx.Err()
		case err != nil:
			return f.lostRest(fmt.Errorf("the tar archive is broken or ends early: %w", err))
		case h.Typeflag != tar.TypeReg:
			continue // a folder or link, which holds nothing
		}
		if err := f.member(h.Name, t); err != nil {
			return err
		}
	}
}

// lostRest rejects what could not be taken out of an archive.
func (f *file) lostRest(err error) error {
	return f.reject(f.count+1, err.Error()+"; what is behind it was not read", nil)
}

func (f *file) readZip(in io.Reader, packed bool) error {
	r, size, err := f.random(in, packed, "zip")
	if err != nil {
		if f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		return f.lostRest(err)
	}
	defer r.Close()
	if _, ok := r.(nopCloser); ok {
		f.stored.progress = func(int64) {} // is told of each member
	} else {
		f.opt.Progress = nil // was told of the archive
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return f.lostRest(fmt.Errorf("the zip archive is broken or ends early: %w", err))
	}
	if isOffice(z.File) {
		f.account.Form = ""
		return f.reject(1, "this is an Office document", nil)
	}
	for _, m := range z.File {
		if !m.Mode().IsRegular() {
			continue
		}
		if f.budget.left == 0 {
			return f.lostRest(f.budget.exceeded())
		}
		if err := f.zipMember(m); err != nil {
			return err
		}
		f.opt.progress(int64(m.CompressedSize64)) //nolint:gosec // no file is that large
	}
	return nil
}

// isOffice tells documents of office programs, which are zip archives too.
func isOffice(files []*zip.File) bool {
	return slices.ContainsFunc(files, func(m *zip.File) bool {
		return m.Name == "[Content_Types].xml" || m.Name == "mimetype"
	})
}

func (f *file) zipMember(m *zip.File) error {
	if m.Flags&1 != 0 {
		return f.member(m.Name, failing{errors.New("it is encrypted: unpack it first")})
	}
	r, err := m.Open()
	if err != nil {
		return f.member(m.Name, failing{fmt.Errorf("unpacking zip: %w", err)})
	}
	defer r.Close()
	return f.member(m.Name, &bounded{src: r, budget: f.budget, what: "zip"})
}

// failing is a file of which nothing can be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// opened is what zip archives need: they begin at their end.
type opened interface {
	io.ReaderAt
	io.Closer
}

// random returns the data so that they can be read at any place: the file itself where it is
// stored as it is, else a copy that is gone when it is closed. ext names the copy.
func (f *file) random(in io.Reader, packed bool, ext string) (opened, int64, error) {
	src, ok := f.stored.src.(interface {
		io.ReaderAt
		io.Seeker
	})
	if ok && !packed {
		if at, err := src.Seek(0, io.SeekCurrent); err == nil {
			size, err := src.Seek(0, io.SeekEnd)
			if err == nil {
				_, err = src.Seek(at, io.SeekStart)
			}
			return nopCloser{src}, size, err
		}
	}
	tmp, err := os.CreateTemp("", "breachwindow-*."+ext)
	if err != nil {
		return nil, 0, fmt.Errorf("copying the file: %w", err)
	}
	t := temporary{tmp}
	size, err := io.Copy(tmp, in)
	if err != nil {
		return nil, 0, errors.Join(err, t.Close())
	}
	return t, size, nil
}

type nopCloser struct{ io.ReaderAt }

func (nopCloser) Close() error { return nil }

type temporary struct{ *os.File }

func (t temporary) Close() error {
	return errors.Join(t.File.Close(), os.Remove(t.Name()))
}

// member hands on a file of the archive.
func (f *file) member(name string, r io.Reader) error {
	elements := strings.FieldsFunc(name, func(c rune) bool { return c == '/' || c == '\\' })
	skip := ""
	for _, e := range elements {
		if e != "." && e != ".." && skip == "" {
			skip = noLog(e)
		}
	}
	_, unique := f.members.Next(name)
	full := archive.Member(f.name, unique)
	opt := f.opt
	opt.Progress = nil
	return f.each(full, func(sink Sink) (File, error) {
		c := newFile(f.ctx, full, r, opt, sink)
		c.budget, c.opener.budget = f.budget, f.budget
		c.each, c.depth, c.wanted = f.each, f.depth+1, f.wanted
		if skip != "" {
			c.account.Form = skippedForm
			c.skip = true
		}
		if sink == nil { // it is read for some of its records
			c.capture = f.wanted
		}
		if err := c.read(); err != nil {
			return File{}, err
		}
		return c.account, nil
	})
}

// skippedForm is the form of a file in an archive that the operating system put there.
const skippedForm = "skipped"
