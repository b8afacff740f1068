package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"breachwindow/store"
)

// folder is one that is written under another name beside its own, which it gets when it is whole.
type folder struct {
	target  string // as it was named
	partial string
	taken   map[string]bool // names in it, in lower case: some systems know no other
}

// newFolder begins a folder that must not be there yet, or be empty.
func newFolder(target string) (*folder, error) {
	abs, err := filepath.Abs(target)
	if err != nil {
		return nil, err
	}
	switch entries, err := os.ReadDir(abs); {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(abs); err == nil {
			return nil, fmt.Errorf("%s: it is a link to what is not there", target)
		}
	case err != nil:
		return nil, fmt.Errorf("evidence: %w", err)
	case len(entries) > 0:
		return nil, fmt.Errorf("%s is not empty: it is left as it is\nhint: name a new folder", target)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	partial, err := os.MkdirTemp(filepath.Dir(abs), filepath.Base(abs)+".partial-")
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return &folder{target: target, partial: partial, taken: map[string]bool{}}, nil
}

// remove removes what did not become whole.
func (f *folder) remove() error {
	if f.partial == "" {
		return nil
	}
	return os.RemoveAll(f.partial)
}

func (f *folder) path(name string) string {
	return filepath.Join(f.partial, filepath.FromSlash(name))
}

// write writes a file, whose name is one of this program's or safe's.
func (f *folder) write(name string, content func(io.Writer) error) error {
	f.taken[strings.ToLower(name)] = true
	if err := os.MkdirAll(filepath.Dir(f.path(name)), 0o700); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	file, err := os.OpenFile(f.path(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	w := bufio.NewWriterSize(file, 64<<10)
	if err := errors.Join(content(w), w.Flush(), file.Close()); err != nil {
		return fmt.Errorf("evidence: %s: %w", name, err)
	}
	return nil
}

// safe makes a name for a file in the folder dir from a path that somebody chose: one that every
// system takes, that stays in dir, that no shell and no sha256sum reads otherwise, and that is
// free.
func (f *folder) safe(dir, chosen string) string {
	chosen = filepath.ToSlash(filepath.Clean(chosen))
	if path.IsAbs(chosen) || filepath.IsAbs(chosen) {
		chosen = path.Base(chosen)
	}
	parts := []string{dir}
	for part := range strings.SplitSeq(chosen, "/") {
		if part == "" || part == "." || part == ".." {
			continue
		}
		part = strings.Map(safeRune, part)
		if part[0] == '.' || part[0] == '-' {
			part = "_" + part
		}
		if len(part) > 100 {
			part = part[:50] + part[len(part)-50:] // its end tells what it is
		}
		parts = append(parts, part)
	}
	name := path.Join(parts...)
	if len(parts) == 1 {
		name = path.Join(dir, "_")
	}
	free := name
	for n := 2; f.taken[strings.ToLower(free)]; n++ {
		ext := path.Ext(name)
		free = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), n, ext)
	}
	return free
}

func safeRune(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9',
		r == '.', r == '-', r == '_':
		return r
	}
	return '_'
}

// finish writes SHA256SUMS of all files and gives the folder its name. It tells how many files
// there are beside SHA256SUMS.
func (f *folder) finish() (files int, err error) {
	var lines []string
	err = filepath.WalkDir(f.partial, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		sum, err := store.HashFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(f.partial, name)
		lines = append(lines, filepath.ToSlash(rel)+"\x00"+sum)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("evidence: %w", err)
	}
	slices.Sort(lines)
	err = f.write("SHA256SUMS", func(w io.Writer) error {
		for _, line := range lines {
			name, sum, _ := strings.Cut(line, "\x00")
			if _, err := fmt.Fprintf(w, "%s  %s\n", sum, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(lines), f.rename()
}

func (f *folder) rename() error {
	target, err := filepath.Abs(f.target)
	if err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(target); err == nil {
		target = real
	}
	// An empty folder makes room; one that was filled meanwhile stays, and this is an error.
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("evidence: %w", err)
	}
	if err := os.Rename(f.partial, target); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	f.partial = ""
	return nil
}
