package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"
)

// RunEnd is how a run ended.
type RunEnd struct {
	At     time.Time
	Err    error  // why there is no answer; nil: there is one
	Result string // SHA-256 of result.json
	Events int64  // that it loaded
	// Findings, Alarms (secrets compromised or suspicious) and Unknowns count what it answered.
	Findings, Alarms, Unknowns int
}

// BeginRun records that a run of a slot ("" is none) began and returns its number. A slot that is
// done already is not begun again: done says since when. A run that is still recorded as running
// was killed, for its writer's lock is gone.
func (d *DB) BeginRun(
	ctx context.Context, slot string, at time.Time,
) (id int64, done *time.Time, err error) {
	err = inTx(ctx, d.sql, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			`UPDATE main.runs SET status = 'killed' WHERE status = 'running'`)
		if err != nil {
			return err
		}
		var since time.Time
		err = tx.QueryRowContext(ctx, `
			SELECT finished_at FROM main.runs WHERE slot = ? AND status = 'done'`, slot).Scan(&since)
		if err == nil {
			since = since.UTC()
			done = &since
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return tx.QueryRowContext(ctx, `
			INSERT INTO main.runs (id, slot, started_at, status)
			SELECT coalesce(max(id), 0) + 1, ?, ?, 'running' FROM main.runs RETURNING id`,
			null(slot), at.UTC()).Scan(&id)
	})
	if err != nil {
		return 0, nil, fmt.Errorf("runs: %w", err)
	}
	return id, done, nil
}

// EndRun records how a run ended.
func (d *DB) EndRun(ctx context.Context, id int64, end RunEnd) error {
	status, why := "done", any(nil)
	if end.Err != nil {
		status, why = "failed", end.Err.Error()
	}
	_, err := d.sql.ExecContext(ctx, `
		UPDATE main.runs SET finished_at = ?, status = ?, error = ?, result_sha256 = ?, events = ?,
		  logs_from = (SELECT min(first_time) FROM main.files),
		  logs_to = (SELECT max(last_time) FROM main.files),
		  findings = ?, alarms = ?, unknowns = ?
		WHERE id = ?`,
		end.At.UTC(), status, why, null(end.Result), end.Events,
		end.Findings, end.Alarms, end.Unknowns, id)
	if err != nil {
		return fmt.Errorf("runs: %w", err)
	}
	return nil
}

// AnsweredSince tells whether a run of the database at path that began at a time or later has
// answered; one of an earlier version knows of no runs. A database that is not there is
// fs.ErrNotExist.
func AnsweredSince(ctx context.Context, path string, at time.Time) (answered bool, err error) {
	if _, err := os.Stat(path); err != nil {
		return false, fmt.Errorf("database: %w", err)
	}
	db, err := openFile(ctx, path, "read_only", "")
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	version, err := versionOf(ctx, db)
	if err != nil || version < runsVersion {
		return false, err
	}
	err = db.QueryRowContext(ctx, `
		SELECT count(*) > 0 FROM main.runs WHERE status = 'done' AND started_at >= ?`, at.UTC()).
		Scan(&answered)
	if err != nil {
		return false, fmt.Errorf("runs: %w", err)
	}
	return answered, nil
}

// runsVersion is that of the first database with table runs.
const runsVersion = 7
