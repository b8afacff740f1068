package queries_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"breachwindow/queries"
)

// TestBuiltinNames: no detection and no view waits for an event that does not exist.
func TestBuiltinNames(t *testing.T) {
	names, err := queries.KnownNames()
	if err != nil {
		t.Fatal(err)
	}
	all, err := queries.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	views, err := filepath.Glob("../sql/views/*.sql")
	if err != nil || len(views) < 38 {
		t.Fatalf("%d views, %v", len(views), err)
	}
	for _, file := range views {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// A view is of several services, each with actions of its own.
		actions := strings.ReplaceAll(string(text), "service", "unit")
		all = append(all, queries.Query{
			ID: strings.TrimSuffix(file, ".sql"), Sources: queries.Sources, Text: actions,
		})
	}
	for _, q := range all {
		if err := names.Check(q); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckNames(t *testing.T) {
	names, err := queries.KnownNames()
	if err != nil {
		t.Fatal(err)
	}
	const iam = "a.service = 'iam.amazonaws.com' AND "
	tests := []struct {
		name, sources, where string
		unknown              []string // in order
	}{
		{name: "equal", where: iam + "a.action = 'CreateUser'"},
		{name: "misspelt", where: iam + "a.action = 'CreateUsr'", unknown: []string{"CreateUsr"}},
		{name: "wrong case", where: "a.action = 'createUser'", unknown: []string{"createUser"}},
		{
			name: "of another service", where: iam + "action = 'ListBuckets'",
			unknown: []string{"ListBuckets"},
		},
		{name: "no service named", where: "action = 'ListBuckets'"},
		{
			name: "unknown service", where: "service = 'iamm.amazonaws.com'",
			unknown: []string{"iamm.amazonaws.com"},
		},
		{name: "service without its domain", where: "service <> 'iam'", unknown: []string{"iam"}},
		{
			name: "list", where: iam + "a.action NOT IN ('CreateUser',\n'Nope', 'GetUser')",
			unknown: []string{"Nope"},
		},
		{name: "after the list", where: iam + "a.action IN ('GetUser') AND a.actor = 'Nope'"},
		{name: "reversed", where: iam + "'Nope' = a.action", unknown: []string{"Nope"}},
		{name: "case", where: iam + "'x' = CASE a.action WHEN 'GetUser' THEN 'x' WHEN 'Nope' " +
			"THEN 'y' ELSE 'z' END", unknown: []string{"Nope"}},
		{name: "pattern", where: "service = 'lambda.amazonaws.com' AND action LIKE 'AddPermission%'"},
		{
			name: "pattern that fits nothing", where: "action LIKE 'AddPermit%'",
			unknown: []string{"AddPermit%"},
		},
		{name: "a dot is a dot", sources: "github", where: "action LIKE 'git.clone' OR " +
			"action LIKE 'git_clon.'", unknown: []string{"git_clon."}},
		{name: "comment", where: "-- action = 'Nope'\n" + iam + "action = 'GetUser'"},
		{name: "other columns", where: "b.what = 'action' AND b.value = 'Nope' AND error = 'Nope'"},
		{
			name: "another source", sources: "github", where: "action = 'CreateUser'",
			unknown: []string{"CreateUser"},
		},
		{
			name: "either source", sources: "github, circleci",
			where: "action IN ('git.clone', 'context.create')",
		},
		{name: "quote", where: "action = 'Get''User'", unknown: []string{"Get'User"}},
		{name: "two", where: "action = 'A'\n OR action = 'B'", unknown: []string{"A", "B"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sources := tt.sources
			if sources == "" {
				sources = "cloudtrail"
			}
			text := "-- T.\n-- level: low\n-- sources: " + sources + "\nSELECT 1 WHERE " + tt.where
			q, err := queries.Parse("x/y.sql", text)
			if err != nil {
				t.Fatal(err)
			}
			got := refused(t, names.Check(q))
			if len(got) != len(tt.unknown) {
				t.Fatalf("refused %v, want %q", got, tt.unknown)
			}
			for i, se := range got {
				before, _, ok := strings.Cut(text, "'"+strings.ReplaceAll(tt.unknown[i], "'", "''")+"'")
				if !ok || !strings.Contains(se.Msg, `"`+tt.unknown[i]+`"`) ||
					se.File != "x/y.sql" || se.Line != strings.Count(before, "\n")+1 {
					t.Errorf("refused %v, want %q", se, tt.unknown[i])
				}
			}
		})
	}
}

func refused(t *testing.T, err error) []*queries.SyntaxError {
	t.Helper()
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		t.Fatalf("%v is not a list of errors", err)
	}
	var out []*queries.SyntaxError
	for _, e := range joined.Unwrap() {
		var se *queries.SyntaxError
		if !errors.As(e, &se) {
			t.Fatalf("%v has no place", e)
		}
		out = append(out, se)
	}
	return out
}

// FuzzCheckNames: any text is checked without a crash, and what is refused stands in it.
func FuzzCheckNames(f *testing.F) {
	names, err := queries.KnownNames()
	if err != nil {
		f.Fatal(err)
	}
	all, err := queries.Builtin()
	if err != nil {
		f.Fatal(err)
	}
	for _, q := range all {
		f.Add(q.Text)
	}
	f.Add("CASE action WHEN")
	f.Add("'x' = action IN (")
	f.Fuzz(func(t *testing.T, text string) {
		q := queries.Query{ID: "x", Sources: []string{"cloudtrail"}, Text: text}
		for _, se := range refused(t, names.Check(q)) {
			if se.Line < 1 || se.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d of %q", se.Line, text)
			}
		}
	})
}
