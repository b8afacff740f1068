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
	var why any
	if x.Error != "" {
		why = x.Error
	}
	_, err := d.sql.ExecContext(ctx, `INSERT INTO main.deliveries VALUES (?, ?, ?, ?, ?, ?)`,
		x.Recipient, x.MessageID, x.Result, x.At.UTC(), status, why)
	if err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	return nil
}

// DeliveredAt returns when a recipient got the mail with this id; nil if never.
func (d *DB) DeliveredAt(ctx context.Context, messageID string) (*time.Time, error) {
	var at time.Time
	err := d.sql.QueryRowContext(ctx, `
		SELECT sent_at FROM main.deliveries
		WHERE message_id = ? AND status = 'delivered' ORDER BY sent_at LIMIT 1`, messageID).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("deliveries: %w", err)
	}
	at = at.UTC()
	return &at, nil
}
