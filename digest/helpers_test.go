package digest_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"breachwindow/digest"
	"breachwindow/digest/digesttest"
)

func sum(text string) string {
	b := sha256.Sum256([]byte(text))
	return hex.EncodeToString(b[:])
}

func rename(k digest.Key, fingerprint string) digest.Key {
	k.Fingerprint = fingerprint
	return k
}

// world is a trail on disk and what verifies it.
type world struct {
	*testing.T
	*digesttest.Trail
	in digest.Input
}

// testKey takes a while to make.
var testKey = sync.OnceValues(digesttest.NewKey)

// newWorld makes a trail whose digests all can be verified: keys, and the newest's head.
func newWorld(t *testing.T, hours ...int) *world {
	t.Helper()
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	return worldOf(t, key, hours...)
}

// otherWorld has a key of its own.
func otherWorld(t *testing.T) *world {
	t.Helper()
	key, err := digesttest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return worldOf(t, key, 1)
}

func worldOf(t *testing.T, key *rsa.PrivateKey, hours ...int) *world {
	t.Helper()
	trail, err := digesttest.New(t.TempDir(), key, hours...)
	w := &world{T: t, Trail: trail}
	w.check(err)
	w.in.Keys, err = digest.ParseKeys(w.Keys(digesttest.Begin(), digesttest.At(100)))
	w.check(err)
	w.head(w.Digests[len(w.Digests)-1])
	return w
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// head saves the metadata of a digest under its name.
func (w *world) head(name string) {
	w.Helper()
	heads, err := digest.ParseHeads(filepath.Base(name)+".head-object.json", w.Head(name))
	w.check(err)
	w.in.Heads = append(w.in.Heads, heads...)
}

// edit changes the content of a packed file.
func (w *world) edit(name, old, new string) {
	w.Helper()
	text, err := digesttest.Read(name)
	w.check(err)
	if !bytes.Contains(text, []byte(old)) {
		w.Fatalf("%s has no %q", name, old)
	}
	w.check(digesttest.Write(name, bytes.Replace(text, []byte(old), []byte(new), 1)))
}

// content unpacks a file.
func (w *world) content(name string) string {
	w.Helper()
	text, err := digesttest.Read(name)
	w.check(err)
	return string(text)
}

func (w *world) append(name string, more []byte) {
	w.Helper()
	text, err := os.ReadFile(name)
	w.check(err)
	w.check(os.WriteFile(name, append(text, more...), 0o600))
}

func (w *world) move(name, to string) {
	w.Helper()
	w.check(os.MkdirAll(filepath.Dir(filepath.Join(w.Dir, to)), 0o700))
	w.check(os.Rename(name, filepath.Join(w.Dir, to)))
}

// verify verifies all files in the folder. Names are relative to it.
func (w *world) verify() *digest.Result {
	w.Helper()
	w.in.Files = nil
	w.check(filepath.WalkDir(w.Dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, err := filepath.Rel(w.Dir, p)
			w.check(err)
			w.in.Files = append(w.in.Files, digest.File{Name: filepath.ToSlash(rel), Path: p})
		}
		return err
	}))
	r, err := digest.Verify(w.Context(), w.in)
	w.check(err)
	sums(w.T, r)
	return r
}

// sums checks what always holds of a Result.
func sums(t *testing.T, r *digest.Result) {
	t.Helper()
	for _, c := range r.Chains {
		if c.Digests != c.Verified+c.Failed+c.Unchecked {
			t.Errorf("%s: %d digests, %d + %d + %d", c.ID(), c.Digests, c.Verified, c.Failed, c.Unchecked)
		}
		if c.LogsListed != c.LogsIntact+c.LogsModified+c.LogsMissing || c.LogsProven > c.LogsIntact {
			t.Errorf("%s: %d logs listed, %d + %d + %d", c.ID(), c.LogsListed, c.LogsIntact,
				c.LogsModified, c.LogsMissing)
		}
	}
}

// told writes the problems shortly: level, what, kind, the file's or else the object's last name.
func told(r *digest.Result) []string {
	out := []string{}
	for _, p := range r.Problems {
		name := p.File
		if name == "" {
			name = p.Object
		}
		out = append(out, fmt.Sprintf("%s %s %s %s", p.Level, p.What, p.Kind, filepath.Base(name)))
	}
	return out
}

// zip packs the whole folder into an archive in it.
func (w *world) zip() {
	w.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w.check(errors.Join(z.AddFS(os.DirFS(w.Dir)), z.Close()))
	w.keep("all.zip", b.Bytes())
}

// tar does so with tar and, around it, what packs.
func (w *world) tar(name string, pack func(io.Writer) (io.WriteCloser, error)) {
	w.Helper()
	var b bytes.Buffer
	z, err := pack(&b)
	w.check(err)
	t := tar.NewWriter(z)
	w.check(errors.Join(t.AddFS(os.DirFS(w.Dir)), t.Close(), z.Close()))
	w.keep(name, b.Bytes())
}

// keep leaves one file in the folder.
func (w *world) keep(name string, text []byte) {
	w.Helper()
	w.check(errors.Join(os.RemoveAll(w.Dir), os.Mkdir(w.Dir, 0o700),
		os.WriteFile(filepath.Join(w.Dir, name), text, 0o600)))
}

func gzipped(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }

func zstdPacked(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }
