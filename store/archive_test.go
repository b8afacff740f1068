package store_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/store"
)

// zipOf is a zip archive of files, given by name and content in turn.
func zipOf(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Each file in an archive is a row of the manifest, whatever a transaction takes; a second load
// adds nothing; a changed archive replaces all that was loaded of it.
func TestLoadArchives(t *testing.T) {
	t.Parallel()
	inner := zipOf(t, "x.json", trail("e4"))
	f := newFolder(t,
		zipOf(t, "a.json", trail("e1")+trail("e2"), "sub/in.zip", inner, "b.txt", "hello"),
		trail("e2")+trail("e3"),
		zipOf(t, "a.json", trail("e1")+trail("e2"), "c.json", trail("e5")))
	manifest := `SELECT path, form, records, events, duplicates, rejects FROM main.files ORDER BY path`
	want := []string{
		"a archive/zip 0 0 0 0", "a!a.json cloudtrail/ndjson 2 2 0 0", "a!b.txt unknown 1 0 0 1",
		"a!sub/in.zip archive/zip 0 0 0 0", "a!sub/in.zip!x.json cloudtrail/ndjson 1 1 0 0",
		"b cloudtrail/ndjson 2 1 1 0",
		"c archive/zip 0 0 0 0", "c!a.json cloudtrail/ndjson 2 0 2 0", "c!c.json cloudtrail/ndjson 1 1 0 0",
	}
	for _, rows := range []int64{0, 1, 3} {
		o := store.LoadOptions{RowsPerCommit: rows}
		db := open(t, newPath(t))
		sum := load(t, db, f.files(), o)
		if sum.Files != 9 || sum.Events != 5 || sum.Duplicates != 3 || sum.Rejects != 1 {
			t.Errorf("%d rows a commit: %+v", rows, sum)
		}
		if diff := cmp.Diff(want, query(t, db.SQL(), manifest)); diff != "" {
			t.Errorf("%d rows a commit (-want +got):\n%s", rows, diff)
		}
		before := content(t, db)
		again := load(t, db, f.files(), o)
		if again.Files != 0 || again.Known != 3 || len(again.Problems) > 0 {
			t.Errorf("second load: %+v", again)
		}
		if diff := cmp.Diff(before, content(t, db)); diff != "" {
			t.Errorf("the second load changed the content:\n%s", diff)
		}
	}
}

func TestLoadChangedArchive(t *testing.T) {
	t.Parallel()
	f := newFolder(t, zipOf(t, "a.json", trail("e1")+trail("e2"), "b.json", trail("e3")),
		trail("e2")+trail("e9"), zipOf(t, "a.json", trail("e3")+trail("e4")))
	db := open(t, newPath(t))
	o := store.LoadOptions{Locate: f.path}
	load(t, db, f.files(), o)
	f.write(t, "a", zipOf(t, "a.json", trail("e1")))
	sum := load(t, db, f.files("a"), o)
	if len(sum.Problems) > 0 {
		t.Errorf("problems %q", sum.Problems)
	}
	got := query(t, db.SQL(), `
		SELECT event_id, path FROM main.events e JOIN main.files f ON f.id = e.file ORDER BY ALL`)
	want := []string{"e1 a!a.json", "e2 b", "e3 c!a.json", "e4 c!a.json", "e9 b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRawRecordInArchive(t *testing.T) {
	t.Parallel()
	f := newFolder(t, zipOf(t, "in.zip", zipOf(t, "x.json", trail("e1")+trail("e2"))))
	db := open(t, newPath(t))
	load(t, db, f.files(), store.LoadOptions{})
	raw, err := store.RawRecord(t.Context(), db.SQL(), "a!in.zip!x.json", f.path, 2)
	if err != nil || string(raw) != strings.TrimSpace(trail("e2")) {
		t.Errorf("%s, %v", raw, err)
	}
	f.write(t, "a", zipOf(t, "in.zip", ""))
	_, err = store.RawRecord(t.Context(), db.SQL(), "a!in.zip!x.json", f.path, 2)
	if err == nil || !strings.Contains(err.Error(), "no longer the one that was loaded") {
		t.Errorf("of a changed archive: %v", err)
	}
}
