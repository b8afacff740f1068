package detect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"breachwindow/queries"
)

// Row is a row of a detection: the finding that it is a part of and the event that it is about.
// A row that is about no event has neither place nor id; one that names an event by its id alone
// has no place.
type Row struct {
	Finding, Secret string // ids; Secret is "" where it is tied to none
	Source, EventID string
	File            int32 // of table files
	Pos             int64 // 0: no place
}

// Rows hands over every row of the detections, of which a finding in the Result has the first
// hundred events only.
func Rows(
	ctx context.Context, db Querier, qs []queries.Query, caseName string, hand func(Row) error,
) error {
	able, err := ableToSpeak(ctx, db, qs)
	if err != nil {
		return err
	}
	for _, q := range able {
		if err := rowsOf(ctx, db, q, caseName, hand); err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
	}
	return nil
}

func rowsOf(
	ctx context.Context, db Querier, q queries.Query, caseName string, hand func(Row) error,
) (err error) {
	g, err := groupingOf(ctx, db, q, caseName)
	if err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, g.rowsSQL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var secret, source, event sql.NullString
	var file sql.NullInt32
	var pos sql.NullInt64
	keys := make([]sql.NullString, len(g.keys))
	dest := []any{&secret, &source, &event, &file, &pos}
	for i := range keys {
		dest = append(dest, &keys[i])
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		r := Row{
			Finding: g.id(secret.String, keys), Secret: secret.String,
			Source: source.String, EventID: event.String,
		}
		if file.Valid && pos.Valid {
			r.File, r.Pos = file.Int32, pos.Int64
		}
		if err := hand(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (g grouping) rowsSQL() string {
	var b strings.Builder
	b.WriteString("SELECT q.secret, q.event_source, q.event_id, TRY_CAST(q.file AS INTEGER),\n" +
		"  TRY_CAST(q.pos AS BIGINT)")
	for _, name := range g.keys {
		b.WriteString(",\n  CAST(q." + quote(name) + " AS VARCHAR)")
	}
	b.WriteString("\nFROM (\n" + g.query.SQL + "\n) q")
	return b.String()
}
