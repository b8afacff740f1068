package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
)

// What reports draw and explain with: uses per day, networks, places, detections, settings, phases.
func TestPicture(t *testing.T) {
	t.Parallel()
	const key, session = "AKIAJJJJJJJPICTURE01", "ASIAJJJJJJJPICTURE02"
	c := &testCase{yaml: "settings: {denied_calls: 12}\n"}
	c.logs.background(nil)
	c.secrets = []string{"deploy,aws-access-key," + key + ",,,2023-01-05T10:00:00Z,"}
	c.logs.aws(habit.AddDate(0, -2, 0), call{key: key}) // too early for the picture
	c.logs.aws(habit, call{key: key})
	c.logs.aws(inside, call{key: key})
	c.logs.aws(inside, call{id: "refused", key: key, ip: stranger, action: "ListUsers", refused: "AccessDenied"})
	c.logs.assume(inside, key, session, stranger)
	c.logs.aws(inside.AddDate(0, 0, 1), call{key: session, ip: stranger, session: true})
	c.logs.aws(later, call{key: key})
	r := c.answer(t)

	want := []detect.UseDay{
		{Day: "2022-12-10", Expected: 1},
		{Day: "2022-12-20", Expected: 1, Unexpected: 2, Failed: 1},
		{Day: "2022-12-21", Unexpected: 1, Derived: 1},
		{Day: "2023-01-10", Expected: 1, After: 1},
	}
	if diff := cmp.Diff(want, r.Secrets[0].Days); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
	origins := []detect.Origin{
		{
			Secret: "deploy", Network: "198.51.100.0/24", Labels: []string{}, Addresses: 1, Before: 2,
			Uses: 2, Baseline: true, FirstSeen: inside, LastSeen: later,
		},
		{
			Secret: "deploy", Network: "203.0.113.0/24", Labels: []string{}, Addresses: 1, Uses: 3,
			Unexpected: 3, Baseline: true, FirstSeen: inside, LastSeen: inside.AddDate(0, 0, 1),
		},
	}
	if diff := cmp.Diff(origins, r.Origins); diff != "" {
		t.Errorf("origins (-want +got):\n%s", diff)
	}
	if len(r.Settings) != 1 || r.Settings[0].Name != "denied_calls" || r.Settings[0].Value != 12 {
		t.Errorf("settings changed: %+v", r.Settings)
	}
	if p := r.Incident.Phases; len(p) < 10 || p[0].Precision != "day" || r.Incident.Disclosed == nil {
		t.Errorf("phases %+v, disclosed %v", p, r.Incident.Disclosed)
	}
	checkEvidence(t, r, len(c.logs.files["trail.json"]))
}

// checkEvidence holds that each finding that names events says where they are, and has its SQL.
func checkEvidence(t *testing.T, r *detect.Result, records int) {
	t.Helper()
	sqls := map[string]string{}
	for _, q := range r.Queries {
		sqls[q.ID] = q.SQL
	}
	for _, f := range r.Findings {
		if !strings.Contains(sqls[f.Query], "SELECT") {
			t.Errorf("no SQL of %s", f.Query)
		}
		// A rotation is about no record: it names one by its id.
		named := strings.HasPrefix(f.Query, "any/rotation-")
		if n := min(len(f.Events), 5); !named && len(f.Places) != n {
			t.Errorf("%s: %d places of %d events", f.Query, len(f.Places), len(f.Events))
		}
		for i, p := range f.Places {
			if p.Event != f.Events[i] || p.File != "logs/trail.json" || p.Pos < 1 || p.Pos > int64(records) {
				t.Errorf("%s: place %+v", f.Query, p)
			}
			if p.Event == "refused" && p.Pos != int64(records)-3 {
				t.Errorf("the refused call is at %d, not %d", p.Pos, records-3)
			}
		}
	}
	if len(r.Findings) == 0 {
		t.Error("no findings")
	}
}
