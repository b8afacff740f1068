package digest

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zip"
)

// errNested says that an archive is within something else than a folder.
var errNested = errors.New("an archive within packed data or another archive is not looked into")

func isZip(in *bufio.Reader) bool {
	head, _ := in.Peek(4)
	return string(head) == "PK\x03\x04" || string(head) == "PK\x05\x06"
}

func isTar(in *bufio.Reader) bool {
	head, _ := in.Peek(262)
	return len(head) == 262 && string(head[257:]) == "ustar"
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

// unique tells apart files of an archive that have the same name.
func (s *seen) unique(name string) string {
	if s.names == nil {
		s.names = map[string]int{}
	}
	s.names[name]++
	if n := s.names[name]; n > 1 {
		return s.unique(fmt.Sprintf("%s#%d", name, n))
	}
	return name
}

// textOf is a name as text: what is no text in it is written as \xff.
func textOf(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	quoted := strconv.Quote(name)
	return quoted[1 : len(quoted)-1]
}

// member reads a file in an archive. It is called by the archive's name, an exclamation mark, and
// its own.
func (r *reader) member(ctx context.Context, s *seen, name string, in io.Reader) *seen {
	as := path.Clean(strings.TrimLeft(textOf(name), "/"))
	name = s.unique(as)
	m := &seen{
		File: File{Name: s.Name + "!" + name, Path: s.Path, Member: name}, as: as, archived: true,
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
