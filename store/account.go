package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// account finishes a transaction: the manifest is written, duplicates go, the sums are checked.
// moved counts the events of files loaded before that became duplicates of what was read now.
func (l *loader) account(
	ctx context.Context, tx *sql.Tx, r *reading,
) (rows []FileRow, moved map[int32]int64, err error) {
	if len(r.done) == 0 {
		return nil, nil, nil
	}
	slices.SortFunc(r.done, func(a, b readFile) int { return cmp.Compare(a.id, b.id) })
	first := r.done[0].id
	if rows, err = l.writeManifest(r.done); err != nil {
		return nil, nil, fmt.Errorf("write manifest: %w", err)
	}
	if err := findDuplicates(ctx, tx, first); err != nil {
		return nil, nil, fmt.Errorf("find duplicates: %w", err)
	}
	counts, err := countDuplicates(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	_, err = tx.ExecContext(ctx, `
		DELETE FROM main.events WHERE rowid IN (SELECT row FROM duplicate)`)
	if err != nil {
		return nil, nil, fmt.Errorf("remove duplicates: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE main.files SET events = events - d.n, duplicates = duplicates + d.n
		FROM (SELECT file, count(*) AS n FROM duplicate GROUP BY file) d WHERE id = d.file`)
	if err != nil {
		return nil, nil, fmt.Errorf("write manifest: %w", err)
	}
	for i := range rows {
		rows[i].Duplicates = counts[rows[i].ID]
		rows[i].Events -= rows[i].Duplicates
	}
	maps.DeleteFunc(counts, func(file int32, _ int64) bool { return file >= first })
	for _, f := range r.done {
		if f.changed {
			l.problem(Changed, f.Name, "it changed while it was read, so records may be missing or "+
				"torn; the next load reads it again")
		}
	}
	return rows, counts, checkSums(ctx, tx, first)
}

func countDuplicates(ctx context.Context, tx *sql.Tx) (counts map[int32]int64, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT file, count(*) FROM duplicate GROUP BY file`)
	if err != nil {
		return nil, fmt.Errorf("count duplicates: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	counts = map[int32]int64{}
	for rows.Next() {
		var file int32
		var n int64
		if err := rows.Scan(&file, &n); err != nil {
			return nil, err
		}
		counts[file] = n
	}
	return counts, rows.Err()
}

// writeManifest writes the rows of table files, as if no event were a duplicate.
func (l *loader) writeManifest(files []readFile) ([]FileRow, error) {
	now := l.db.Now().UTC()
	out := make([]FileRow, 0, len(files))
	manifest, rejects := rows{table: "files"}, rows{table: "rejects"}
	for _, f := range files {
		row := FileRow{
			ID: f.id, Path: f.Name, SHA256: f.SHA256, Form: f.Form, Bytes: f.Bytes,
			Records: f.Records, Events: f.Events, Rejects: f.Rejects,
		}
		if f.First != 0 || f.Last != 0 {
			first, last := time.UnixMicro(f.First).UTC(), time.UnixMicro(f.Last).UTC()
			row.First, row.Last = &first, &last
		}
		manifest.add(row.ID, row.Path, row.Bytes, row.SHA256, row.Form, row.Records, row.Events,
			row.Duplicates, row.Rejects, timeOrNull(row.First), timeOrNull(row.Last), now)
		for _, r := range f.rejects {
			rejects.add(f.id, r.Pos, r.Reason, r.Excerpt)
		}
		out = append(out, row)
	}
	if err := manifest.append(l.conn); err != nil {
		return nil, err
	}
	return out, rejects.append(l.conn)
}

func timeOrNull(t *time.Time) any {
	if t == nil {
		return nil
	}
	return *t
}

// append inserts the rows in the transaction that conn is in, past SQL: there may be a hundred
// thousand files, and a statement costs ten times as much a row, however many it has.
func (r *rows) append(conn *sql.Conn) error {
	err := conn.Raw(func(c any) error {
		a, err := duckdb.NewAppenderFromConn(c.(driver.Conn), "main", r.table)
		if err != nil {
			return err
		}
		for _, values := range r.values {
			if err := a.AppendRow(values...); err != nil {
				return errors.Join(err, a.Close())
			}
		}
		return a.Close()
	})
	if err != nil {
		return fmt.Errorf("insert %s: %w", r.table, err)
	}
	return nil
}

// checkSums compares the manifest with what is stored. A difference is a fault of this program,
// and a half-true database is worse than none: the load fails and is undone.
func checkSums(ctx context.Context, tx *sql.Tx, firstFile int32) error {
	var wrong sql.NullString
	err := tx.QueryRowContext(ctx, `
		WITH touched AS (
		  SELECT id FROM main.files WHERE id >= $1 UNION SELECT file FROM duplicate
		)
		SELECT min(f.path) FROM main.files f
		LEFT JOIN (
		  SELECT file, count(*) AS n FROM main.events
		  WHERE file IN (SELECT id FROM touched) GROUP BY file
		) e ON e.file = f.id
		LEFT JOIN (
		  SELECT file, count(*) AS n FROM main.rejects
		  WHERE file IN (SELECT id FROM touched) GROUP BY file
		) r ON r.file = f.id
		WHERE f.id IN (SELECT id FROM touched)
		  AND (f.records <> f.events + f.duplicates + f.rejects
		    OR f.events <> coalesce(e.n, 0) OR f.rejects <> coalesce(r.n, 0))`,
		firstFile).Scan(&wrong)
	if err != nil {
		return fmt.Errorf("check sums: %w", err)
	}
	if wrong.Valid {
		return fmt.Errorf("%s: the sums of its records do not agree; nothing of this batch was kept",
			wrong.String)
	}
	return nil
}

// reasonOf is an error of the file system without the path, which the manifest has.
func reasonOf(err error) string {
	if perr, ok := errors.AsType[*fs.PathError](err); ok {
		return perr.Op + ": " + perr.Err.Error()
	}
	return err.Error()
}
