package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"breachwindow/report"
	"breachwindow/store"
)

func (a *app) queryCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "query SQL",
		Short: "Run read-only SQL over the case",
		Long: `Query runs SQL on the case's database: tables events, files, rejects, secrets … and the
views that detections read, uses, windows, credentials, coverage … Nothing can be changed.`,
		Example: `  breachwindow query "SELECT action, count(*) FROM uses GROUP BY 1 ORDER BY 2 DESC"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o, err := a.options()
			if err != nil {
				return err
			}
			write, ok := map[string]func([]string, [][]string) error{
				"table": func(h []string, rows [][]string) error {
					return report.Table(a.out, h, rows, o)
				},
				"csv":   a.writeCSV,
				"jsonl": a.writeJSONL,
			}[format]
			if !ok {
				return usagef("--format %q: write table, csv or jsonl", format)
			}
			header, rows, err := a.query(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return write(header, rows)
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table, csv or jsonl")
	return cmd
}

func (a *app) query(ctx context.Context, text string) (header []string, out [][]string, err error) {
	db, err := store.Reader(ctx, a.path(databaseName))
	if err != nil {
		return nil, nil, fmt.Errorf("%w\nhint: breachwindow load, or --case DIR", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if header, err = rows.Columns(); err != nil {
		return nil, nil, err
	}
	for rows.Next() {
		row, err := scanTexts(rows, len(header))
		if err != nil {
			return nil, nil, err
		}
		out = append(out, row)
	}
	return header, out, rows.Err()
}

func scanTexts(rows *sql.Rows, n int) ([]string, error) {
	values := make([]any, n)
	dest := make([]any, n)
	for i := range values {
		dest[i] = &values[i]
	}
	if err := rows.Scan(dest...); err != nil {
		return nil, err
	}
	row := make([]string, n)
	for i, v := range values {
		switch v := v.(type) {
		case nil:
		case time.Time:
			row[i] = v.UTC().Format(time.RFC3339Nano)
		case []byte:
			row[i] = fmt.Sprintf("%x", v)
		default:
			row[i] = fmt.Sprint(v)
		}
	}
	return row, nil
}

func (a *app) writeCSV(header []string, rows [][]string) error {
	w := csv.NewWriter(a.out)
	if err := w.Write(header); err != nil {
		return err
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = guardFormula(cell)
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// guardFormula keeps a spreadsheet from running what a log says (CWE-1236).
func guardFormula(cell string) string {
	if cell == "" {
		return cell
	}
	switch cell[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + cell
	}
	return cell
}

func (a *app) writeJSONL(header []string, rows [][]string) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	for _, row := range rows {
		object := map[string]string{}
		for i, name := range header {
			object[name] = row[i]
		}
		if err := e.Encode(object); err != nil {
			return err
		}
	}
	return nil
}
