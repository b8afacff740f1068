package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/store"
)

// The same files give the same content however the load is cut into transactions, with copies
// inside a file, in the same transaction and in a later one; a second load adds nothing.
func TestLoadBatches(t *testing.T) {
	t.Parallel()
	f := newFolder(
		t,
		trail("e1")+trail("e2")+trail("e1")+"{broken\n"+trail("e3"),
		trail("e2")+trail("e4")+hub("e1"),
		"", "colour: blue",
		trail("e5")+trail("e1", `,"recipientAccountId":"111122223333"`)+trail("e5"),
	)
	var want []string
	for _, rows := range []int64{0, 1, 2, 3, 1000} {
		db := open(t, newPath(t))
		o := store.LoadOptions{RowsPerCommit: rows}
		sum := load(t, db, f.files(), o)
		counts := []int64{sum.Files, sum.Records, sum.Events, sum.Duplicates, sum.Rejects}
		if !slices.Equal(counts, []int64{5, 12, 7, 3, 2}) {
			t.Errorf("%d rows a commit: files, records, events, duplicates, rejects are %v", rows, counts)
		}
		got := content(t, db)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d rows a commit (-one commit +):\n%s", rows, diff)
		}
		again := load(t, db, f.files(), o)
		if again.Files != 0 || again.Known != 5 || again.Records != 0 || len(again.Problems) > 0 {
			t.Errorf("%d rows a commit, second load: %+v", rows, again)
		}
		if diff := cmp.Diff(got, content(t, db)); diff != "" {
			t.Errorf("the second load changed the content:\n%s", diff)
		}
	}
	ids := open(t, newPath(t))
	load(t, ids, f.files(), store.LoadOptions{})
	got := query(t, ids.SQL(), "SELECT source, event_id, account FROM main.events ORDER BY ALL")
	wantIDs := []string{
		"cloudtrail e1 111122223333", "cloudtrail e1 -", "cloudtrail e2 -", "cloudtrail e3 -",
		"cloudtrail e4 -", "cloudtrail e5 -", "github e1 acme",
	}
	if diff := cmp.Diff(wantIDs, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// However events are spread over files and loads, each is there once and the sums agree.
func TestLoadAnyOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		texts := make([]string, 1+r.IntN(6))
		want := map[string]bool{}
		for range r.IntN(60) {
			id := fmt.Sprint(r.IntN(20))
			want["cloudtrail "+id] = true
			texts[r.IntN(len(texts))] += trail(id)
		}
		f := newFolder(t, texts...)
		db := open(t, newPath(t))
		files := f.files()
		r.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		cut := r.IntN(len(files) + 1)
		o := store.LoadOptions{RowsPerCommit: 1 + r.Int64N(20)}
		load(t, db, files[:cut], o)
		load(t, db, files, o)
		got := query(t, db.SQL(), "SELECT source, event_id FROM main.events ORDER BY ALL")
		if len(got) != len(want) {
			t.Errorf("seed %d: %d events, want %d", seed, len(got), len(want))
		}
		for _, row := range got {
			if !want[row] {
				t.Errorf("seed %d: %s is no event of the files", seed, row)
			}
		}
	}
}

// Of copies the one stays that says who acted, whichever is read first; the summary and the
// manifest say which file has it.
func TestLoadKeepsTheRicherCopy(t *testing.T) {
	t.Parallel()
	const who = `,"hashed_token":"cWvnq0v+2/pIv+Ov7cBiogaMvNRFebR54+rYEaVDFDU=",` +
		`"actor_ip":"198.51.100.9"`
	f := newFolder(t, hub("1")+hub("2"), hub("1", who)+hub("2"))
	for _, names := range [][]string{{"a", "b"}, {"b", "a"}} {
		for _, rows := range []int64{0, 1} {
			db := open(t, newPath(t))
			sum := load(t, db, f.files(names...), store.LoadOptions{RowsPerCommit: rows})
			if sum.Events != 2 || sum.Duplicates != 2 {
				t.Errorf("%v, %d rows a commit: %+v", names, rows, sum)
			}
			counts := map[string]int64{}
			for _, file := range sum.Loaded {
				counts[file.Path] = file.Events
			}
			manifest := query(t, db.SQL(), "SELECT path, events FROM main.files ORDER BY ALL")
			told := []string{fmt.Sprint("a ", counts["a"]), fmt.Sprint("b ", counts["b"])}
			if diff := cmp.Diff(manifest, told); diff != "" {
				t.Errorf("%v, %d rows a commit (-manifest +summary):\n%s", names, rows, diff)
			}
			got := query(t, db.SQL(), `SELECT event_id, ip, path FROM main.events e
				JOIN main.files f ON f.id = e.file ORDER BY ALL`)
			want := []string{"1 198.51.100.9 b", "2 - a"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%v, %d rows a commit (-want +got):\n%s", names, rows, diff)
			}
		}
	}
}

// A changed file replaces its rows; what others had left to it comes back, whether they are among
// the files given or not.
func TestLoadChangedFile(t *testing.T) {
	t.Parallel()
	for _, given := range [][]string{{"a", "b", "c"}, {"a"}} {
		for _, rows := range []int64{0, 1} {
			f := newFolder(t, trail("e1")+trail("e2")+"{broken\n", trail("e1")+trail("e3"), trail("e4"))
			o := store.LoadOptions{RowsPerCommit: rows, Locate: f.path}
			db := open(t, newPath(t))
			load(t, db, f.files(), o)
			f.write(t, "a", trail("e2")+trail("e5"))
			sum := load(t, db, f.files(given...), o)
			if sum.Files != 2 || sum.Known != int64(len(given)/2) || len(sum.Problems) > 0 {
				t.Errorf("given %v, %d rows a commit: %+v", given, rows, sum)
			}
			fresh := open(t, newPath(t))
			load(t, fresh, f.files(), o)
			if diff := cmp.Diff(content(t, fresh), content(t, db)); diff != "" {
				t.Errorf("given %v, %d rows a commit (-new load +):\n%s", given, rows, diff)
			}
		}
	}
}

// What cannot be read any more keeps what was loaded of it; what shared events with a changed
// file and cannot be read again is named.
func TestLoadUnreadable(t *testing.T) {
	t.Parallel()
	f := newFolder(t, trail("e1"), trail("e1")+trail("e2"))
	db := open(t, newPath(t))
	load(t, db, f.files(), store.LoadOptions{})
	files := f.files()
	if err := os.Remove(f.path("b")); err != nil {
		t.Fatal(err)
	}
	files[1].Size++ // as if it had grown before
	f.write(t, "a", trail("e3"))
	files[0] = f.files("a")[0]
	sum := load(t, db, files, store.LoadOptions{})
	want := []store.Problem{
		{
			What: store.Unreadable, Path: "b", Blocks: true,
			Why: "open: no such file or directory; what was loaded of it before is kept",
		},
		{
			What: store.Incomplete, Path: "b", Blocks: true,
			Why: "it is not at hand; an event that it shared with a changed file may be missing now",
		},
	}
	if diff := cmp.Diff(want, sum.Problems); diff != "" || sum.Files != 1 || sum.Known != 1 {
		t.Errorf("%+v, problems (-want +got):\n%s", sum, diff)
	}
	got := query(t, db.SQL(), "SELECT event_id FROM main.events ORDER BY 1")
	if diff := cmp.Diff([]string{"e2", "e3"}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}

	for _, locate := range []func(string) string{nil, f.path} {
		f.write(t, "a", fmt.Sprint(trail("e3"), trail("e4"), locate != nil))
		sum = load(t, db, f.files("a"), store.LoadOptions{Locate: locate})
		if len(sum.Problems) != 1 || !strings.Contains(sum.Problems[0].Why, "may be missing now") {
			t.Errorf("problems: %q", sum.Problems)
		}
	}

	// One that was never readable is a reject with the reason, and is not tried again and again.
	lost := []store.LoadFile{{Name: "lost", Path: f.path("lost")}}
	sum = load(t, db, lost, store.LoadOptions{})
	rows := query(t, db.SQL(), `SELECT form, reason FROM main.files f
		JOIN main.rejects r ON r.file = f.id WHERE path = 'lost'`)
	if sum.Rejects != 1 || !slices.Equal(rows, []string{"unreadable open: no such file or directory"}) {
		t.Errorf("%+v, %q", sum, rows)
	}
	if sum = load(t, db, lost, store.LoadOptions{}); sum.Known != 1 {
		t.Errorf("second load: %+v", sum)
	}
	if err := os.WriteFile(f.path("lost"), []byte(trail("e9")), 0o600); err != nil {
		t.Fatal(err)
	}
	if sum = load(t, db, lost, store.LoadOptions{}); sum.Events != 1 {
		t.Errorf("when it can be read: %+v", sum)
	}
}

// A name in another encoding than UTF-8 is no reason to load nothing.
func TestLoadNameThatIsNoText(t *testing.T) {
	t.Parallel()
	files := newFolder(t, trail("1"), trail("2")).files()
	files[0].Name = "caf\xe9.json"
	db := open(t, newPath(t))
	for _, read := range []int64{2, 0} {
		if sum := load(t, db, files, store.LoadOptions{}); sum.Files != read {
			t.Errorf("%d files were read, want %d", sum.Files, read)
		}
	}
	got := query(t, db.SQL(), `SELECT path FROM main.files ORDER BY path`)
	if diff := cmp.Diff([]string{"b", `caf\xe9.json`}, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// What DuckDB refuses is told in its words: it stops the readers too, whose error is not the cause.
func TestLoadTellsTheCause(t *testing.T) {
	t.Parallel()
	texts := make([]string, 30)
	for i := range texts {
		texts[i] = trail(fmt.Sprint(i))
	}
	db := open(t, newPath(t))
	query(t, db.SQL(), `ALTER TABLE main.events ALTER agent SET NOT NULL`)
	_, err := db.Load(t.Context(), newFolder(t, texts...).files(), store.LoadOptions{})
	if err == nil || !strings.Contains(err.Error(), "NOT NULL constraint failed") {
		t.Errorf("error %v, want DuckDB's", err)
	}
}

// A load that is interrupted, wherever, leaves whole files only, and a rerun completes it.
func TestLoadInterrupted(t *testing.T) {
	t.Parallel()
	texts := make([]string, 20)
	for i := range texts {
		for j := range 30 {
			texts[i] += trail(fmt.Sprint(i*25 + j)) // five are the next file's too
		}
	}
	f := newFolder(t, texts...)
	whole := open(t, newPath(t))
	load(t, whole, f.files(), store.LoadOptions{})
	want := content(t, whole)
	for _, after := range []int{0, 1, 7, 19} {
		db := open(t, newPath(t))
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		calls := make(chan bool, 100)
		o := store.LoadOptions{RowsPerCommit: 100, Progress: func(int64) {
			calls <- true
			if len(calls) > after {
				stop()
			}
		}}
		if _, err := db.Load(ctx, f.files(), o); !errors.Is(err, context.Canceled) {
			t.Errorf("after %d: %v", after, err)
		}
		checkSums(t, db.SQL())
		load(t, db, f.files(), store.LoadOptions{RowsPerCommit: 100})
		if diff := cmp.Diff(want, content(t, db)); diff != "" {
			t.Errorf("after %d (-uninterrupted +rerun):\n%s", after, diff)
		}
	}
}

// The record as it stands in its file, as long as that is the file that was loaded.
func TestRawRecord(t *testing.T) {
	t.Parallel()
	f := newFolder(t, trail("e1")+"\n"+trail("e2", `, "requestParameters" : {"n": 1.50}`))
	db := open(t, newPath(t))
	load(t, db, f.files(), store.LoadOptions{})
	raw, err := store.RawRecord(t.Context(), db.SQL(), "a", f.path, 3)
	if err != nil || !strings.HasSuffix(string(raw), `, "requestParameters" : {"n": 1.50}}`) {
		t.Errorf("record 3: %q, %v", raw, err)
	}
	f.write(t, "a", trail("e1")+"\n"+trail("e2", `, "requestParameters" : {"n": 1.51}`))
	for name, want := range map[string]string{
		"a": "no longer the one that was loaded", "b": "manifest",
	} {
		_, err := store.RawRecord(t.Context(), db.SQL(), name, f.path, 3)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	_, err = store.RawRecord(t.Context(), db.SQL(), "a", func(string) string { return f.path("nowhere") }, 3)
	if err == nil || strings.Contains(err.Error(), f.dir) {
		t.Errorf("a file that is gone: %v", err)
	}
}

// A file that is written to while it is read, growing or not, is told and blocks; the next load
// reads it again and ends with what is in it then.
func TestLoadChangesWhileRead(t *testing.T) {
	t.Parallel()
	const many = 20_000
	var b strings.Builder
	for i := range many {
		b.WriteString(trail(fmt.Sprint(i)))
	}
	for _, tt := range []struct {
		name   string
		change func(*os.File) error
		events int
	}{
		{"grows", func(f *os.File) error { _, err := f.Seek(0, io.SeekEnd); return err }, many + 1},
		{"other content of the same size", func(*os.File) error { return nil }, many},
	} {
		f := newFolder(t, b.String())
		file, err := os.OpenFile(f.path("a"), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var once sync.Once
		o := store.LoadOptions{Progress: func(int64) { // the first bytes are read, not all
			once.Do(func() {
				err := tt.change(file)
				if err == nil {
					_, err = file.WriteString(trail("x"))
				}
				if err != nil {
					t.Error(err)
				}
			})
		}}
		db := open(t, newPath(t))
		sum := load(t, db, f.files(), o)
		blocks := query(t, db.SQL(), "SELECT path, blocks FROM main.problems WHERE what = 'changed'")
		if len(sum.Problems) != 1 || sum.Problems[0].What != store.Changed ||
			!slices.Equal(blocks, []string{"a true"}) {
			t.Errorf("%s: problems %q, stored %q", tt.name, sum.Problems, blocks)
		}
		sum = load(t, db, f.files(), store.LoadOptions{})
		left := query(t, db.SQL(), "SELECT what FROM main.problems")
		got := query(t, db.SQL(), "SELECT count(*) || ' ' || count(*) FILTER (event_id = 'x') FROM main.events")
		want := fmt.Sprintf("%d 1", tt.events)
		if len(sum.Problems)+len(left) > 0 || !slices.Equal(got, []string{want}) {
			t.Errorf("%s, loaded again: problems %q %q; events %q, want %q", tt.name, sum.Problems, left, got, want)
		}
	}
}
