package main

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"breachwindow/incident"
	"breachwindow/inventory"
	"breachwindow/report"
	"breachwindow/store"
)

// writeTables writes what people look up, as CSV for spreadsheets.
func (e *evidence) writeTables(ctx context.Context) error {
	err := e.folder.write("manifest.csv", func(w io.Writer) error {
		m := &manifestRows{csvRows: csvRows{csv.NewWriter(w)}, files: e.files}
		return printRows(ctx, e.db, `
			SELECT path, bytes, sha256, form, records, events, duplicates, rejects, first_time,
			  last_time
			FROM files ORDER BY path, sha256`, m)
	})
	if err != nil {
		return err
	}
	err = e.folder.write("rejects.csv", func(w io.Writer) error {
		return printRows(ctx, e.db, `
			SELECT f.path AS file, r.pos AS pos, r.reason AS reason, r.excerpt AS begins
			FROM rejects r JOIN files f ON f.id = r.file
			ORDER BY f.path, f.sha256, r.pos, r.reason, r.excerpt`, csvRows{csv.NewWriter(w)})
	})
	if err != nil {
		return err
	}
	return e.folder.write("findings.csv", e.findingRows)
}

// manifestRows adds to a file's row what became of it here.
type manifestRows struct {
	csvRows
	files []sourceFile // in the order of the rows
}

func (m *manifestRows) header(columns []column) error {
	return m.csvRows.header(append(columns, column{name: "events_here"}, column{name: "problem"}))
}

func (m *manifestRows) row(values []any) error {
	f := m.files[0]
	m.files = m.files[1:]
	return m.csvRows.row(append(values, f.events, f.problem))
}

// findingRows tells of each finding how many events of it are here: all of them, where the Result
// has the first hundred ids.
func (e *evidence) findingRows(w io.Writer) error {
	rows := csvRows{csv.NewWriter(w)}
	var columns []column
	for _, name := range []string{
		"finding", "query", "level", "secret", "credential", "title", "first_seen", "last_seen",
		"rows", "events_here",
	} {
		columns = append(columns, column{name: name})
	}
	if err := rows.header(columns); err != nil {
		return err
	}
	for i := range e.result.Findings {
		f := &e.result.Findings[i]
		err := rows.row([]any{
			f.ID, f.Query, string(f.Level), f.Secret, f.Credential, f.Title, f.FirstSeen, f.LastSeen,
			e.findings[i].rows, e.findings[i].events,
		})
		if err != nil {
			return err
		}
	}
	return rows.end()
}

// writeQueries writes the SQL: the detections that ran, and what they read.
func (e *evidence) writeQueries(context.Context) error {
	for _, q := range e.queries {
		name := e.folder.safe("queries", q.ID+".sql")
		if err := inventory.RefuseSecrets(q.ID+".sql", []byte(q.Text)); err != nil {
			return err
		}
		if err := e.folder.write(name, text(q.Text)); err != nil {
			return err
		}
	}
	return fs.WalkDir(store.SQL(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(store.SQL(), name)
		if err != nil {
			return err
		}
		return e.folder.write("sql/"+name, text(string(content)))
	})
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// writeCase writes what the customer said: case.yaml, the inventory, indicators, the incident.
func (e *evidence) writeCase(context.Context) error {
	about, err := incident.Text(e.c.inside(e.c.file.Incident), os.ReadFile)
	if err != nil {
		return err
	}
	incidentName := "incident.yaml" // of one that is built in
	if strings.ContainsAny(e.c.file.Incident, `/\.`) {
		incidentName = e.c.file.Incident
	}
	files := []struct{ name, path string }{{caseName, e.path(caseName)}}
	for _, name := range slices.Concat(e.c.file.Secrets, e.c.file.Indicators) {
		files = append(files, struct{ name, path string }{name, e.c.beside(name)})
	}
	for _, f := range files {
		content, err := os.ReadFile(f.path)
		if err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		if err := e.handOn(f.name, f.path, content); err != nil {
			return err
		}
	}
	return e.handOn(incidentName, e.c.file.Incident, about)
}

// handOn writes a file of the case, unless there is a secret in it.
func (e *evidence) handOn(name, path string, content []byte) error {
	if err := inventory.RefuseSecrets(path, content); err != nil {
		return err
	}
	return e.folder.write(e.folder.safe("case", name), text(string(content)))
}

// tool is tool.json. It has no time of its making and no path of the machine, so that two people
// who make the same folder can compare it.
type tool struct {
	Tool     string `json:"tool"`
	Go       string `json:"go"`
	DuckDB   string `json:"duckdb"`
	Command  string `json:"command"`
	TimeZone string `json:"time_zone"`
}

func (e *evidence) writeTool(ctx context.Context) error {
	engine, err := store.EngineVersion(ctx, e.db)
	if err != nil {
		return err
	}
	command := "breachwindow evidence DIR"
	if e.own {
		command = "breachwindow evidence --queries QUERIES DIR"
	}
	content, err := json.MarshalIndent(tool{
		Tool: e.result.Tool, Go: runtime.Version(), DuckDB: engine, Command: command, TimeZone: "UTC",
	}, "", "  ")
	if err != nil {
		return err
	}
	return e.folder.write("tool.json", text(string(content)+"\n"))
}

//go:embed evidence_readme.txt
var evidenceReadme string

func (e *evidence) writeReadme(context.Context) error {
	r := strings.NewReplacer(
		"{tool}", e.result.Tool, "{case}", report.Clean(e.c.name),
		"{incident}", report.Clean(cmp.Or(e.result.Incident.ID, "unknown")),
		"{account}", strings.TrimSuffix(e.account(), "\n"), "{columns}", e.columnList(),
	)
	return e.folder.write("README.txt", text(r.Replace(evidenceReadme)))
}
