package store_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	schema "breachwindow/sql"

	"breachwindow/store"
)

func TestOpenLocks(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	db := open(t, path)
	if _, err := store.Open(t.Context(), path); !errors.Is(err, store.ErrBusy) {
		t.Errorf("a second Open: %v, want ErrBusy", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	if got := query(t, again.SQL(), "SELECT version FROM schema_version"); len(got) != 1 {
		t.Errorf("versions %v, want one", got)
	}
}

// A database is made whole or not at all, and what a killed run left aside is swept.
func TestOpenCreatesWhole(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	for _, left := range []string{path + ".new/case.duckdb", path + ".wal"} {
		if err := os.MkdirAll(path+".new", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(left, []byte("half of a database"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{path + ".new", path + ".wal"} {
		if _, err := os.Stat(gone); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", gone, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: others can read what the logs say", info.Mode())
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := store.Open(ctx, path+"2"); !errors.Is(err, context.Canceled) {
		t.Errorf("Open when interrupted: %v", err)
	}
	if _, err := os.Stat(path + "2"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an interrupted Open left a database: %v", err)
	}
}

// What is not ours, or newer, is refused by Open and by Reader and stays as it is.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, want string
		make       []string // statements on an empty database
		ours       bool     // they follow on one of ours
		text       string   // or the file's bytes
	}{
		{name: "text", text: "hello", want: "this is no DuckDB file"},
		{name: "an empty file", text: "", want: "this is no DuckDB file"},
		{name: "SQLite", text: "SQLite format 3\x00 and so on", want: "this is no DuckDB file"},
		{name: "foreign", make: []string{"CREATE TABLE t (a INTEGER)"}, want: "was not made by"},
		{
			name: "foreign, in a schema", want: "was not made by",
			make: []string{"CREATE SCHEMA s", "CREATE TABLE s.t (a INTEGER)"},
		},
		{
			name: "a table of that name", want: "was not made by",
			make: []string{"CREATE TABLE schema_version (when_made DATE)"},
		},
		{
			name: "newer", ours: true, want: "the database has version 99",
			make: []string{"UPDATE schema_version SET version = 99"},
		},
		{
			name: "no version", ours: true, want: "was not made by",
			make: []string{"DELETE FROM schema_version"},
		},
		{
			name: "two versions", ours: true, want: "was not made by",
			make: []string{"INSERT INTO schema_version VALUES (1)"},
		},
		{
			name: "version 0", ours: true, want: "was not made by",
			make: []string{"UPDATE schema_version SET version = 0"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			if c.ours {
				if err := open(t, path).Close(); err != nil {
					t.Fatal(err)
				}
			}
			if len(c.make) == 0 {
				if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			} else {
				execute(t, path, c.make...)
			}
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := store.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Open: %v, want %q", err, c.want)
			}
			if _, err := store.Reader(t.Context(), path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Reader: %v, want %q", err, c.want)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("the file was changed (%v)", err)
			}
		})
	}
}

// execute changes a DuckDB file behind the store's back.
func execute(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range statements {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// An older database is upgraded step by step; a step that fails leaves the version before it; a
// reader, which cannot upgrade, refuses.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	if schema.Version != len(store.Migrations)+1 {
		t.Fatalf("version %d with %d migrations", schema.Version, len(store.Migrations))
	}
	path := newPath(t)
	db := open(t, path)
	steps := []string{
		"ALTER TABLE main.events ADD COLUMN colour VARCHAR; UPDATE main.events SET colour = 'blue'",
		"CREATE TABLE main.extra (a INTEGER)",
		"CREATE TABLE main.other (a INTEGER); CREATE TABLE main.extra (a INTEGER)",
	}
	f := newFolder(t, trail("e1"))
	load(t, db, f.files(), store.LoadOptions{})
	if err := db.Upgrade(t.Context(), 1, steps[:2]); err != nil {
		t.Fatal(err)
	}
	got := query(t, db.SQL(), "SELECT version, colour FROM schema_version, main.events")
	if len(got) != 1 || got[0] != "3 blue" {
		t.Errorf("after two steps: %q", got)
	}
	if err := db.Upgrade(t.Context(), 3, steps[:2]); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
	if err := db.Upgrade(t.Context(), 3, steps); err == nil {
		t.Error("a step that fails is no error")
	}
	got = query(t, db.SQL(), "SELECT version, (SELECT count(*) FROM information_schema.tables "+
		"WHERE table_name = 'other') FROM schema_version")
	if len(got) != 1 || got[0] != "3 0" {
		t.Errorf("after a step that failed: %q", got)
	}
	for _, version := range []int{0, 4, 99} {
		if err := db.Upgrade(t.Context(), version, steps[:2]); err == nil {
			t.Errorf("version %d is upgraded by two steps", version)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	err := store.Check(t.Context(), path, 4)
	if err == nil || !strings.Contains(err.Error(), "the database has version 3") {
		t.Errorf("a reader of version 4 says %v", err)
	}
}

// There are no views that know nothing of the events that were loaded last: a load that was killed
// before it derived would pass for one in which nothing happened.
func TestReaderWantsTheLastLoad(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	w := open(t, path)
	load(t, w, newFolder(t, trail("e1")).files(), store.LoadOptions{})
	if err := errors.Join(w.Derive(t.Context()), w.Close()); err != nil {
		t.Fatal(err)
	}
	readable := func() bool {
		t.Helper()
		db, err := store.Reader(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		derived, err := store.Derived(t.Context(), db)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		return derived
	}
	for _, step := range []struct {
		name   string
		change func(*store.DB) error
		want   bool
	}{
		{"nothing is new", func(*store.DB) error { return nil }, true},
		{"an event is new", func(w *store.DB) error {
			load(t, w, newFolder(t, trail("e1"), trail("e2")).files(), store.LoadOptions{})
			return nil
		}, false},
		{"it is derived", func(w *store.DB) error { return w.Derive(t.Context()) }, true},
		{"it was of an older version", func(w *store.DB) error {
			_, err := w.SQL().Exec(`DROP TABLE main.triage; UPDATE schema_version SET version = 7`)
			return err
		}, true},
		{"it is upgraded", func(*store.DB) error { return nil }, false},
	} {
		w := open(t, path)
		if err := errors.Join(step.change(w), w.Close()); err != nil {
			t.Fatal(err)
		}
		if step.name != "it was of an older version" && readable() != step.want {
			t.Errorf("%s: readable %v", step.name, !step.want)
		}
	}
}

// A reader changes nothing, sees nothing outside the database and cannot give itself more rights.
func TestReaderRefusesToChange(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	w := open(t, path)
	load(t, w, newFolder(t, trail("e1")).files(), store.LoadOptions{})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := store.Reader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, text := range []string{
		"INSERT INTO main.events SELECT * FROM main.events",
		"UPDATE main.events SET actor = 'x'",
		"DELETE FROM main.events",
		"DROP TABLE main.events",
		"CREATE TABLE main.t (a INTEGER)",
		"CREATE VIEW main.v AS SELECT 1",
		"CREATE MACRO main.m() AS 1",
		"SELECT 1; DROP TABLE main.events",
		"COPY main.events TO '" + path + ".csv'",
		"EXPORT DATABASE '" + path + ".out'",
		"ATTACH '" + path + ".other' AS other",
		"DETACH case",
		"SET enable_external_access = true",
		"SET access_mode = 'read_write'",
		"RESET lock_configuration",
		"PRAGMA lock_configuration = false",
		"SELECT * FROM read_csv('/etc/passwd')",
		"SELECT * FROM read_text('/etc/passwd')",
		"SELECT * FROM read_blob('/etc/passwd')",
		"SELECT * FROM glob('/*')",
		"SELECT * FROM '/etc/passwd.csv'",
		"INSTALL httpfs",
		"LOAD httpfs",
	} {
		if _, err := db.ExecContext(t.Context(), text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
	if got := query(t, db, "SELECT count(*), max(actor) FROM main.events"); got[0] != "1 -" {
		t.Errorf("events are now %v", got)
	}
	entries, err := os.ReadDir(strings.TrimSuffix(path, "/case.duckdb"))
	if err != nil || len(entries) != 2 { // the database and its lock
		t.Errorf("files beside it: %v, %v", entries, err)
	}
}

func TestReaderWithoutDatabase(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	if _, err := store.Reader(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Reader: %v, want that it does not exist", err)
	}
	execute(t, path) // an empty DuckDB file
	if _, err := store.Reader(t.Context(), path); err == nil ||
		!strings.Contains(err.Error(), "nothing was loaded yet") {
		t.Errorf("Reader of an empty database: %v", err)
	}
	if err := open(t, path).Close(); err != nil { // it becomes ours
		t.Fatal(err)
	}
	for _, odd := range []string{"a?b", "a%b", "a#b"} {
		if _, err := store.Open(t.Context(), path+odd); err == nil {
			t.Errorf("a path with %s is opened", odd)
		}
	}
}
