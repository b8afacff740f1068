package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"breachwindow/geo"
)

// Decision is what a person decided on a finding, a secret or the uses that selectors name. See
// table triage.
type Decision struct {
	Kind, Subject    string
	Secret           string // of a use; "": any
	IP, Agent, Actor string // of a use; "": any
	Decision         string
	Note, Author     string
	At               time.Time // to the microsecond
	Seen             string    // JSON
}

// AddDecisions appends those decisions that are not there yet, all of them or none, and returns
// how many these are. So a log that is read twice, or in another order, is the same log.
func (d *DB) AddDecisions(ctx context.Context, all []Decision) (added int, err error) {
	err = inTx(ctx, d.sql, func(tx *sql.Tx) error {
		have, err := decisions(ctx, tx)
		if err != nil {
			return err
		}
		known := map[Decision]bool{}
		for _, x := range have {
			known[x] = true
		}
		list := rows{table: "triage"}
		for _, x := range all {
			x.At = x.At.UTC().Truncate(time.Microsecond)
			if known[x] {
				continue
			}
			known[x] = true
			added++
			var from, to string
			if x.IP != "" {
				if from, to, err = geo.Range(x.IP); err != nil {
					return err
				}
			}
			list.add(x.Kind, x.Subject, null(x.Secret), null(x.IP), null(from), null(to),
				null(x.Agent), null(x.Actor), x.Decision, x.Note, x.Author, x.At, x.Seen)
		}
		return list.insert(ctx, tx)
	})
	if err != nil {
		return 0, fmt.Errorf("triage: %w", err)
	}
	return added, nil
}

// Decisions returns the whole log, in the order of time.
func (d *DB) Decisions(ctx context.Context) ([]Decision, error) { return Decisions(ctx, d.sql) }

// Decisions returns the whole log of a database that was opened for reading.
func Decisions(ctx context.Context, db *sql.DB) ([]Decision, error) {
	all, err := decisions(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("triage: %w", err)
	}
	return all, nil
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func decisions(ctx context.Context, db querier) (out []Decision, err error) {
	rows, err := db.QueryContext(ctx, `
		SELECT kind, subject, coalesce(secret, ''), coalesce(ip, ''), coalesce(agent, ''),
		  coalesce(actor, ''), decision, note, author, decided_at, seen
		FROM main.triage
		ORDER BY decided_at, kind, subject, secret, ip, agent, actor, decision, author, note, seen`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var x Decision
		err := rows.Scan(&x.Kind, &x.Subject, &x.Secret, &x.IP, &x.Agent, &x.Actor, &x.Decision,
			&x.Note, &x.Author, &x.At, &x.Seen)
		if err != nil {
			return nil, err
		}
		x.At = x.At.UTC()
		out = append(out, x)
	}
	return out, rows.Err()
}
