package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Delivery is what became of the mail of a result to one recipient.
type Delivery struct {
	Recipient string
	MessageID string
	Result    string // SHA-256 of result.json
	At        time.Time
	Delivered bool
	Error     string // why not
}

// AddDelivery records a delivery, or that there was none.
func (d *DB) AddDelivery(ctx context.Context, x Delivery) error {
	status := "failed"
	if x.Delivered {
		status = "delivered"
	}
	_, err := d.sql.ExecContext(ctx, `INSERT INTO main.deliveries VALUES (?, ?, ?, ?, ?, ?)`,
		x.Recipient, x.MessageID, x.Result, x.At.UTC(), status, null(x.Error))
	if err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	return nil
}

// Mailed is the last mail that a recipient got: when, and the result that it told.
type Mailed struct {
	At      time.Time
	Result  string // SHA-256 of result.json
	Outline string // as KeepOutline has it; "": of a result that was mailed before outlines were kept
}

// LastMailed returns the last mail that a recipient got, by the order in which they were recorded:
// clocks are set back. Nil if none.
func (d *DB) LastMailed(ctx context.Context, recipient string) (*Mailed, error) {
	var m Mailed
	err := d.sql.QueryRowContext(ctx, `
		SELECT d.sent_at, d.result_sha256, coalesce((
		  SELECT max(m.outline) FROM main.mailed m WHERE m.result_sha256 = d.result_sha256), '')
		FROM main.deliveries d
		WHERE d.recipient = ? AND d.status = 'delivered'
		ORDER BY d.rowid DESC LIMIT 1`, recipient).
		Scan(&m.At, &m.Result, &m.Outline)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("deliveries: %w", err)
	}
	m.At = m.At.UTC()
	return &m, nil
}

// KeepOutline keeps the outline of a result that is about to be mailed, and drops those that no
// recipient's last mail told.
func (d *DB) KeepOutline(ctx context.Context, result, outline string) error {
	err := inTx(ctx, d.sql, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			DELETE FROM main.mailed WHERE result_sha256 = ? OR result_sha256 NOT IN (
			  SELECT arg_max(result_sha256, rowid) FROM main.deliveries
			  WHERE status = 'delivered' GROUP BY recipient)`, result)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO main.mailed VALUES (?, ?)`, result, outline)
		return err
	})
	if err != nil {
		return fmt.Errorf("mailed: %w", err)
	}
	return nil
}
