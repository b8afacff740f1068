package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"breachwindow/detect"
	"breachwindow/queries"
	"breachwindow/store"
)

// queryCase is what a detection must find and must not: a case folder (case.yaml, secrets.csv,
// logs/…) as a txtar archive that also has want, the rows to be found, and near-miss, close rows
// that must not be, and may have triage.jsonl, decisions to import. A row is a secret, - for none,
// and an event id; of each there is one at least.
type queryCase struct {
	files      []txtar.File
	want, near []string
}

func parseQueryCase(text []byte) (c queryCase, err error) {
	for _, f := range txtar.Parse(text).Files {
		switch {
		case f.Name == "want":
			c.want = rowLines(f.Data)
		case f.Name == "near-miss":
			c.near = rowLines(f.Data)
		case !filepath.IsLocal(f.Name):
			return c, fmt.Errorf("%q lies outside of the case folder", f.Name)
		default:
			c.files = append(c.files, f)
		}
	}
	if len(c.want) == 0 || len(c.near) == 0 {
		return c, fmt.Errorf("%d rows in want and %d in near-miss: write one of each at least",
			len(c.want), len(c.near))
	}
	return c, nil
}

func rowLines(data []byte) (out []string) {
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// run loads the case in a folder of its own, which must be empty, asks the detection and says
// everything that is not as the case has it.
func (c queryCase) run(ctx context.Context, dir string, q queries.Query) (faults []string, err error) {
	for _, f := range c.files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, f.Data, 0o600))
		if err != nil {
			return nil, err
		}
	}
	a := &app{
		in: strings.NewReader(""), out: io.Discard, errw: io.Discard,
		getenv: func(string) string { return "" }, now: time.Now, caseDir: dir,
	}
	read, err := a.readCase()
	if err != nil {
		return nil, err
	}
	if err := a.decideCase(ctx); err != nil {
		return nil, err
	}
	if _, err := a.prepare(ctx, read, &runRecord{}); err != nil {
		return nil, err
	}
	db, err := store.Reader(ctx, a.path(databaseName))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var columns [4][]string // what is found, the case's events, secrets and rejects
	for i, query := range []string{
		"SELECT coalesce(secret, '-') || ' ' || coalesce(event_id, '-') FROM (" + q.SQL + ")",
		"SELECT event_id FROM events",
		"SELECT id FROM secrets UNION ALL SELECT '-'",
		"SELECT CAST(pos AS VARCHAR) || ': ' || reason FROM rejects",
	} {
		if columns[i], err = texts(ctx, db, query); err != nil {
			return nil, err
		}
	}
	return c.compare(columns[0], columns[1], columns[2], columns[3]), nil
}

// decideCase takes the decisions of the case, triage.jsonl, if it has any.
func (a *app) decideCase(ctx context.Context) error {
	const name = "triage.jsonl"
	caseName := filepath.Base(a.caseDir)
	all, err := a.readDecisions(a.path(name), caseName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = a.record(ctx, caseName, all)
	return err
}

// compare wants the rows that the case names, each as often. A misspelt near miss would pass for
// ever, so each row must name what the case has.
func (c queryCase) compare(got, events, secrets, rejects []string) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, row := range slices.Concat(c.want, c.near) {
		secret, event, ok := strings.Cut(row, " ")
		if !ok || !slices.Contains(secrets, secret) ||
			event != "-" && !slices.Contains(events, event) {
			fault("%q names no secret and event of the case", row)
		}
	}
	for _, r := range rejects {
		fault("a record of its logs is rejected, %s", r)
	}
	count := func(rows []string, row string) (n int) {
		for _, r := range rows {
			if r == row {
				n++
			}
		}
		return n
	}
	all := slices.Concat(c.want, got)
	slices.Sort(all)
	for _, row := range slices.Compact(all) {
		switch want, have := count(c.want, row), count(got, row); {
		case slices.Contains(c.near, row) && have > 0:
			fault("the near miss %q is found", row)
		case want > have:
			fault("%q is not found", row)
		case want < have:
			fault("%q is found and not in want", row)
		}
	}
	return faults
}

func texts(ctx context.Context, db detect.Querier, query string) (out []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// testQueries runs the case of each detection of a folder, or of each built-in one where dir is "":
// CASES/ID.txtar.
func (a *app) testQueries(ctx context.Context, dir, cases string) error {
	tested, err := queries.Builtin()
	if err != nil {
		return err
	}
	if dir != "" {
		all, err := loadQueries(dir)
		if err != nil {
			return err
		}
		tested = all[len(tested):]
	}
	failed := 0
	for _, q := range tested {
		faults, err := testQuery(ctx, q, filepath.Join(cases, filepath.FromSlash(q.ID)+".txtar"))
		if err != nil {
			faults = []string{err.Error()}
		}
		for _, f := range faults {
			if _, err := fmt.Fprintf(a.out, "%s: %s\n", q.ID, f); err != nil {
				return err
			}
		}
		if len(faults) > 0 {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("queries: %d of %d do not find what their cases say", failed, len(tested))
	}
	_, err = fmt.Fprintf(a.out, "as their cases say: %d\n", len(tested))
	return err
}

func testQuery(ctx context.Context, q queries.Query, name string) (faults []string, err error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no case: write one, with case.yaml, secrets.csv, logs/…, want "+
			"and near-miss", name)
	}
	if err != nil {
		return nil, err
	}
	c, err := parseQueryCase(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	tmp, err := os.MkdirTemp("", "breachwindow")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	return c.run(ctx, tmp, q)
}
