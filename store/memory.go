package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// memorySetting is the setting that bounds the database's memory. What does not fit goes to files
// beside the database while it is needed. The program itself takes 100 to 300 MB more.
const memorySetting = "memory_limit_mb"

// defaultMemoryMB is enough for the answer on 20 M events within 8 GiB, and slows down no load.
const defaultMemoryMB = 4096

// leastMemoryMB is what the detections need of the smallest cases.
const leastMemoryMB = 128

// memoryOf reads the setting of an open database of ours; an older one has the default.
func memoryOf(ctx context.Context, db *sql.DB) (mb float64, err error) {
	err = db.QueryRowContext(ctx, `SELECT value FROM main.settings WHERE name = $1`,
		memorySetting).Scan(&mb)
	if errors.Is(err, sql.ErrNoRows) {
		return defaultMemoryMB, nil
	}
	return mb, err
}

// limitMemory bounds an open database. A machine with little memory has the engine's own bound,
// four fifths of what there is; that is also what 0 means.
func limitMemory(ctx context.Context, db *sql.DB, mb float64) error {
	if _, err := db.ExecContext(ctx, "RESET memory_limit"); err != nil {
		return fmt.Errorf("%s: %w", memorySetting, err)
	}
	if mb == 0 {
		return nil
	}
	if mb == defaultMemoryMB {
		var text string
		err := db.QueryRowContext(ctx, "SELECT current_setting('memory_limit')").Scan(&text)
		if err != nil {
			return fmt.Errorf("%s: %w", memorySetting, err)
		}
		if own, ok := megabytes(text); ok {
			mb = min(mb, own)
		}
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf("SET memory_limit = '%.0fMB'", mb))
	if err != nil {
		return fmt.Errorf("%s: %w", memorySetting, err)
	}
	return nil
}

// megabytes reads a size as DuckDB writes it, "12.5 GiB".
func megabytes(text string) (mb float64, ok bool) {
	var unit string
	if _, err := fmt.Sscanf(text, "%f %s", &mb, &unit); err != nil {
		return 0, false
	}
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if mb *= 1024; u == unit {
			return mb / 1e6, true
		}
	}
	return 0, false
}

// memoryHint says what to do where the bound was too small.
func memoryHint(err error) error {
	var e *duckdb.Error
	if !errors.As(err, &e) || e.Type != duckdb.ErrorTypeOutOfMemory {
		return err
	}
	return fmt.Errorf("%w\nhint: give the database more, with settings: {%s: …} in case.yaml",
		err, memorySetting)
}
