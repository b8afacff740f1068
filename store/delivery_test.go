package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"breachwindow/store"
)

// Only what was delivered counts as delivered, for its own mail, since the first time, and also
// after the next run.
func TestDeliveries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "case.duckdb")
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2023, 1, 11, 7, 0, 0, 0, time.FixedZone("", 3600))
	for _, d := range []store.Delivery{
		{MessageID: "a", At: first.Add(-time.Hour), Error: "451 later"},
		{MessageID: "a", At: first, Delivered: true},
		{MessageID: "a", At: first.Add(time.Hour), Delivered: true},
		{MessageID: "b", At: first, Error: "550 no such user"},
	} {
		d.Recipient, d.Result = "lead@acme.example", "ab"
		if err := db.AddDelivery(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = store.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for id, want := range map[string]*time.Time{"a": &first, "b": nil, "c": nil} {
		got, err := db.DeliveredAt(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if (got == nil) != (want == nil) || got != nil && (!got.Equal(*want) || got.Location() != time.UTC) {
			t.Errorf("%s: delivered at %v, want %v", id, got, want)
		}
	}
}
