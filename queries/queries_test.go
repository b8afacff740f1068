package queries_test

import (
	"errors"
	"strings"
	"testing"

	"breachwindow/queries"
)

func TestBuiltin(t *testing.T) {
	all, err := queries.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 12 {
		t.Errorf("%d detections, want at least the twelve that others rely on", len(all))
	}
	for _, q := range all {
		if !strings.HasSuffix(q.Title, ".") {
			t.Errorf("%s: the title %q is no sentence", q.ID, q.Title)
		}
		if q.FalsePositives == "" || len(q.References) == 0 {
			t.Errorf("%s: false positives and references are missing", q.ID)
		}
	}
}

func TestParse(t *testing.T) {
	const good = "-- A key was used.\n--\n-- Why: it matters.\n--\n-- level: high\n" +
		"-- sources: cloudtrail, github\n-- needs: ip\n-- group: credential, level\nSELECT 1\n"
	q, err := queries.Parse("any/x.sql", good)
	if err != nil {
		t.Fatal(err)
	}
	if q.ID != "any/x" || q.Title != "A key was used." || q.Level != "high" ||
		len(q.Sources) != 2 || q.Group[1] != "level" || q.SQL != "SELECT 1" ||
		q.Description != "Why: it matters." {
		t.Errorf("Parse = %+v", q)
	}
	tests := []struct {
		name, text, want string
		line             int
	}{
		{"no header", "SELECT 1", "no header", 1},
		{"no level", "-- A.\n-- sources: github\nSELECT 1", "level is missing", 3},
		{"no sources", "-- A.\n-- level: low\nSELECT 1", "sources is missing", 3},
		{"unknown level", "-- A.\n-- level: bad\n-- sources: github\nSELECT 1", `level "bad"`, 2},
		{"unknown source", "-- A.\n-- level: low\n-- sources: gitlab\nSELECT 1", `"gitlab"`, 3},
		{"repeated", "-- A.\n-- level: low\n-- level: low\nSELECT 1", "line 2 already", 3},
		{"wrong key first", "-- A.\n-- lvl: low\nSELECT 1", `unknown key "lvl"`, 2},
		{"unknown later", "-- A.\n-- level: low\n-- tags: a\nSELECT 1", "unknown key", 3},
		{"empty value", "-- A.\n-- level:\nSELECT 1", "no value", 2},
		{"no body", "-- A.\n-- level: low\n-- sources: github\n", "no SELECT", 4},
		{"keys are the last paragraph", "-- A.\n--\n-- level: low\n--\n-- x\nSELECT 1", `"x"`, 5},
	}
	for _, tt := range tests {
		_, err := queries.Parse("q.sql", tt.text)
		var se *queries.SyntaxError
		if !errors.As(err, &se) || se.Line != tt.line || !strings.Contains(se.Msg, tt.want) {
			t.Errorf("%s: error %v, want line %d with %q", tt.name, err, tt.line, tt.want)
		}
	}
}

// FuzzParse: what is accepted has a title, a known level, a source and a body.
func FuzzParse(f *testing.F) {
	all, err := queries.Builtin()
	if err != nil {
		f.Fatal(err)
	}
	for _, q := range all {
		f.Add(q.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := queries.Parse("f.sql", text)
		if err != nil {
			return
		}
		if q.Title == "" || q.SQL == "" || q.Level == "" || len(q.Sources) == 0 {
			t.Errorf("accepted %q as %+v", text, q)
		}
	})
}
