package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"breachwindow/store"
)

const (
	eventsName  = "events.jsonl"
	parquetName = "events.parquet"
	batchPlaces = 2048 // whose events are asked for at once
)

// evidenceColumns follow those of table events in a line. Of raw and raw_base64 one is there;
// raw_sha256 is of it as it stands in the line.
var evidenceColumns = []store.Column{
	{Name: "file", Type: "VARCHAR"},
	{Name: "file_sha256", Type: "VARCHAR"},
	{Name: "pos", Type: "BIGINT"},
	{Name: "findings", Type: "VARCHAR[]"},
	{Name: "secrets", Type: "VARCHAR[]"},
	{Name: "raw", Type: "VARCHAR"},
	{Name: "raw_base64", Type: "VARCHAR"}, // a record that is no UTF-8
	{Name: "raw_sha256", Type: "VARCHAR"},
	{Name: "raw_masked", Type: "BOOLEAN"},
	{Name: "raw_missing", Type: "VARCHAR"}, // why there is none
}

// eventLines writes events.jsonl and keeps what DuckDB must know of it.
type eventLines struct {
	w       io.Writer
	columns []store.Column
	names   [][]byte // of the columns, as JSON
	line    []byte
	rows    int64
	longest int64
}

// writeEvents writes a line for each event, file by file in the order of the manifest and by
// position in it.
func (e *evidence) writeEvents(ctx context.Context) error {
	columns, err := eventColumns(ctx, e.db)
	if err != nil {
		return err
	}
	e.jsonl.columns = slices.Concat(columns, evidenceColumns)
	for _, c := range e.jsonl.columns {
		name, err := jsonOf(c.Name, false)
		if err != nil {
			return err
		}
		e.jsonl.names = append(e.jsonl.names, name)
	}
	records, err := os.Open(e.folder.path(spoolName))
	if err != nil {
		return err
	}
	defer records.Close()
	u := newUnspool(records)
	err = e.folder.write(eventsName, func(w io.Writer) error {
		e.jsonl.w = w
		for from := 0; from < len(e.refs); {
			b := batch{from: from}
			from = b.fill(e.refs, e.files)
			if err := e.writeBatch(ctx, b, u); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return os.Remove(records.Name())
}

// eventColumns are the columns of table events, but for its place.
func eventColumns(ctx context.Context, db *sql.DB) (out []store.Column, err error) {
	rows, err := db.QueryContext(ctx, `
		SELECT column_name, column_type FROM (DESCRIBE SELECT * EXCLUDE (file, pos) FROM events)`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c store.Column
		if err := rows.Scan(&c.Name, &c.Type); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// batch is some places, each a file's id and a position, with the refs to what stands there.
type batch struct {
	from   int // the first of its refs
	files  []int32
	pos    []int64
	starts []int // of each place's refs, and where the last one's end
}

// fill takes refs until there are enough places, and returns where the next batch starts.
func (b *batch) fill(refs []ref, files []sourceFile) (next int) {
	i := b.from
	for ; i < len(refs); i++ {
		if i > b.from && refs[i].file == refs[i-1].file && refs[i].pos == refs[i-1].pos {
			continue
		}
		if len(b.starts) == batchPlaces {
			break
		}
		b.starts = append(b.starts, i)
		b.files = append(b.files, files[refs[i].file].id)
		b.pos = append(b.pos, refs[i].pos)
	}
	b.starts = append(b.starts, i)
	return i
}

// writeBatch writes the events of a batch. The bounds let DuckDB skip all other row groups.
func (e *evidence) writeBatch(ctx context.Context, b batch, u *unspool) (err error) {
	rows, err := e.db.QueryContext(ctx, `
		SELECT p.n - 1, e.* EXCLUDE (file, pos) FROM (
		  SELECT unnest(CAST($1 AS INTEGER[])) AS file, unnest(CAST($2 AS BIGINT[])) AS pos,
		    unnest(range(1, len($1) + 1)) AS n) p
		JOIN events e ON e.file = p.file AND e.pos = p.pos
		WHERE e.file BETWEEN $3 AND $4 AND e.pos BETWEEN $5 AND $6
		ORDER BY p.n, e.source, e.event_id, e.time, e.account, e.action, e.details`,
		b.files, b.pos, slices.Min(b.files), slices.Max(b.files), slices.Min(b.pos),
		slices.Max(b.pos))
	if err != nil {
		return fmt.Errorf("events: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	n := 1 + len(e.jsonl.columns) - len(evidenceColumns)
	id := 1 + slices.IndexFunc(e.jsonl.columns, func(c store.Column) bool { return c.Name == "event_id" })
	for rows.Next() {
		values, err := scanAny(rows, n)
		if err != nil {
			return err
		}
		place := values[0].(int64)
		refs := e.refs[b.starts[place]:b.starts[place+1]]
		what := behind(refs, textOf(values[id]))
		if len(what) == 0 {
			continue // another event of the same line
		}
		if err := e.writeEvent(values[1:], refs[0], what, u); err != nil {
			return err
		}
	}
	return rows.Err()
}

// behind picks from the refs to a place what one event of it stands behind.
func behind(refs []ref, eventID string) (what []int32) {
	hash := hashOfID(eventID)
	for _, r := range refs {
		if r.event == 0 || r.event == hash {
			what = append(what, r.what)
		}
	}
	slices.Sort(what)
	return slices.Compact(what)
}

func (e *evidence) writeEvent(values []any, place ref, what []int32, u *unspool) error {
	f := &e.files[place.file]
	f.events++
	findings, secrets := []string{}, []string{}
	for _, w := range what {
		if w < 0 {
			secrets = append(secrets, e.secrets[^w])
			continue
		}
		e.findings[w].events++
		finding := &e.result.Findings[w]
		findings = append(findings, finding.ID)
		if finding.Secret != "" {
			secrets = append(secrets, finding.Secret)
		}
	}
	slices.Sort(secrets)
	values = append(values, f.path, f.sha256, place.pos, findings, slices.Compact(secrets))
	raw, err := e.rawOf(f, place, u)
	if err != nil {
		return err
	}
	return e.jsonl.write(append(values, raw...))
}

// rawOf are the values of the columns from raw on.
func (e *evidence) rawOf(f *sourceFile, place ref, u *unspool) ([]any, error) {
	missing := func(why string) []any {
		e.events.missing++
		return []any{nil, nil, nil, nil, why}
	}
	if f.problem != "" {
		return missing(f.problem), nil
	}
	q, err := u.find(place.file, f, place.pos)
	if err != nil {
		return nil, err
	}
	if q == nil {
		return missing("there is no record at this position of the file"), nil
	}
	if q.Masked {
		e.events.masked++
	} else {
		e.events.whole++
	}
	sum := sha256.Sum256(q.Text)
	hash := hex.EncodeToString(sum[:])
	if !utf8.Valid(q.Text) {
		return []any{nil, base64.StdEncoding.EncodeToString(q.Text), hash, q.Masked, nil}, nil
	}
	return []any{string(q.Text), nil, hash, q.Masked, nil}, nil
}

func (l *eventLines) write(values []any) error {
	l.line = append(l.line[:0], '{')
	for i, v := range values {
		if i > 0 {
			l.line = append(l.line, ',')
		}
		l.line = append(append(l.line, l.names[i]...), ':')
		text, err := jsonOf(v, false)
		if err != nil {
			return err
		}
		l.line = append(l.line, text...)
	}
	l.line = append(l.line, "}\n"...)
	l.rows++
	l.longest = max(l.longest, int64(len(l.line)))
	_, err := l.w.Write(l.line)
	return err
}

// writeParquet writes the same rows as Parquet.
func (e *evidence) writeParquet(ctx context.Context) error {
	return store.Parquet(ctx, store.JSONL{
		Path: e.folder.path(eventsName), Columns: e.jsonl.columns, Rows: e.jsonl.rows,
		Longest: e.jsonl.longest,
	}, e.folder.path(parquetName))
}

// columnList is the columns of table events as README.txt has them.
func (e *evidence) columnList() string {
	const width = 90
	var b strings.Builder
	used := 0
	for i, c := range e.jsonl.columns[:len(e.jsonl.columns)-len(evidenceColumns)] {
		if i > 0 {
			b.WriteString(", ")
			used += 2
		}
		if used+len(c.Name) > width {
			b.WriteString("\n  ")
			used = 0
		}
		b.WriteString(c.Name)
		used += len(c.Name)
	}
	return strings.ReplaceAll(b.String(), ", \n", ",\n")
}
