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

// An event's key is its id, and for CloudTrail the account that received it: a call across
// accounts is two events. twice collects the rows whose hashed key occurs twice; only these are
// compared in full: a group per event would take the memory that a group per hash does not.
const twice = `
CREATE OR REPLACE TEMP TABLE twice AS
WITH keyed AS (
  SELECT rowid AS row, file,
    hash(source, event_id, CASE WHEN source = 'cloudtrail' THEN account END) AS key
  FROM main.events
)
SELECT row FROM keyed WHERE key IN (
  SELECT key FROM keyed GROUP BY key HAVING count(*) > 1 AND max(file) >= ?)`

// duplicates finds the rows that another row tells already. Of several copies the one stays that
// says most of who acted: GitHub's export has neither the token nor the address that the stream
// of the same event has, and a use must not be lost to the order of files. Else the first stays.
const duplicates = `
CREATE OR REPLACE TEMP TABLE duplicate AS
SELECT row, file FROM (
  SELECT rowid AS row, file, row_number() OVER (
    PARTITION BY source, event_id,
      CASE WHEN source = 'cloudtrail' THEN coalesce(account, '') ELSE '' END
    ORDER BY credential IS NULL, minted IS NULL, ip IS NULL, file, pos) AS place
  FROM main.events WHERE rowid IN (SELECT row FROM twice)
) WHERE place > 1`

// account finishes a transaction: duplicates go, the manifest is written, the sums are checked.
// moved counts the events of files loaded before that became duplicates of what was read now.
func (l *loader) account(
	ctx context.Context, tx *sql.Tx, r *reading,
) (rows []FileRow, moved map[int32]int64, err error) {
	if len(r.files) == 0 {
		return nil, nil, nil
	}
	slices.SortFunc(r.files, func(a, b readFile) int { return cmp.Compare(a.id, b.id) })
	first := r.files[0].id
	if _, err := tx.ExecContext(ctx, twice, first); err != nil {
		return nil, nil, fmt.Errorf("find duplicates: %w", err)
	}
	if _, err := tx.ExecContext(ctx, duplicates); err != nil {
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
	rows, err = l.writeManifest(r.files, counts)
	if err == nil {
		_, err = tx.ExecContext(ctx, `
			UPDATE main.files SET events = events - d.n, duplicates = duplicates + d.n
			FROM (SELECT file, count(*) AS n FROM duplicate WHERE file < ? GROUP BY file) d
			WHERE id = d.file`, first)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("write manifest: %w", err)
	}
	maps.DeleteFunc(counts, func(file int32, _ int64) bool { return file >= first })
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

func (l *loader) writeManifest(files []readFile, duplicates map[int32]int64) ([]FileRow, error) {
	now := l.db.Now().UTC()
	out := make([]FileRow, 0, len(files))
	manifest, rejects := rows{table: "files"}, rows{table: "rejects"}
	for _, f := range files {
		row := FileRow{
			ID: f.id, Path: f.Name, SHA256: f.SHA256, Form: f.Form, Bytes: f.Bytes,
			Records: f.Records, Events: f.Events - duplicates[f.id],
			Duplicates: duplicates[f.id], Rejects: f.Rejects,
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
