package store_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/store"
)

// A slot that has its answer is not begun again; one that failed or was killed is.
func TestRuns(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	start := time.Date(2023, 1, 11, 7, 0, 0, 0, time.FixedZone("", 3600))
	if _, err := store.AnsweredSince(t.Context(), path, start); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a database: %v", err)
	}
	db := open(t, path)
	at := start
	for _, step := range []struct {
		slot  string
		done  bool
		ended error
		kill  bool
	}{
		{slot: "a", kill: true},
		{slot: "a", ended: errors.New("disk full")},
		{slot: "a"},
		{slot: "a", done: true},
		{slot: "b"},
		{slot: ""},
		{slot: ""},
		{slot: "c", kill: true},
	} {
		id, done, err := db.BeginRun(t.Context(), step.slot, at)
		if err != nil {
			t.Fatal(err)
		}
		if (done != nil) != step.done {
			t.Errorf("slot %q: done %v", step.slot, done)
		}
		if !step.kill && done == nil {
			err := db.EndRun(t.Context(), id, store.RunEnd{
				At: at.Add(time.Minute), Err: step.ended, Result: "ab", Events: 7, Findings: 3, Alarms: 2, Unknowns: 1,
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		at = at.Add(time.Hour)
	}
	got := query(t, db.SQL(), `
		SELECT concat_ws(' ', id, coalesce(slot, '-'), strftime(started_at, '%H:%M'), status, error, events)
		FROM main.runs ORDER BY id`)
	want := []string{
		"1 a 06:00 killed", "2 a 07:00 failed disk full 7", "3 a 08:00 done 7", "4 b 10:00 done 7",
		"5 - 11:00 done 7", "6 - 12:00 done 7", "7 c 13:00 running",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for hours, want := range map[time.Duration]bool{0: true, 6: true, 7: false} {
		got, err := store.AnsweredSince(t.Context(), path, start.Add(hours*time.Hour))
		if err != nil || got != want {
			t.Errorf("answered since %d hours: %v, %v", hours, got, err)
		}
	}
}

// What a recipient got last is what the next mail compares with; outlines that no last mail told
// are dropped.
func TestLastMailed(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "case.duckdb"))
	start := time.Date(2023, 1, 11, 7, 0, 0, 0, time.UTC)
	for i, d := range []store.Delivery{
		{Recipient: "a", Result: "r1", Delivered: true},
		{Recipient: "b", Result: "r1", Delivered: true},
		{Recipient: "a", Result: "r2", Delivered: true},
		{Recipient: "b", Result: "r2", Error: "550"},
		{Recipient: "a", Result: "r3", Delivered: true},
		{Recipient: "b", Result: "r3", Error: "550"},
	} {
		if err := db.KeepOutline(t.Context(), d.Result, "outline of "+d.Result); err != nil {
			t.Fatal(err)
		}
		d.MessageID, d.At = d.Result+d.Recipient, start.Add(time.Duration(i)*time.Hour)
		if err := db.AddDelivery(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	for recipient, want := range map[string]*store.Mailed{
		"a": {At: start.Add(4 * time.Hour), Result: "r3", Outline: "outline of r3"},
		"b": {At: start.Add(time.Hour), Result: "r1", Outline: "outline of r1"},
		"c": nil,
	} {
		got, err := db.LastMailed(t.Context(), recipient)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", recipient, diff)
		}
	}
	got := query(t, db.SQL(), `SELECT result_sha256 FROM main.mailed ORDER BY 1`)
	if diff := cmp.Diff([]string{"r1", "r3"}, got); diff != "" {
		t.Errorf("outlines (-want +got):\n%s", diff)
	}
}

// A clock that was wrong and is set back does not make an older mail the last one.
func TestLastMailedByOrder(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "case.duckdb"))
	wrong := time.Date(2036, 1, 1, 7, 0, 0, 0, time.UTC)
	right := wrong.AddDate(-10, 0, 0)
	for _, d := range []store.Delivery{{Result: "r1", At: wrong}, {Result: "r2", At: right}} {
		d.Recipient, d.Delivered = "a", true
		err := errors.Join(db.KeepOutline(t.Context(), d.Result, d.Result), db.AddDelivery(t.Context(), d))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.KeepOutline(t.Context(), "r3", "r3"); err != nil {
		t.Fatal(err)
	}
	got, err := db.LastMailed(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&store.Mailed{At: right, Result: "r2", Outline: "r2"}, got); diff != "" {
		t.Errorf("the last mail (-want +got):\n%s", diff)
	}
}
