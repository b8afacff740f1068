package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
	"breachwindow/queries"
)

// ownQuery is a detection of the customer's: header keys, then a SELECT from events of which
// more says the rest.
func ownQuery(keys, secret, more string) string {
	return "-- A test.\n--\n-- Nothing else.\n--\n" + keys + "-- sources: circleci\n" +
		"SELECT " + secret + " AS secret, e.source AS event_source, e.event_id AS event_id,\n" +
		"  e.time AS time, e.credential AS credential, e.actor AS actor, e.action AS action,\n" +
		"  e.target AS target, e.ip AS ip, e.file AS file, e.pos AS pos" + more
}

const fromCircleCI = "\nFROM events e WHERE e.source = 'circleci' ORDER BY e.time DESC"

// A detection's rows become findings by its group; one of busy credentials carries a hundred
// events and the count of all, and what is tied to no secret weighs a level less.
func TestOwnDetections(t *testing.T) {
	t.Parallel()
	var c testCase
	c.logs.background(nil)
	c.add(secretRow{id: "deploy", kind: "aws-access-key", declared: declaredDate, happens: used(habit)})
	a := c.write(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"own/untied.sql": ownQuery("-- level: high\n", "CAST(NULL AS VARCHAR)", ", e.via AS way"+fromCircleCI),
		"own/tied.sql": ownQuery("-- level: low\n-- group: parity, level\n", "'deploy'",
			", e.pos % 2 AS parity, CASE WHEN e.pos % 2 = 0 THEN 'high' ELSE 'low' END AS level"+fromCircleCI),
		"own/acts.sql": ownQuery("-- level: low\n-- needs: circleci workflow.job.start, "+
			"circleci orb.create\n", "'deploy'", "\nFROM events e WHERE e.source = 'none' ORDER BY e.time"),
		"own/never.sql": ownQuery("-- level: critical\n-- needs: ip\n", "'deploy'",
			"\nFROM events e WHERE e.source = 'none' ORDER BY e.time"),
	} {
		writeFile(t, dir+"/"+name, []byte(text))
	}
	r, err := a.run(t.Context(), runFlags{queryDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	untied := findingOf(t, r, "own/untied")
	n := int64(len(c.logs.files["circleci.json"]))
	if untied.Secret != "" || untied.Level != detect.Medium || untied.Count != n || len(untied.Events) != 100 {
		t.Errorf("secret %q, level %s, %d events of %d; want none, medium, 100 of %d", untied.Secret,
			untied.Level, len(untied.Events), untied.Count, n)
	}
	if !slices.IsSorted(untied.Events) || !untied.FirstSeen.Before(untied.LastSeen) {
		t.Errorf("events are not in the order of time: %q", untied.Events[:3])
	}
	if len(untied.Attributes) != 0 || len(untied.IPs) != 0 || untied.Credential != "login:alice" {
		t.Errorf("attributes %v, addresses %q, credential %q", untied.Attributes, untied.IPs, untied.Credential)
	}
	var tied []string
	for _, f := range r.Findings {
		if f.Query == "own/tied" {
			tied = append(tied, fmt.Sprintf("%s %s %v %d", f.Secret, f.Level, f.Attributes["parity"], f.Count))
		}
	}
	want := []string{fmt.Sprintf("deploy high 0 %d", n/2), fmt.Sprintf("deploy low 1 %d", n-n/2)}
	if !slices.Equal(tied, want) {
		t.Errorf("findings %q, want %q", tied, want)
	}
	if got := r.Secrets[0]; got.Verdict != detect.Suspicious {
		t.Errorf("verdict %s: a finding of one's own counts too", got.Verdict)
	}
	var blind []detect.BlindDetection
	for _, b := range r.Blind {
		if strings.HasPrefix(b.Query, "own/") {
			blind = append(blind, b)
		}
	}
	if diff := cmp.Diff([]detect.BlindDetection{
		{Query: "own/acts", Why: "no orb.create in a log of circleci"},
		{Query: "own/never", Why: "no source addresses in circleci/stream"},
	}, blind); diff != "" {
		t.Errorf("blind (-want +got):\n%s", diff)
	}
}

// A detection is one SELECT with the columns that a finding needs, and can touch nothing.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	var c testCase
	c.add(secretRow{id: "deploy", kind: "aws-access-key"})
	db := preparedCase(t, c.write(t))
	builtin, err := queries.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range builtin {
		if err := detect.Check(t.Context(), db, q); err != nil {
			t.Error(err)
		}
	}
	const level = "-- level: low\n"
	header, _, _ := strings.Cut(ownQuery(level, "", ""), "SELECT")
	for _, q := range []struct{ name, text, want string }{
		{"good", ownQuery(level, "'x'", fromCircleCI), ""},
		{"two", ownQuery(level, "'x'", fromCircleCI+"; SELECT 1"), "2 statements"},
		{"drop", ownQuery(level, "'x'", fromCircleCI+"; DROP TABLE events"), "not one SELECT"},
		{"delete", header + "DELETE FROM events", "not one SELECT"},
		{"typo", ownQuery(level, "'x'", "\nFORM events e"), "not one SELECT"},
		{"columns", header + "SELECT e.time AS time FROM events e", "they must begin with secret"},
		{"table", ownQuery(level, "'x'", "\nFROM event e ORDER BY e.time"), "event"},
		{"group", ownQuery(level+"-- group: colour\n", "'x'", fromCircleCI), `groups by "colour"`},
		{"needs act", ownQuery(level+"-- needs: circleci orb.create\n", "'x'", fromCircleCI), ""},
		{"of another", ownQuery(level+"-- needs: github git.push\n", "'x'", fromCircleCI), "a source of its own"},
		{"needs", ownQuery(level+"-- needs: colour\n", "'x'", fromCircleCI), `needs "colour"`},
		{
			"file", strings.Replace(ownQuery(level, "content", "\nFROM read_text('/etc/hostname') e"),
				"e.source", "e.filename", 1), "disabled",
		},
	} {
		parsed, err := queries.Parse("own/"+q.name+".sql", q.text)
		if err != nil {
			t.Fatal(err)
		}
		err = detect.Check(t.Context(), db, parsed)
		switch {
		case q.want == "" && err != nil:
			t.Errorf("%s: %v", q.name, err)
		case q.want != "" && (err == nil || !strings.Contains(err.Error(), q.want)):
			t.Errorf("%s: got %v, want an error that says %q", q.name, err, q.want)
		case err != nil && !strings.HasPrefix(err.Error(), "query own/"+q.name+": "):
			t.Errorf("%s: the error does not name the detection: %v", q.name, err)
		}
	}
}
