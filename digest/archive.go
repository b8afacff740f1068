package digest

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zip"

	"breachwindow/internal/archive"
)

// errNested says that an archive is within something else than a folder.
var errNested = errors.New("an archive within packed data or another archive is not looked into")

// formOf tells an archive.
func formOf(in *bufio.Reader) archive.Form {
	head, _ := in.Peek(archive.HeadSize) // a short file is none
	return archive.FormOf(head)
}

// zip reads the files in a zip archive.
func (r *reader) zip(ctx context.Context, s *seen, f *os.File) error {
	s.archive, s.matched = true, true
	info, err := f.Stat()
	if err != nil {
		return fileError(err)
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return fmt.Errorf("the zip archive is broken or ends early: %w", err)
	}
	for _, m := range z.File {
		if !m.Mode().IsRegular() {
			continue
		}
		r.zipMember(ctx, s, m)
	}
	return ctx.Err()
}

func (r *reader) zipMember(ctx context.Context, s *seen, m *zip.File) {
	const encrypted = 1
	in, err := m.Open()
	switch {
	case m.Flags&encrypted != 0:
		err = errors.New("it is encrypted")
	case err == nil:
		defer in.Close()
		r.member(ctx, s, m.Name, in)
		return
	}
	r.member(ctx, s, m.Name, nil).err = err
}

// tar reads the files in a tar archive.
func (r *reader) tar(ctx context.Context, s *seen, in io.Reader) error {
	s.archive, s.matched = true, true
	t := tar.NewReader(in)
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the tar archive is broken or ends early: %w", err)
		case h.Typeflag == tar.TypeReg:
			r.member(ctx, s, h.Name, t)
		}
	}
}

// member reads a file in an archive. It is called by the archive's name, an exclamation mark, and
// its own.
func (r *reader) member(ctx context.Context, s *seen, name string, in io.Reader) *seen {
	as, name := s.names.Next(name)
	m := &seen{
		File: File{Name: archive.Member(s.Name, name), Path: s.Path, Member: name},
		as:   as, archived: true,
	}
	s.members = append(s.members, m)
	if in == nil {
		return m
	}
	if r.inner == nil {
		r.inner = newReader(Input{})
		r.inner.left = r.left
	}
	r.inner.in.Reset(&bounded{src: &counted{ctx: ctx, src: in}, left: r.left})
	m.err = r.inner.content(ctx, m)
	return m
}
