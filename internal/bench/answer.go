package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"breachwindow/detect"
	"breachwindow/incident"
	"breachwindow/inventory"
	"breachwindow/queries"
	"breachwindow/store"
)

// secretsHeld is how many secrets the inventory has: beside the keys that act, keys that no log
// shows.
const secretsHeld = 1000

// answer is what stands between a loaded database and the verdicts.
func answer(ctx context.Context, _ []string, name string) (o outcome, err error) {
	c, err := newCase()
	if err != nil {
		return o, err
	}
	took := func(name string, start time.Time) {
		o.Steps = append(o.Steps, step{name, time.Since(start).Seconds()})
	}
	db, err := store.Open(ctx, name)
	if err != nil {
		return o, err
	}
	start := time.Now()
	err = db.SetCase(ctx, c)
	took(stepSetCase, start)
	if err == nil {
		db.Trace = func(what string, d time.Duration) {
			o.Steps = append(o.Steps, step{what, d.Seconds()})
		}
		start = time.Now()
		err = db.Derive(ctx)
		took(stepDerive, start)
	}
	start = time.Now()
	if err := errors.Join(err, db.Close()); err != nil {
		return o, err
	}
	took("close", start)
	return o, judge(ctx, name, &o, took)
}

// The steps that have a target, or a line of their own.
const (
	stepSetCase = "SetCase"
	stepDerive  = "Derive"
	stepDetect  = "detect.Run"
)

func judge(
	ctx context.Context, name string, o *outcome, took func(string, time.Time),
) (err error) {
	qs, err := queries.Builtin()
	if err != nil {
		return err
	}
	db, err := store.Reader(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	w := &watch{db: db, queries: qs, times: map[string]float64{}}
	start := time.Now()
	r, err := detect.Run(ctx, w, qs, detect.Options{Tool: "bench", Case: "bench"})
	if err != nil {
		return err
	}
	took(stepDetect, start)
	for _, id := range w.order {
		o.Steps = append(o.Steps, step{id, w.times[id]})
	}
	o.Events = r.Totals.Events
	for _, s := range r.Secrets {
		o.Uses += s.Uses.Before + s.Uses.Window + s.Uses.After + s.Uses.Derived
	}
	o.Findings = int64(len(r.Findings))
	return nil
}

// newCase is the incident and an inventory of the generated company's keys.
func newCase() (store.Case, error) {
	in, err := incident.Load("circleci-2023-01", nil)
	if err != nil {
		return store.Case{}, err
	}
	company, err := newCompany()
	if err != nil {
		return store.Case{}, err
	}
	d := newDice(2)
	c := store.Case{Incident: in}
	created := logStarts.AddDate(-1, 0, 0)
	for i := range secretsHeld {
		key, account := string(d.appendID([]byte("AKIA"), 16)), pick(d, company.accounts)
		if i < keysHeld {
			key, account = company.users[i].key, company.users[i].account
		}
		s := inventory.Secret{
			ID: fmt.Sprintf("secret-%04d", i), Kind: inventory.AWSAccessKey, Identifier: key,
			Account: account, StoredIn: "context:deploy", CreatedAt: &created,
			Credentials: []inventory.Credential{{Value: key, Match: "exact"}},
		}
		if i%10 < 7 {
			rotated := logEnds.AddDate(0, 0, -30).Add(time.Duration(i) * 17 * time.Minute)
			s.RotatedAt = &rotated
		}
		c.Secrets = append(c.Secrets, s)
	}
	return c, nil
}

// watch is a database that notes how long each detection takes.
type watch struct {
	db      *sql.DB
	queries []queries.Query
	mu      sync.Mutex
	times   map[string]float64
	order   []string
}

// QueryContext runs a query and adds its time to the detection that it holds.
func (w *watch) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	start := time.Now()
	rows, err := w.db.QueryContext(ctx, query, args...)
	w.add(w.nameOf(query+fmt.Sprint(args...)), time.Since(start).Seconds())
	return rows, err
}

func (w *watch) add(name string, seconds float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.times[name]; !ok {
		w.order = append(w.order, name)
	}
	w.times[name] += seconds
}

func (w *watch) nameOf(query string) string {
	for _, q := range w.queries {
		if strings.Contains(query, q.SQL) {
			return q.ID
		}
	}
	return "verdicts and the rest"
}
