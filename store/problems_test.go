package store_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/store"
)

func problemsOf(t *testing.T, db *store.DB) []string {
	t.Helper()
	return query(t, db.SQL(), `SELECT what, path, blocks FROM main.problems ORDER BY ALL`)
}

// What a load of other paths than the case's could not read stays until it is loaded, since a load
// of the case does not look there; what was not even there was a slip.
func TestProblemsOfOtherPaths(t *testing.T) {
	t.Parallel()
	f := newFolder(t, trail("1"))
	db := open(t, newPath(t))
	outside := store.LoadOptions{
		Paths: []string{"ext", "extra", "typo"},
		Problems: []store.Problem{
			{What: store.Unreadable, Path: "ext/sub", Why: "permission denied", Blocks: true},
			{What: store.Skipped, Path: "extra", Why: "not a regular file"},
			{What: store.Missing, Path: "typo", Why: "it does not exist", Blocks: true},
		},
	}
	load(t, db, f.files(), outside)
	steps := []struct {
		name    string
		files   []store.LoadFile
		options store.LoadOptions
		want    []string
	}{
		{
			"as found", f.files(),
			store.LoadOptions{Paths: []string{"a"}},
			[]string{"missing typo true", "skipped extra false", "unreadable ext/sub true"},
		},
		{
			"the case", f.files(),
			store.LoadOptions{
				Problems: []store.Problem{{What: store.Missing, Path: "more", Blocks: true}},
			},
			[]string{"missing more true", "skipped extra false", "unreadable ext/sub true"},
		},
		{
			"the case again", f.files(),
			store.LoadOptions{},
			[]string{"skipped extra false", "unreadable ext/sub true"},
		},
		{
			"another path", f.files(),
			store.LoadOptions{Paths: []string{"ex"}},
			[]string{"skipped extra false", "unreadable ext/sub true"},
		},
		{
			"one of them", nil,
			store.LoadOptions{Paths: []string{"extra"}},
			[]string{"unreadable ext/sub true"},
		},
		{
			"a file in it",
			[]store.LoadFile{{Name: "ext/sub/a", Path: f.path("a")}},
			store.LoadOptions{},
			[]string{},
		},
	}
	for _, step := range steps {
		load(t, db, step.files, step.options)
		if diff := cmp.Diff(step.want, problemsOf(t, db)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

// A file whose events a changed file had, and that is not at hand then, is read when it is again.
func TestIncompleteIsReadLater(t *testing.T) {
	t.Parallel()
	f := newFolder(t, trail("e1"), trail("e1")+trail("e2"))
	db := open(t, newPath(t))
	o := store.LoadOptions{Locate: f.path}
	load(t, db, f.files(), o)
	f.write(t, "a", trail("e3"))
	if err := os.Rename(f.path("b"), f.path("away")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		load(t, db, f.files("a"), o)
		want := []string{"gone b false", "incomplete b true"}
		if diff := cmp.Diff(want, problemsOf(t, db)); diff != "" {
			t.Errorf("while it is away (-want +got):\n%s", diff)
		}
	}
	if err := os.Rename(f.path("away"), f.path("b")); err != nil {
		t.Fatal(err)
	}
	// Whether it is among the files or not.
	sum := load(t, db, f.files("a"), store.LoadOptions{Locate: f.path, Paths: []string{"a"}})
	got := query(t, db.SQL(), `SELECT event_id FROM main.events ORDER BY 1`)
	if diff := cmp.Diff([]string{"e1", "e2", "e3"}, got); diff != "" || sum.Files != 1 {
		t.Errorf("%+v, events (-want +got):\n%s", sum, diff)
	}
	load(t, db, f.files(), o)
	if got := problemsOf(t, db); len(got) > 0 {
		t.Errorf("problems are left: %q", got)
	}
}

// What nothing could be read of, whose log it is, and ids that different records share.
func TestProblemsOfFiles(t *testing.T) {
	t.Parallel()
	f := newFolder(t, trail("1")+trail("2")+trail("2"), trail("1", `,"errorCode":"AccessDenied"`),
		trail("3"))
	files := append(f.files(), store.LoadFile{Name: "lost", Path: f.path("lost")})
	for i := range files {
		files[i].Source = "cloudtrail"
	}
	files[2].Source = "github"
	db := open(t, newPath(t))
	want := []string{
		"other source c false", "same id a false", "same id b false", "unreadable lost true",
	}
	for _, told := range []int{3, 2} { // of ids once, of what can be mended again
		sum := load(t, db, files, store.LoadOptions{})
		if diff := cmp.Diff(want, problemsOf(t, db)); diff != "" || len(sum.Problems) != told {
			t.Errorf("told %v, problems (-want +got):\n%s", sum.Problems, diff)
		}
	}
	got := query(t, db.SQL(), `SELECT why FROM main.problems WHERE path = 'b'`)
	wantWhy := "1 of its records has the id of another that tells something else; each is an event " +
		"of its own, the first 1"
	if diff := cmp.Diff([]string{wantWhy}, got); diff != "" {
		t.Errorf("why (-want +got):\n%s", diff)
	}
	f.write(t, "b", trail("4"))
	f.write(t, "lost", trail("5"))
	files[2].Source = ""
	load(t, db, append(files[:0:0], f.files()...), store.LoadOptions{})
	if got := problemsOf(t, db); len(got) > 0 {
		t.Errorf("problems are left: %q", got)
	}
}

// Version 1 dropped a record with the id of another, whatever it said. Its files with duplicates
// are read again, and until then nothing is cleared. Events get the category that a load gives them
// now.
func TestUpgradeFromVersion1(t *testing.T) {
	t.Parallel()
	tables, err := os.ReadFile("testdata/tables-1.sql")
	if err != nil {
		t.Fatal(err)
	}
	f := newFolder(t, trail("1")+trail("2"), trail("1", `,"errorCode":"AccessDenied"`))
	fresh := open(t, newPath(t))
	load(t, fresh, f.files(), store.LoadOptions{})
	sums := query(t, fresh.SQL(), `SELECT bytes || ', ''' || sha256 || '''' FROM main.files ORDER BY path`)

	path := newPath(t)
	execute(
		t, path, string(tables), `INSERT INTO schema_version VALUES (1)`,
		`INSERT INTO files VALUES
		  (1, 'a', `+sums[0]+`, 'cloudtrail/ndjson', 2, 2, 0, 0, '2022-12-20', '2022-12-21', now()),
		  (2, 'b', `+sums[1]+`, 'cloudtrail/ndjson', 1, 0, 1, 0, '2022-12-20', '2022-12-21', now())`,
		`INSERT INTO events (source, event_id, time, outcome, file, pos) VALUES
		  ('cloudtrail', '1', '2022-12-20', 'success', 1, 1),
		  ('cloudtrail', '2', '2022-12-20', 'success', 1, 2)`,
		`INSERT INTO events (source, event_id, time, outcome, file, pos, region, action, details) VALUES
		  ('cloudtrail', 'm', now(), 'success', 9, 1, NULL, 'x', '{"eventCategory":"Management"}'),
		  ('cloudtrail', 'n', now(), 'success', 9, 2, NULL, 'x', '{"eventCategory":"NetworkActivity"}'),
		  ('cloudtrail', 'd', now(), 'success', 9, 3, NULL, 'x', '{"managementEvent":false}'),
		  ('github', 'g', now(), 'success', 9, 4, 'git', 'git.clone', NULL),
		  ('github', 'a', now(), 'success', 9, 5, 'web', 'api.request', NULL),
		  ('circleci', 'none', now(), 'success', 9, 6, NULL, 'x', NULL)`,
	)
	db := open(t, path)
	categories := []string{"a api", "d data", "g git", "m management", "n network", "none NULL"}
	if diff := cmp.Diff(categories, query(t, db.SQL(),
		`SELECT event_id, coalesce(category, 'NULL') FROM events WHERE file = 9 ORDER BY 1`)); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
	if _, err := db.SQL().ExecContext(t.Context(), `DELETE FROM main.events WHERE file = 9`); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"incomplete b true"}, problemsOf(t, db)); diff != "" {
		t.Errorf("after the upgrade (-want +got):\n%s", diff)
	}
	sum := load(t, db, f.files(), store.LoadOptions{})
	if sum.Known != 1 || sum.Files != 1 || sum.Events != 1 {
		t.Errorf("%+v", sum)
	}
	got := query(t, db.SQL(), `SELECT event_id, file, outcome FROM main.events ORDER BY ALL`)
	want := []string{"1 1 success", "1 3 failure", "2 1 success"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(problemsOf(t, fresh), problemsOf(t, db)); diff != "" {
		t.Errorf("problems (-new database +upgraded):\n%s", diff)
	}
}
