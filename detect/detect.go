// Package detect runs the detections over a case's database and makes the Result: findings, a
// verdict and a rotation status for each secret, and what the logs cannot tell. It reads through
// a one-method interface, so that another engine can stand behind it; joining, windowing and
// judging uses is SQL, in package sql and in the detections.
package detect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"breachwindow/queries"
)

// Querier is what detect needs of a database. It is asked from several goroutines at once.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Options names the run. Level, if set, is the lowest level of findings to keep in the Result, and
// Query the only detection, or folder of detections, whose findings to keep; verdicts rest on all
// of them.
type Options struct {
	Tool  string // breachwindow 0.1.0
	Case  string
	Level Level
	Query string
	// Phases are the incident's, which only reports need: the database does not have them.
	Phases []Phase
}

// Chosen tells whether findings of this detection are kept.
func (o Options) Chosen(query string) bool {
	return o.Query == "" || query == o.Query || strings.HasPrefix(query, o.Query+"/")
}

// Run runs the detections and answers for every secret. The database must be derived already.
func Run(ctx context.Context, db Querier, qs []queries.Query, o Options) (*Result, error) {
	r := &Result{Schema: 1, Tool: o.Tool, Case: o.Case}
	findings := []Finding{}
	able, err := ableToSpeak(ctx, db, qs)
	if err != nil {
		return nil, err
	}
	files, err := readFiles(ctx, db)
	if err != nil {
		return nil, err
	}
	all, err := runQueries(ctx, db, able, o.Case, files)
	if err != nil {
		return nil, err
	}
	for _, found := range all {
		for _, f := range found {
			findings = append(findings, f.Finding)
			r.Sightings = append(r.Sightings, f.seen)
		}
	}
	sortFindings(findings)
	r.Findings = findings
	steps := []func(context.Context, Querier, *Result) error{
		readIncident, readProblems, readResponders, readAddresses, readLineage, readExposedNext,
		readTriage, readInputs, readSecrets, readDays, readOrigins, readCoverage, readDatabases,
		readSettings,
	}
	for _, step := range steps {
		if err := step(ctx, db, r); err != nil {
			return nil, err
		}
	}
	blind, err := findBlind(ctx, db, qs)
	if err != nil {
		return nil, fmt.Errorf("blind detections: %w", err)
	}
	r.Blind = blind
	r.Incident.Phases = append([]Phase{}, o.Phases...)
	r.keep(o)
	r.Queries = textsOf(able, r.Findings)
	return r, nil
}

// atOnce is how many detections run at a time. More would need more memory: most of a detection is
// planning and grouping, which one core does, and two keep a small machine busy.
const atOnce = 2

// runQueries returns the findings of each detection, in their order. Of several that fail the first is
// told.
func runQueries(
	ctx context.Context, db Querier, qs []queries.Query, caseName string, files map[string]string,
) ([][]found, error) {
	all, errs := make([][]found, len(qs)), make([]error, len(qs))
	work := make(chan int)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for i := range work {
				all[i], errs[i] = runQuery(ctx, db, qs[i], caseName, files)
			}
		})
	}
	for i := range qs {
		work <- i
	}
	close(work)
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", qs[i].ID, err)
		}
	}
	return all, nil
}

// ableToSpeak leaves out the detections of sources of which there is no log. Those that need none,
// such as a rotation that is missing, are of all sources.
func ableToSpeak(ctx context.Context, db Querier, qs []queries.Query) ([]queries.Query, error) {
	loaded, err := collect(ctx, db, `SELECT DISTINCT source FROM events ORDER BY source`,
		func(rows *sql.Rows) (source string, err error) { return source, rows.Scan(&source) })
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	var able []queries.Query
	for _, q := range qs {
		there := slices.ContainsFunc(q.Sources, func(s string) bool { return slices.Contains(loaded, s) })
		if there || len(q.Sources) == len(queries.Sources) {
			able = append(able, q)
		}
	}
	return able, nil
}

// keep drops what was not asked for from what is shown.
func (r *Result) keep(o Options) {
	dropped := map[string]bool{}
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		drop := o.Level != "" && f.Level.rank() < o.Level.rank() || !o.Chosen(f.Query)
		if drop {
			dropped[f.ID] = true
		}
		return drop
	})
	for i := range r.Secrets {
		r.Secrets[i].Findings = slices.DeleteFunc(r.Secrets[i].Findings,
			func(id string) bool { return dropped[id] })
	}
	for i := range r.Responders {
		r.Responders[i].Findings = slices.DeleteFunc(r.Responders[i].Findings,
			func(id string) bool { return dropped[id] })
	}
	named := map[string]bool{}
	for _, w := range r.Responders {
		for _, ip := range w.IPs {
			named[ip] = true
		}
	}
	for _, f := range r.Findings {
		for _, ip := range f.IPs {
			named[ip] = true
		}
	}
	r.Addresses = slices.DeleteFunc(r.Addresses, func(a Address) bool { return !named[a.IP] })
	r.Blind = slices.DeleteFunc(r.Blind,
		func(b BlindDetection) bool { return !o.Chosen(b.Query) })
}

// collect runs a query and scans every row of it. A read that ends early is an error, never a
// shorter list.
func collect[T any](
	ctx context.Context, db Querier, query string, scan func(*sql.Rows) (T, error), args ...any,
) (out []T, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	out = []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
