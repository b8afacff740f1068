package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"breachwindow/queries"
	"breachwindow/store"
)

// Each detection has one case, testdata/queries/ID.txtar, of the form that queries test takes. A
// detection without a case, a hit or a near miss fails.
const casesDir = "../../testdata/queries"

func TestDetectionCases(t *testing.T) {
	qs, err := queries.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, q := range qs {
		known[q.ID] = true
		t.Run(q.ID, func(t *testing.T) {
			t.Parallel()
			runCase(t, q)
		})
	}
	err = filepath.WalkDir(casesDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(casesDir, strings.TrimSuffix(path, ".txtar"))
		if err == nil && !known[filepath.ToSlash(rel)] {
			t.Errorf("%s is the case of no detection", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func runCase(t *testing.T, q queries.Query) {
	t.Helper()
	faults, err := testQuery(t.Context(), q, filepath.Join(casesDir, filepath.FromSlash(q.ID)+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

// The property that holds for all: where no secret is exposed, no detection finds a use of one. The
// logs and inventories of all cases are one case here, and every secret is of a later time.
func TestNoUseWithoutExposure(t *testing.T) {
	t.Parallel()
	qs, err := queries.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	inventory := [][]string{{"id", "kind", "identifier", "stored_in", "created_at"}}
	for i, q := range qs {
		ar, err := txtar.ParseFile(filepath.Join(casesDir, filepath.FromSlash(q.ID)+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range ar.Files {
			switch {
			case strings.HasPrefix(f.Name, "logs/"):
				writeFile(t, filepath.Join(dir, "logs", fmt.Sprint(i), f.Name), f.Data)
			case f.Name == "secrets.csv":
				inventory = append(inventory, unexposed(t, fmt.Sprint(i), f.Data)...)
			}
		}
	}
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(inventory); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "secrets.csv"), text.Bytes())
	writeFile(t, filepath.Join(dir, "case.yaml"),
		[]byte("incident: circleci-2023-01\nsecrets: [secrets.csv]\nlogs: [logs]\n"))
	a := &app{
		in: strings.NewReader(""), out: io.Discard, errw: testWriter{t},
		getenv: func(string) string { return "" }, now: time.Now, caseDir: dir,
	}
	db := preparedCase(t, a)
	if n := rowsOf(t, db, "SELECT CAST(count(*) AS VARCHAR) FROM secrets WHERE exposed"); n[0] != "0" {
		t.Fatalf("%s secrets are exposed", n[0])
	}
	if n := len(rowsOf(t, db, "SELECT event_id FROM events")); n < 10*len(qs) {
		t.Fatalf("only %d events", n)
	}
	for _, q := range qs {
		for _, row := range rowsOf(t, db, "SELECT secret || ' ' || event_id FROM ("+q.SQL+
			") WHERE secret IS NOT NULL AND event_id IS NOT NULL") {
			t.Errorf("%s: with no exposed secret it still finds %q", q.ID, row)
		}
	}
}

// unexposed returns the secrets of an inventory, as of a time after the incident.
func unexposed(t *testing.T, prefix string, data []byte) (rows [][]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range all[1:] {
		cell := func(name string) string {
			if i := slices.Index(all[0], name); i >= 0 {
				return row[i]
			}
			return ""
		}
		rows = append(rows, []string{
			prefix + "-" + cell("id"), cell("kind"), cell("identifier"), cell("stored_in"), "2023-01-06",
		})
	}
	return rows
}

// caseDB is a prepared case, open for reading.
type caseDB struct {
	app *app
	*sql.DB
}

func preparedCase(t *testing.T, a *app) *caseDB {
	t.Helper()
	c, err := a.readCase()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.prepare(t.Context(), c, &runRecord{}); err != nil {
		t.Fatal(err)
	}
	db := &caseDB{app: a}
	db.open(t)
	t.Cleanup(func() { db.Close() })
	return db
}

func (db *caseDB) open(t *testing.T) {
	t.Helper()
	var err error
	if db.DB, err = store.Reader(t.Context(), db.app.path(databaseName)); err != nil {
		t.Fatal(err)
	}
}

func rowsOf(t *testing.T, db *caseDB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// testWriter passes a command's notes on to the test's log.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}
