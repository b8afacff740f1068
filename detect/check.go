package detect

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"breachwindow/queries"
)

// Columns are the first columns of every detection, in order; more become attributes.
var Columns = []string{
	"secret", "event_source", "event_id", "time", "credential", "actor", "action", "target", "ip",
	"file", "pos",
}

// Check tells whether a detection is one SELECT that this database can run and that has the
// columns a finding needs. It runs nothing.
func Check(ctx context.Context, db Querier, q queries.Query) error {
	names, err := columnsOf(ctx, db, q)
	if err == nil && q.Builtin {
		var said []string
		if said, err = askedColumns(ctx, db, q); err == nil && !slices.Equal(names, said) {
			err = fmt.Errorf("its layout tells the columns %s, the database %s",
				strings.Join(names, ", "), strings.Join(said, ", "))
		}
	}
	if err != nil {
		return fmt.Errorf("query %s: %w", q.ID, err)
	}
	for _, g := range q.Group {
		if !slices.Contains(names, g) {
			return fmt.Errorf("query %s: it groups by %q, which is none of its columns", q.ID, g)
		}
	}
	for _, n := range q.Needs {
		if err := checkNeed(q, n); err != nil {
			return err
		}
	}
	return nil
}

// columnsOf guards a detection and returns the names of its columns.
func columnsOf(ctx context.Context, db Querier, q queries.Query) ([]string, error) {
	if !q.Builtin {
		if err := oneSelect(ctx, db, q.SQL); err != nil {
			return nil, err
		}
	} else if names := laidOut(q.SQL); names != nil {
		return names, nil
	}
	return askedColumns(ctx, db, q)
}

// laidOut reads the columns of a built-in detection off its text: a column a line, its name behind
// AS, in the last SELECT that stands alone. To ask the database is to plan each detection twice, a
// sixth of what a small case costs; a test holds them against each other. nil: it is laid out
// otherwise.
func laidOut(text string) []string {
	if i := strings.LastIndex("\n"+text, "\nSELECT\n"); i >= 0 {
		text = text[i:]
	}
	text, _, _ = strings.Cut(text, "\nFROM ")
	var names []string
	for _, m := range columnName.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	if len(names) < len(Columns) || !slices.Equal(names[:len(Columns)], Columns) {
		return nil
	}
	return names
}

var columnName = regexp.MustCompile(`(?m)(?:^|\s)AS (\w+),?$`)

// askedColumns asks the database for the columns.
func askedColumns(ctx context.Context, db Querier, q queries.Query) ([]string, error) {
	names, err := collect(ctx, db, "DESCRIBE "+q.SQL, func(rows *sql.Rows) (string, error) {
		var name string
		var rest [5]any
		err := rows.Scan(&name, &rest[0], &rest[1], &rest[2], &rest[3], &rest[4])
		return name, err
	})
	if err != nil {
		return nil, err
	}
	if len(names) < len(Columns) || !slices.Equal(names[:len(Columns)], Columns) {
		return nil, fmt.Errorf("its columns are %s; they must begin with %s",
			strings.Join(names, ", "), strings.Join(Columns, ", "))
	}
	return names, nil
}

// oneSelect refuses all but a single SELECT: the driver would run "select 1; drop table …".
// DuckDB serialises SELECT statements only.
func oneSelect(ctx context.Context, db Querier, text string) error {
	type parsed struct {
		failed     bool
		message    sql.NullString
		statements int64
	}
	got, err := collect(ctx, db, `
		SELECT
		  coalesce(json_extract_string(j, '$.error') = 'true', false),
		  json_extract_string(j, '$.error_message'),
		  coalesce(json_array_length(j, '$.statements'), 0)
		FROM (SELECT json_serialize_sql(CAST(? AS VARCHAR)) AS j)`,
		func(rows *sql.Rows) (p parsed, err error) {
			err = rows.Scan(&p.failed, &p.message, &p.statements)
			return p, err
		}, text)
	switch {
	case err != nil:
		return err
	case got[0].failed:
		return fmt.Errorf("not one SELECT: %s", got[0].message.String)
	case got[0].statements != 1:
		return fmt.Errorf("%d statements: a detection is one SELECT", got[0].statements)
	}
	return nil
}
