package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/store"
)

// clock is a time that passes while somebody waits, and what happens at its times.
type clock struct {
	now    time.Time
	events []clockEvent
}

type clockEvent struct {
	at string // RFC 3339
	do func()
}

func (c *clock) after(d time.Duration) <-chan time.Time {
	c.now = c.now.Add(d)
	for len(c.events) > 0 && c.events[0].at <= c.now.UTC().Format(time.RFC3339) {
		c.events[0].do()
		c.events = c.events[1:]
	}
	ch := make(chan time.Time, 1)
	ch <- c.now
	return ch
}

// scheduled is a scheduler of a small case on such a clock.
func scheduled(t *testing.T, dir, from string, events func(stop func()) []clockEvent) (s *scheduler, run func()) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, from)
	if err != nil {
		t.Fatal(err)
	}
	slots, err := newSlots("0 7 * * *", "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	c := &clock{now: now, events: events(stop)}
	a := testApp(t, &bytes.Buffer{})
	a.caseDir, a.now = dir, func() time.Time { return c.now }
	s = &scheduler{app: a, slots: slots, after: c.after}
	return s, func() {
		t.Helper()
		if err := s.loop(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

func smallCase(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "case.yaml"),
		[]byte("incident: circleci-2023-01\nsecrets: [secrets.csv]\nlogs: [logs]\n"))
	writeFile(t, filepath.Join(dir, "secrets.csv"), []byte("id,kind,identifier\nwebhook,other,x\n"))
	writeFile(t, filepath.Join(dir, "logs", "empty.json"), []byte(`{"Records":[]}`))
	return dir
}

// runsOf lists table runs.
func runsOf(t *testing.T, a *app) []string {
	t.Helper()
	db, err := store.Reader(t.Context(), a.path(databaseName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `
		SELECT slot, strftime(started_at, '%d %H:%M'), status FROM runs ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var slot, at, status string
		if err := rows.Scan(&slot, &at, &status); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s at %s %s", strings.TrimSuffix(slot, ":00:00Z"), at, status))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// The first run waits for its time; a failure does not end the schedule; what was missed while it
// did not run is caught up once; what was run is not run again.
func TestSchedule(t *testing.T) {
	t.Parallel()
	dir := smallCase(t)
	inventory := filepath.Join(dir, "secrets.csv")
	s, run := scheduled(t, dir, "2026-10-23T20:00:00Z", func(stop func()) []clockEvent {
		return []clockEvent{
			// After the run of the 24th, before that of the 25th, on which clocks go back.
			{"2026-10-24T12:00:00Z", func() { writeFile(t, inventory, []byte("id,kind\nwebhook,nosuch\n")) }},
			{"2026-10-25T12:00:00Z", func() { writeFile(t, inventory, []byte("id,kind,identifier\nw,other,x\n")) }},
			{"2026-10-26T12:00:00Z", stop},
		}
	})
	run()
	want := []string{"2026-10-24T05 at 24 05:00 done", "2026-10-26T06 at 26 06:00 done"}
	if diff := cmp.Diff(want, runsOf(t, s.app)); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	// Off for three nights.
	s, run = scheduled(t, dir, "2026-10-29T11:00:00Z", func(stop func()) []clockEvent {
		return []clockEvent{{"2026-10-30T12:00:00Z", stop}}
	})
	run()
	want = append(want, "2026-10-29T06 at 29 11:00 done", "2026-10-30T06 at 30 06:00 done")
	if diff := cmp.Diff(want, runsOf(t, s.app)); diff != "" {
		t.Errorf("after a pause (-want +got):\n%s", diff)
	}
	// Started again an hour later.
	s, run = scheduled(t, dir, "2026-10-30T13:00:00Z", func(stop func()) []clockEvent {
		return []clockEvent{{"2026-10-31T01:00:00Z", stop}}
	})
	run()
	if diff := cmp.Diff(want, runsOf(t, s.app)); diff != "" {
		t.Errorf("started again (-want +got):\n%s", diff)
	}
}

// While another run holds the case, the schedule waits for it.
func TestScheduleWaits(t *testing.T) {
	t.Parallel()
	dir := smallCase(t)
	var held *store.DB
	s, run := scheduled(t, dir, "2026-11-01T05:00:00Z", func(stop func()) []clockEvent {
		return []clockEvent{
			{"2026-11-01T05:30:00Z", func() {
				var err error
				if held, err = store.Open(t.Context(), filepath.Join(dir, databaseName)); err != nil {
					t.Error(err)
				}
			}},
			{"2026-11-01T06:10:00Z", func() {
				if err := held.Close(); err != nil {
					t.Error(err)
				}
			}},
			{"2026-11-01T07:00:00Z", stop},
		}
	})
	run()
	want := []string{"2026-11-01T06 at 01 06:10 done"}
	if diff := cmp.Diff(want, runsOf(t, s.app)); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}
