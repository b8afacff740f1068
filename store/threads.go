package store

import (
	"context"
	"database/sql"
	"fmt"
)

// fewEvents are answered sooner by one thread than by several that wait for each other: a hundred
// detections are planned in the time that passes work to and fro.
const fewEvents = 100_000

// fitThreads leaves an open database as many threads as its events are worth.
func fitThreads(ctx context.Context, db interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
},
) error {
	var few bool
	err := db.QueryRowContext(ctx, `SELECT count(*) < $1 FROM main.events`, fewEvents).Scan(&few)
	if err != nil {
		return fmt.Errorf("threads: %w", err)
	}
	set := "RESET threads"
	if few {
		set = "SET threads = 1"
	}
	if _, err := db.ExecContext(ctx, set); err != nil {
		return fmt.Errorf("threads: %w", err)
	}
	return nil
}
