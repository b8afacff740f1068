package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
)

// busyCase has something of everything that a Result holds, with many ties in time, and the same
// events in several files.
func busyCase() *testCase {
	c := &testCase{}
	c.logs.background(nil)
	for _, rows := range [][]secretRow{awsVerdicts(), rotations(), hubVerdicts(), unseenKinds()} {
		for _, row := range rows {
			c.add(row)
		}
	}
	trail, hub := c.logs.files["trail.json"], c.logs.files["github.json"]
	c.logs.files["a-trail-again.json"] = trail[len(trail)/2:]
	c.logs.files["z-trail-again.json"] = trail[:len(trail)*2/3]
	c.logs.files["a-github-again.json"] = slices.Clone(hub[len(hub)/3:])
	slices.Reverse(c.logs.files["a-github-again.json"])
	return c
}

// The same case gives the same bytes: in another folder, in a second run that loads nothing, and
// after everything was loaded anew.
func TestSameCaseSameBytes(t *testing.T) {
	t.Parallel()
	c := busyCase()
	first, second := c.write(t), c.write(t)
	var got []string
	for _, a := range []*app{first, second, first} {
		if _, err := a.run(t.Context(), runFlags{}); err != nil {
			t.Fatal(err)
		}
		got = append(got, resultBytes(t, a))
	}
	if err := os.Remove(first.path(databaseName)); err != nil {
		t.Fatal(err)
	}
	if _, err := first.run(t.Context(), runFlags{}); err != nil {
		t.Fatal(err)
	}
	got = append(got, resultBytes(t, first))
	for i, name := range []string{"", "another folder", "a second run", "a new database"} {
		if diff := cmp.Diff(got[0], got[i]); diff != "" {
			t.Errorf("%s gives another result (-first +%s):\n%s", name, name, diff)
		}
	}
}

// The order in which files are loaded decides nothing: copies of an event that are equal are
// counted for the same file of those that have one.
func TestOrderOfLoading(t *testing.T) {
	t.Parallel()
	c := busyCase()
	whole := c.write(t)
	want, err := whole.run(t.Context(), runFlags{})
	if err != nil {
		t.Fatal(err)
	}
	a := c.write(t)
	files, err := filepath.Glob(a.path("logs/*.json"))
	if err != nil || len(files) != len(c.logs.files) {
		t.Fatalf("%d files: %v", len(files), err)
	}
	slices.Reverse(files)
	for _, file := range files {
		if code := a.main(t.Context(), []string{"--case", a.caseDir, "load", file}); code != 0 {
			t.Fatalf("load %s: exit code %d", file, code)
		}
	}
	got, err := a.run(t.Context(), runFlags{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Totals.Duplicates == 0 {
		t.Error("no duplicates: the test shows nothing")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("another order of loading gives another result (-want +got):\n%s", diff)
	}
}

// A finding keeps its id when more events join it, so that a later run knows it again.
func TestFindingIDsAreStable(t *testing.T) {
	t.Parallel()
	var c testCase
	c.logs.background(nil)
	c.add(secretRow{
		id: "deploy", kind: "aws-access-key", declared: declaredDate,
		happens: stories(used(habit), used(inside, published)),
	})
	a := c.write(t)
	before, err := a.run(t.Context(), runFlags{})
	if err != nil {
		t.Fatal(err)
	}
	var more logs
	more.n = 90_000
	used(inside.Add(time.Minute), published)(&more, keyOf("deploy"))
	used(inside.Add(-time.Minute), "89.36.78.75")(&more, keyOf("deploy"))
	writeFile(t, a.path("logs/more.json"), []byte(strings.Join(more.files["trail.json"], "\n")))
	after, err := a.run(t.Context(), runFlags{})
	if err != nil {
		t.Fatal(err)
	}
	old, now := findingOf(t, before, "any/use-from-indicator"), findingOf(t, after, "any/use-from-indicator")
	if old.ID != now.ID || old.Count != 1 || now.Count != 3 {
		t.Errorf("%s of %d events became %s of %d; want the same id, 1 and 3 events",
			old.ID, old.Count, now.ID, now.Count)
	}
	if !now.FirstSeen.Equal(inside.Add(-time.Minute)) || !now.LastSeen.Equal(inside.Add(time.Minute)) {
		t.Errorf("it lasts from %s to %s", now.FirstSeen, now.LastSeen)
	}
	ids := map[string]bool{}
	for _, f := range after.Findings {
		if ids[f.ID] {
			t.Errorf("two findings have the id %s", f.ID)
		}
		ids[f.ID] = true
	}
}

func findingOf(t *testing.T, r *detect.Result, query string) detect.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Query == query {
			return f
		}
	}
	t.Fatalf("no finding of %s", query)
	return detect.Finding{}
}

// What is shown can be narrowed; what it is judged by cannot.
func TestNarrowingKeepsVerdicts(t *testing.T) {
	t.Parallel()
	var c testCase
	c.logs.background(nil)
	c.add(secretRow{
		id: "deploy", kind: "aws-access-key", declared: declaredDate,
		happens: stories(used(habit), used(inside, published)),
	})
	a := c.write(t)
	whole, err := a.run(t.Context(), runFlags{})
	if err != nil {
		t.Fatal(err)
	}
	inv, err := a.readCase()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []detectFlags{
		{level: "critical"},
		{only: "any/rotation-missing"},
		{only: "github"},
		{only: "any", level: "high"},
	} {
		r, err := a.detect(t.Context(), inv, f)
		if err != nil {
			t.Fatal(err)
		}
		got, want := r.Secrets[0], whole.Secrets[0]
		if got.Verdict != want.Verdict || len(got.Because) != len(want.Because) {
			t.Errorf("%+v: the verdict is %s because %q, want %s", f, got.Verdict, got.Because,
				want.Verdict)
		}
		shown := []string{}
		for _, x := range r.Findings {
			shown = append(shown, x.ID)
			if f.level == "critical" && x.Level != detect.Critical {
				t.Errorf("%+v shows a finding of level %s", f, x.Level)
			}
			if f.only == "github" && !strings.HasPrefix(x.Query, "github/") {
				t.Errorf("%+v shows %s", f, x.Query)
			}
		}
		if diff := cmp.Diff(shown, got.Findings); diff != "" {
			t.Errorf("%+v: the secret names other findings than are shown:\n%s", f, diff)
		}
	}
	if _, err := a.detect(t.Context(), inv, detectFlags{only: "any/use"}); err == nil {
		t.Error("a part of an id is no folder, and was accepted")
	}
}
