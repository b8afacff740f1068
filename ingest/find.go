package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Path is a file to read, or one that is left out with the reason in Skip. Name is as the
// user named it, its parts joined with slashes.
type Path struct {
	Name string
	Size int64
	Skip string
}

// SkipSystem is the Skip of what an operating system keeps beside files.
const SkipSystem = "kept by the operating system, no log"

// ErrNoFiles is the cause of a PathError with a folder that has no files.
var ErrNoFiles = errors.New("no files in it")

// PathError says why a path's files are not listed. Its cause is fs.ErrNotExist if the path does
// not exist.
type PathError struct {
	Path string // in the form of [Path].Name
	Err  error
	Hint string // what to look at; may be ""
}

func (p PathError) Error() string {
	if p.Hint != "" {
		return fmt.Sprintf("%s: %s (hint: %s)", p.Path, p.Err, p.Hint)
	}
	return fmt.Sprintf("%s: %s", p.Path, p.Err)
}

// Unwrap returns the cause.
func (p PathError) Unwrap() error { return p.Err }

// Find lists the files at and below the given paths, folder by folder in the order of their
// names. Whatever is no log by its nature is listed with Skip; whatever cannot be read is a
// problem that names it, and does not stop the others.
func Find(paths []string) (files []Path, problems []PathError) {
	w := finder{inside: map[string]bool{}, seen: map[string]bool{}}
	for _, p := range paths {
		w.path(p)
	}
	return w.files, w.problems
}

// finder is the state of one Find.
type finder struct {
	files    []Path
	problems []PathError
	inside   map[string]bool // the real paths of the folders that are being walked
	seen     map[string]bool // the names that are listed already
}

func (w *finder) problem(p string, err error, hint string) {
	w.problems = append(w.problems, PathError{Path: slash(p), Err: cause(err), Hint: hint})
}

func (w *finder) path(p string) {
	info, err := os.Stat(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		w.problem(p, fs.ErrNotExist, hint(p))
	case err != nil:
		w.problem(p, err, "")
	case info.IsDir():
		before := len(w.files)
		w.folder(p)
		if len(w.files) == before {
			w.problem(p, ErrNoFiles, "")
		}
	default:
		w.file(p, info)
	}
}

// hint looks for the next folder up that exists.
func hint(p string) string {
	if strings.ContainsAny(p, "*?[") {
		return "no file matches the pattern"
	}
	dir := filepath.Dir(filepath.Clean(p))
	if _, err := os.Stat(dir); err == nil {
		return "the folder " + slash(dir) + " exists; check the name"
	}
	return "the folder " + slash(dir) + " does not exist either"
}

// cause is an error without the path that its message repeats.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

func slash(p string) string {
	return filepath.ToSlash(filepath.Clean(p))
}

func (w *finder) file(p string, info fs.FileInfo) {
	name := slash(p)
	if w.seen[name] {
		return // named twice
	}
	w.seen[name] = true
	f := Path{Name: name, Size: info.Size()}
	if !info.Mode().IsRegular() {
		f.Skip = "not a regular file"
	}
	w.files = append(w.files, f)
}

// folder walks a folder. Links are followed, except into a folder that is being walked.
func (w *finder) folder(p string) {
	real, err := filepath.EvalSymlinks(p)
	if err != nil {
		w.problem(p, err, "")
		return
	}
	if real, err = filepath.Abs(real); err != nil {
		w.problem(p, err, "")
		return
	}
	if w.inside[real] {
		w.skip(p, "a link back to a folder around it")
		return
	}
	w.inside[real] = true
	defer delete(w.inside, real)
	entries, err := os.ReadDir(p)
	if err != nil {
		w.problem(p, err, "")
	}
	for _, e := range entries { // sorted by name
		w.entry(filepath.Join(p, e.Name()), e.Name())
	}
}

func (w *finder) skip(p, why string) {
	name := slash(p)
	if !w.seen[name] {
		w.seen[name] = true
		w.files = append(w.files, Path{Name: name, Skip: why})
	}
}

func (w *finder) entry(p, name string) {
	info, err := os.Stat(p)
	switch {
	case err != nil:
		w.problem(p, err, "")
	case noLog(name) == "hidden" && info.IsDir():
		w.skip(p, "a hidden folder")
	case noLog(name) != "":
		w.skip(p, noLog(name))
	case info.IsDir():
		w.folder(p)
	default:
		w.file(p, info)
	}
}

// noLog says why what has this name is no log, "" if it may be one.
func noLog(name string) string {
	switch {
	case isSystem(name):
		return SkipSystem
	case strings.HasPrefix(name, "."):
		return "hidden"
	}
	return ""
}

// isSystem knows what macOS and Windows leave in folders and archives.
func isSystem(name string) bool {
	switch strings.ToLower(name) {
	case "thumbs.db", "desktop.ini", "__macosx", ".ds_store":
		return true
	}
	return strings.HasPrefix(name, "._")
}
