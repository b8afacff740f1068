package store_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/incident"
	"breachwindow/store"
)

func decision(subject, what string, second int) store.Decision {
	return store.Decision{
		Kind: "finding", Subject: subject, Decision: what, Note: "note", Author: "anna", Seen: "[]",
		At: time.Date(2026, 11, 28, 9, 0, second, 1500, time.UTC), // more exact than is kept
	}
}

func useOf(ip, agent, actor, what string, second int) store.Decision {
	d := decision("", what, second)
	d.Kind, d.IP, d.Agent, d.Actor = "use", ip, agent, actor
	return d
}

func decide(t *testing.T, db *store.DB, all ...store.Decision) int {
	t.Helper()
	n, err := db.AddDecisions(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const current = `SELECT kind, subject, decision, author, coalesce(ip, '-'), coalesce(agent_like, '-'),
	coalesce(actor_like, '-') FROM decisions ORDER BY entry`

// The log is a union: what is there is not added again, and the order of adding does not matter.
func TestDecisionsAreAUnion(t *testing.T) {
	t.Parallel()
	other := decision("a", "confirmed", 1)
	other.Author = "bob"
	all := []store.Decision{
		decision("a", "benign", 1), decision("a", "open", 3), decision("b", "benign", 2), other,
		useOf("192.0.2.0/24", "", "", "benign", 1), useOf("", "aws_cli*", "*:User/ci%", "benign", 2),
	}
	there := derived(t)
	if n := decide(t, there, all...); n != len(all) {
		t.Errorf("%d of %d added", n, len(all))
	}
	if n := decide(t, there, all[2], all[0], all[0]); n != 0 {
		t.Errorf("%d added again", n)
	}
	back := derived(t)
	slices.Reverse(all)
	decide(t, back, all[:3]...)
	if n := decide(t, back, all...); n != 3 {
		t.Errorf("%d added, want 3", n)
	}
	got, err := store.Decisions(t.Context(), there.SQL())
	if err != nil {
		t.Fatal(err)
	}
	want, err := store.Decisions(t.Context(), back.SQL())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) != len(all) {
		t.Errorf("%d decisions (-want +got):\n%s", len(got), diff)
	}
	if diff := cmp.Diff(query(t, back.SQL(), current), query(t, there.SQL(), current)); diff != "" {
		t.Errorf("what counts (-want +got):\n%s", diff)
	}
}

// derived is a new database with its views.
func derived(t *testing.T) *store.DB {
	t.Helper()
	db := open(t, newPath(t))
	if err := db.Derive(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// Of one subject the newest counts; of two of one time the less comfortable.
func TestDecisionsThatCount(t *testing.T) {
	t.Parallel()
	db := derived(t)
	bob := decision("tie", "benign", 5)
	bob.Author = "bob"
	wider := useOf("192.0.2.77/24", "AWS*", "", "confirmed", 9)
	decide(
		t, db, decision("a", "benign", 2), decision("a", "confirmed", 1), decision("b", "benign", 1),
		decision("b", "open", 2), decision("tie", "open", 5), bob, decision("tie", "needs-work", 5),
		useOf("192.0.2.0/24", "aws*", "", "benign", 3), wider, useOf("192.0.2.0/24", "", "", "benign", 4),
		useOf("192.0.2.1", "", "a_b*", "benign", 4),
	)
	want := []string{
		"finding a benign anna - - -", "finding b open anna - - -", "use  benign anna 192.0.2.0/24 - -",
		`use  benign anna 192.0.2.1 - a\_b%`, "finding tie needs-work anna - - -",
		"use  confirmed anna 192.0.2.77/24 aws% -",
	}
	got := query(t, db.SQL(), current)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got = query(t, db.SQL(), `SELECT ip_from = ip_to, actor, why, triaged FROM expected_entries
		WHERE agent IS NULL ORDER BY ip_from, ip_to`)
	want = []string{
		"false - triaged benign by anna: note true", `true a\_b% triaged benign by anna: note true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("expected (-want +got):\n%s", diff)
	}
	if n, err := db.AddDecisions(t.Context(), []store.Decision{
		decision("new", "benign", 1), useOf("here", "", "", "benign", 1),
	}); err == nil || n != 0 {
		t.Errorf("%d added, %v: want all or none", n, err)
	}
	if got := query(t, db.SQL(), `SELECT count(*) FROM main.triage WHERE subject = 'new'`); got[0] != "0" {
		t.Error("half of a file was added")
	}
}

// A database of before triage gets the table empty, keeps the rest, and a new inventory keeps decisions.
func TestUpgradeToTriage(t *testing.T) {
	t.Parallel()
	tables, err := os.ReadFile("testdata/tables-1.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := newPath(t)
	execute(
		t, path, string(tables), `INSERT INTO schema_version VALUES (1)`,
		`INSERT INTO expected_list (entry, agent, why) VALUES (1, 'x%', 'ours')`,
	)
	db := open(t, path)
	if n := decide(t, db, decision("a", "benign", 1)); n != 1 {
		t.Errorf("%d added", n)
	}
	if err := db.Derive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := query(t, db.SQL(), `SELECT why FROM expected_entries`); len(got) != 1 || got[0] != "listed: ours" {
		t.Errorf("expected %q", got)
	}
	columns := func(db *store.DB) string {
		return strings.Join(query(t, db.SQL(), `DESCRIBE main.triage`), "\n")
	}
	if diff := cmp.Diff(columns(open(t, newPath(t))), columns(db)); diff != "" {
		t.Errorf("columns of a new one and of an upgraded one (-want +got):\n%s", diff)
	}
	in, err := incident.Load("circleci-2023-01", os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SetCase(t.Context(), store.Case{Incident: in}); err != nil {
		t.Fatal(err)
	}
	if got := query(t, db.SQL(), current); len(got) != 1 {
		t.Errorf("with a new inventory: %q", got)
	}
}
