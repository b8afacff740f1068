package ingest_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{
		"logs/b.json", "logs/a.json.gz", "logs/x.json/inner.log", "logs/.DS_Store", "logs/Thumbs.db",
		"logs/.git/config", "logs/.old.json", "logs/sub/c", "one",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"logs/loop": "../logs", "logs/gone": "nowhere", "logs/again": "sub"} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	files, problems := ingest.Find([]string{"logs", "./one", "one", "empty", "missing/x.json", "logs/*.csv"})
	var got []string
	for _, f := range files {
		if f.Skip != "" {
			got = append(got, f.Name+": "+f.Skip)
			continue
		}
		if f.Size != int64(len(contents(t, f.Name))) {
			t.Errorf("%s: %d bytes", f.Name, f.Size)
		}
		got = append(got, f.Name)
	}
	want := []string{
		"logs/.DS_Store: kept by the operating system, no log", "logs/.git: a hidden folder",
		"logs/.old.json: hidden", "logs/Thumbs.db: kept by the operating system, no log",
		"logs/a.json.gz", "logs/again/c", "logs/b.json", "logs/loop: a link back to a folder around it",
		"logs/sub/c", "logs/x.json/inner.log", "one",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var texts []string
	for _, err := range problems {
		texts = append(texts, err.Error())
	}
	wantProblems := []string{
		"logs/gone: no such file or directory",
		"empty: no files in it",
		"missing/x.json: file does not exist (hint: the folder missing does not exist either)",
		"logs/*.csv: file does not exist (hint: no file matches the pattern)",
	}
	if diff := cmp.Diff(wantProblems, texts); diff != "" {
		t.Error(diff)
	}
	if !errors.Is(problems[2], fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", problems[2])
	}
}

func TestRaw(t *testing.T) {
	tests := []struct {
		name, in string
		pos      int64
		want     string
	}{
		{"element", "[ " + ev(1) + " ,\n " + ev(2) + "]", 2, ev(2)},
		{"pretty element", "{\"Records\": [\n{\"a\" : 1 },\n" + ev(2) + "]}", 1, `{"a" : 1 }`},
		{"line", ev(1) + "\n\n" + ev(3) + "\n", 3, ev(3)},
		{"broken line", ev(1) + "\n{broken\n" + ev(3) + "\n", 2, "{broken"},
		{"line behind a broken one", ev(1) + "\n{broken\n" + ev(3) + "\n", 3, ev(3)},
		{"several on a line", ev(1) + "\n" + ev(2) + ev(3), 2, ev(2) + "\n" + ev(3)},
		{"gzip", gz(t, ev(1)+"\n"+ev(2)), 2, ev(2)},
		{"CSV row", csvHeader + csvRow(1) + csvRow(2), 2, strings.TrimSuffix(csvRow(2), "\n")},
		{"broken CSV row", csvHeader + csvRow(1) + "a,b\n" + csvRow(3), 2, "a,b\n"},
		{"CSV row behind a broken one", csvHeader + csvRow(1) + "a,\"b\n" + csvRow(3) + csvRow(4), 3, strings.TrimSuffix(csvRow(3), "\n")},
		{"unknown", "hello\n", 1, "hello"},
	}
	for _, tt := range tests {
		got, err := ingest.Raw(tt.name, strings.NewReader(tt.in), tt.pos, ingest.Options{})
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	_, err := ingest.Raw("x", strings.NewReader(ev(1)), 2, ingest.Options{})
	if err == nil || err.Error() != "x: no record at position 2" {
		t.Errorf("beyond the end: %v", err)
	}
}

// TestRawData finds every event of a data set again.
func TestRawData(t *testing.T) {
	for _, p := range dataFiles(t, "cloudtrail", "derived-traps") {
		b := contents(t, p.Name)
		_, k := read(t, b, ingest.Options{})
		for _, e := range k.events {
			raw, err := ingest.Raw(p.Name, strings.NewReader(string(b)), e.Pos, ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			again := one(t, string(raw))
			e.Pos = 1
			if diff := cmp.Diff(e, again); diff != "" {
				t.Errorf("%s: %s", p.Name, diff)
			}
		}
	}
}
