package digest_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"breachwindow/digest"
)

// dataDir is a chain of digests that the reference implementation verified, which is not part of
// this repository.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("BREACHWINDOW_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	dir = filepath.Join(dir, "cloudtrail", "derived-s3tree")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("NOT CHECKED: that a chain of digests made elsewhere verifies. "+
			"The development data is not at %s; name its folder in BREACHWINDOW_DATA", dir)
	}
	return dir
}

// dataWorld is a copy of that chain.
func dataWorld(t *testing.T) (w digest.Input, dir string) {
	t.Helper()
	from := dataDir(t)
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(from, "AWSLogs"))); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(from, "list-public-keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	if w.Keys, err = digest.ParseKeys(text); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(from, "head-object", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		heads, err := digest.ParseHeads(name, text)
		if err != nil {
			t.Fatal(err)
		}
		w.Heads = append(w.Heads, heads...)
	}
	return w, dir
}

func files(t *testing.T, dir string) (out []digest.File) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, digest.File{Name: p, Path: p})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestData(t *testing.T) {
	in, dir := dataWorld(t)
	text, err := os.ReadFile(filepath.Join(dataDir(t), "EXPECTED.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Expected struct {
			Digests      int `json:"digests_total"`
			ValidDigests int `json:"digests_valid"`
			Logs         int `json:"logs_listed"`
			ValidLogs    int `json:"logs_valid"`
		} `json:"expected"`
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	in.Files = files(t, dir)
	r, err := digest.Verify(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Chains) != 1 || len(r.Problems) > 0 {
		t.Fatalf("%d chains; %v", len(r.Chains), told(r))
	}
	c, x := r.Chains[0], want.Expected
	if c.Digests != x.Digests || c.Verified != x.ValidDigests || c.Proven != x.ValidDigests ||
		c.LogsListed != x.Logs || c.LogsProven != x.ValidLogs || x.Logs == 0 {
		t.Errorf("got %+v, want %+v", c, x)
	}
}

// TestDataChanged changes and deletes files in turn, and adds one: each is named.
func TestDataChanged(t *testing.T) {
	in, dir := dataWorld(t)
	in.Files = files(t, dir)
	for i, f := range in.Files {
		if i%5 > 0 && !strings.Contains(f.Path, "Digest") {
			continue // one in five logs tells as much
		}
		text, err := os.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		changed := slices.Clone(text)
		changed[len(text)*2/3] ^= 4
		added := strings.TrimSuffix(f.Path, ".json.gz") + "Z.json.gz"
		steps := []struct {
			what, kind string
			do         func() error
		}{
			{"changed", "modified", func() error { return os.WriteFile(f.Path, changed, 0o600) }},
			{"deleted", "missing", func() error { return os.Remove(f.Path) }},
			{"added", "extra", func() error { return os.WriteFile(added, []byte(`{"Records":[]}`), 0o600) }},
		}
		for _, s := range steps {
			if s.what == "added" && strings.Contains(f.Path, "Digest") {
				continue
			}
			if err := s.do(); err != nil {
				t.Fatal(err)
			}
			in.Files = files(t, dir)
			r, err := digest.Verify(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(f.Path)
			if s.what == "added" {
				name = filepath.Base(added)
			}
			named := slices.ContainsFunc(r.Problems, func(p digest.Problem) bool {
				return p.Level == digest.Wrong && p.Kind == s.kind &&
					strings.Contains(p.File+p.Object, name)
			})
			if !named {
				t.Errorf("file %d, %s: %s is not named: %v", i, s.what, name, told(r))
			}
			os.Remove(added)
			if err := os.WriteFile(f.Path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
