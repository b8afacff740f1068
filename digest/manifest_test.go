package digest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/digest"
)

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	in := digest.Input{Manifest: []digest.Loaded{
		{Name: "same.json", SHA256: sum("same.json")},
		{Name: "changed.json", SHA256: sum("as it was")},
		{Name: "gone.json", SHA256: sum("gone")},
		{Name: "taken.json", SHA256: sum("taken")},
		{Name: "unhashed.json", SHA256: ""},
		{Name: "folder.json", SHA256: sum("folder")},
	}}
	for _, name := range []string{
		"same.json", "changed.json", "unhashed.json", "later.json", "taken.json", "folder.json",
	} {
		f := digest.File{Name: name, Path: filepath.Join(dir, name)}
		err := os.WriteFile(f.Path, []byte(name), 0o600)
		switch name {
		case "taken.json":
			err = os.Remove(f.Path)
		case "folder.json": // what can be opened and not read
			if err = os.Remove(f.Path); err == nil {
				err = os.Mkdir(f.Path, 0o700)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		in.Files = append(in.Files, f)
	}
	r, err := digest.Verify(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"wrong file changed changed.json", "wrong file gone gone.json", "wrong file gone taken.json",
		"unproven file unhashed unhashed.json", "unproven file unreadable folder.json",
		"note file not-loaded later.json",
	}
	if diff := cmp.Diff(want, told(r)); diff != "" {
		t.Errorf("want - got +:\n%s", diff)
	}
	m := digest.Manifest{Files: 6, Same: 1, Changed: 1, Gone: 2, Unknown: 2}
	if diff := cmp.Diff(&m, r.Manifest); diff != "" {
		t.Errorf("want - got +:\n%s", diff)
	}
	if r.Worst() != digest.Wrong {
		t.Errorf("worst is %s", r.Worst())
	}
}
