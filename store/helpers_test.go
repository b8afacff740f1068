package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"breachwindow/incident"
	"breachwindow/inventory"
	"breachwindow/store"
)

// open opens a database for writing and closes it with the test.
func open(t *testing.T, path string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	db.Now = func() time.Time { return time.Date(2023, 2, 1, 0, 0, 0, 0, time.UTC) }
	t.Cleanup(func() { db.Close() })
	return db
}

func newPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "case.duckdb")
}

// trail is a line of CloudTrail's log. extra is further members, each after a comma.
func trail(id string, extra ...string) string {
	return `{"eventVersion":"1.08","eventID":"` + id + `","eventTime":"2022-12-20T00:00:00Z",` +
		`"eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1"` +
		strings.Join(extra, "") + `}` + "\n"
}

// hub is a line of GitHub's log.
func hub(id string, extra ...string) string {
	return `{"@timestamp":1671494400000,"_document_id":"` + id + `","action":"git.clone",` +
		`"actor":"bot","org":"acme","repo":"acme/x"` + strings.Join(extra, "") + `}` + "\n"
}

// folder is a folder of log files; what it loads are all of them, by name.
type folder struct {
	dir   string
	names []string
}

func newFolder(t *testing.T, files ...string) *folder {
	t.Helper()
	f := &folder{dir: t.TempDir()}
	for i, text := range files {
		f.write(t, string(rune('a'+i)), text)
	}
	return f
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f *folder) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(f.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(f.names, name) {
		f.names = append(f.names, name)
	}
}

func (f *folder) files(names ...string) (out []store.LoadFile) {
	if len(names) == 0 {
		names = f.names
	}
	for _, name := range names {
		file := store.LoadFile{Name: name, Path: f.path(name)}
		if info, err := os.Stat(file.Path); err == nil {
			file.Size = info.Size()
		}
		out = append(out, file)
	}
	return out
}

func load(t *testing.T, db *store.DB, files []store.LoadFile, o store.LoadOptions) store.Summary {
	t.Helper()
	sum, err := db.Load(t.Context(), files, o)
	if err != nil {
		t.Fatal(err)
	}
	if sum.Records != sum.Events+sum.Duplicates+sum.Rejects {
		t.Errorf("records %d, events %d, duplicates %d, rejects %d do not agree", sum.Records,
			sum.Events, sum.Duplicates, sum.Rejects)
	}
	checkSums(t, db.SQL())
	return sum
}

// checkSums holds the manifest against what is stored.
func checkSums(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, wrong := range query(t, db, `
		SELECT path FROM main.files f
		WHERE records <> events + duplicates + rejects
		  OR events <> (SELECT count(*) FROM main.events e WHERE e.file = f.id)
		  OR rejects <> (SELECT count(*) FROM main.rejects r WHERE r.file = f.id)
		UNION ALL SELECT 'no file has its events' FROM main.events
		WHERE file NOT IN (SELECT id FROM main.files)
		UNION ALL SELECT 'no file has its rejects' FROM main.rejects
		WHERE file NOT IN (SELECT id FROM main.files)`) {
		t.Errorf("%s: the manifest does not agree with what is stored", wrong)
	}
}

// query returns rows as text, columns separated by spaces.
func query(t *testing.T, db *sql.DB, text string) []string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for rows.Next() {
		values, dest := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = "-"
			switch v := v.(type) {
			case nil:
			case time.Time:
				texts[i] = v.UTC().Format(time.RFC3339)
			default:
				texts[i] = fmt.Sprint(v)
			}
		}
		out = append(out, strings.Join(texts, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// content is all that a load stored, without what depends on its order, the ids of files, and on
// the clock.
func content(t *testing.T, db *store.DB) []string {
	t.Helper()
	var all []string
	for _, rows := range []string{
		`SELECT e.* EXCLUDE (file), path FROM main.events e JOIN main.files f ON f.id = e.file`,
		`SELECT path, r.* EXCLUDE (file) FROM main.rejects r JOIN main.files f ON f.id = r.file`,
		`SELECT * EXCLUDE (id, loaded_at) FROM main.files`,
	} {
		all = append(all, query(t, db.SQL(), rows+" ORDER BY ALL")...)
	}
	return all
}

func parseIncident(t *testing.T, text string) *incident.Incident {
	t.Helper()
	in, err := incident.Parse("test.yaml", []byte("id: test\ntitle: A test\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func readSecrets(t *testing.T, rows string) []inventory.Secret {
	t.Helper()
	secrets, err := inventory.Read("secrets.csv",
		[]byte("id,kind,identifier,created_at,rotated_at\n"+rows))
	if err != nil {
		t.Fatal(err)
	}
	return secrets
}
