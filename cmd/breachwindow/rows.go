package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"breachwindow/report"
)

// column is a column of a query's answer. The values of one that is JSON are JSON text.
type column struct {
	name string
	json bool
}

// rowWriter prints an answer row by row; end comes after the last one.
type rowWriter interface {
	header(columns []column) error
	row(values []any) error
	end() error
}

// printRows runs a query and hands its rows on as they come: an answer may be as large as the logs.
func printRows(
	ctx context.Context, db *sql.DB, text string, w rowWriter, args ...any,
) (err error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, plain, err := columnsOf(rows, text)
	if err != nil {
		return err
	}
	if plain != "" {
		if err := rows.Close(); err != nil {
			return err
		}
		again, err := db.QueryContext(ctx, plain, args...)
		if err != nil {
			return err
		}
		rows = again
	}
	if err := w.header(columns); err != nil {
		return err
	}
	for rows.Next() {
		values, err := scanAny(rows, len(columns))
		if err != nil {
			return err
		}
		if err := w.row(values); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return w.end()
}

// columnsOf describes the columns. The driver turns JSON and nested values into Go's maps and
// floats, which loses the digits of large numbers: then plain is the query with those as text.
func columnsOf(rows *sql.Rows, text string) (columns []column, plain string, err error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, "", err
	}
	exact := true
	selected := make([]string, len(types))
	for i, t := range types {
		kind, _, _ := strings.Cut(t.DatabaseTypeName(), "(")
		c := column{name: t.Name()}
		expr := fmt.Sprintf("#%d", i+1)
		switch {
		case strings.HasSuffix(t.DatabaseTypeName(), "]"), kind == "STRUCT", kind == "MAP",
			kind == "UNION", kind == "LIST", kind == "ARRAY":
			c.json, exact = true, false
			expr = "CAST(to_json(" + expr + ") AS VARCHAR)"
		case kind == "JSON":
			c.json, exact = true, false
			expr = "CAST(" + expr + " AS VARCHAR)"
		case kind == "UUID", kind == "INTERVAL", kind == "DATE", strings.HasPrefix(kind, "TIME") &&
			!strings.HasPrefix(kind, "TIMESTAMP"):
			exact = false
			expr = "CAST(" + expr + " AS VARCHAR)"
		}
		columns = append(columns, c)
		selected[i] = expr
	}
	if exact {
		return columns, "", nil
	}
	text = strings.TrimRight(text, "; \t\r\n")
	return columns, "SELECT " + strings.Join(selected, ", ") + " FROM (" + text + "\n)", nil
}

func scanAny(rows *sql.Rows, n int) ([]any, error) {
	values := make([]any, n)
	dest := make([]any, n)
	for i := range values {
		dest[i] = &values[i]
	}
	return values, rows.Scan(dest...)
}

// textOf is a value as text, exact; NULL is empty.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case []byte:
		return fmt.Sprintf("%x", v)
	}
	return fmt.Sprint(v)
}

// keptRows keeps the rows as text.
type keptRows struct {
	names []string
	rows  [][]string
}

func (k *keptRows) header(columns []column) error {
	for _, c := range columns {
		k.names = append(k.names, c.name)
	}
	return nil
}

func (k *keptRows) row(values []any) error {
	row := make([]string, len(values))
	for i, v := range values {
		row[i] = textOf(v)
	}
	k.rows = append(k.rows, row)
	return nil
}

func (k *keptRows) end() error { return nil }

// tableRows prints a table at the end: its columns' widths depend on all rows.
type tableRows struct {
	keptRows
	w       io.Writer
	options report.Options
}

func (t *tableRows) end() error { return report.Table(t.w, t.names, t.rows, t.options) }

// csvRows writes CSV for people: what steers a terminal or makes a spreadsheet compute is written
// so that it can be seen. JSON lines have the values as they are.
type csvRows struct{ w *csv.Writer }

func (c csvRows) header(columns []column) error {
	names := make([]string, len(columns))
	for i := range columns {
		names[i] = report.CSVCell(columns[i].name)
	}
	return c.w.Write(names)
}

func (c csvRows) row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = textOf(v)
		if _, ok := v.(string); ok {
			cells[i] = report.CSVCell(cells[i])
		}
	}
	return c.w.Write(cells)
}

func (c csvRows) end() error {
	c.w.Flush()
	return c.w.Error()
}

// jsonRows writes an object a line, its members in the order of the columns, values exact.
type jsonRows struct {
	w     io.Writer
	names []string
	json  []bool
}

func (j *jsonRows) header(columns []column) error {
	seen := map[string]int{}
	for _, c := range columns {
		name := c.name
		if n := seen[name]; n > 0 {
			name = fmt.Sprintf("%s_%d", name, n)
		}
		seen[c.name]++
		j.names = append(j.names, name)
		j.json = append(j.json, c.json)
	}
	return nil
}

func (j *jsonRows) row(values []any) error {
	b := bytes.NewBufferString("{")
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := jsonOf(j.names[i], false)
		if err != nil {
			return err
		}
		value, err := jsonOf(v, j.json[i])
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%s:%s", name, value)
	}
	b.WriteString("}\n")
	_, err := j.w.Write(b.Bytes())
	return err
}

func (j *jsonRows) end() error { return nil }

// jsonOf is a value as JSON. Runes that could steer a terminal are escaped: they mean the same.
func jsonOf(v any, isJSON bool) ([]byte, error) {
	switch x := v.(type) {
	case string:
		if isJSON {
			v = json.RawMessage(x)
		}
	case time.Time, []byte:
		v = textOf(x)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			v = textOf(x)
		}
	case float32:
		if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
			v = textOf(x)
		}
	case fmt.Stringer: // numbers wider than Go's: their digits are JSON
		v = json.RawMessage(x.String())
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return escapeHidden(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// escapeHidden writes what report.Clean would not let through as \u escapes.
func escapeHidden(text []byte) []byte {
	if !slices.ContainsFunc(text, func(c byte) bool { return c >= 0x7f }) {
		return text // as most is: the encoder has escaped what is below a space
	}
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		switch s := string(r); {
		case r < 0x7f || report.Clean(s) == s:
			out = append(out, s...)
		case r > 0xffff:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}
