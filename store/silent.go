package store

import (
	"context"
	"database/sql"
	"time"
)

// Silent is a half-open span, UTC, in which CloudTrail delivered no log for an account and region,
// as digests prove.
type Silent struct {
	Account, Region string
	From, To        time.Time
}

// SetSilent replaces the spans that are proven to be silent.
func (d *DB) SetSilent(ctx context.Context, spans []Silent) error {
	return inTx(ctx, d.sql, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM main.silent"); err != nil {
			return err
		}
		add := rows{table: "silent"}
		for _, s := range spans {
			add.add(s.Account, s.Region, s.From.UTC(), s.To.UTC())
		}
		return add.insert(ctx, tx)
	})
}
