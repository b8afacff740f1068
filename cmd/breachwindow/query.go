package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"breachwindow/store"
)

func (a *app) queryCmd() *cobra.Command {
	var format string
	formats := []string{"table", "csv", "jsonl"}
	cmd := &cobra.Command{
		Use:   "query SQL|-",
		Short: "Run read-only SQL over the case",
		Long: `Query runs SQL on the case's database: tables events, files, rejects, secrets … and the
views that detections read, uses, windows, credentials, coverage … Nothing can be changed.
With - the SQL is read from standard input. The format jsonl has the values as they are
stored; table and csv make log text harmless for terminals and spreadsheets.`,
		Example: `  breachwindow query "SELECT action, count(*) FROM uses GROUP BY 1 ORDER BY 2 DESC"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o, err := a.options()
			if err != nil {
				return err
			}
			if err := checkFormat(format, formats); err != nil {
				return err
			}
			w := map[string]rowWriter{
				"table": &tableRows{w: a.out, options: o},
				"csv":   csvRows{csv.NewWriter(a.out)},
				"jsonl": &jsonRows{w: a.out},
			}[format]
			db, err := a.reader(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			text := args[0]
			if text == "-" {
				all, err := io.ReadAll(a.in)
				if err != nil {
					return fmt.Errorf("query: %w", err)
				}
				text = string(all)
			}
			return printRows(cmd.Context(), db, text, w)
		},
	}
	formatFlag(cmd, &format, formats)
	return cmd
}

// noDatabase says that the case was not loaded, or is none.
func (a *app) noDatabase() error {
	return fmt.Errorf("%s: nothing was loaded yet\n"+
		"hint: breachwindow run makes it; --case DIR names a case", a.path(databaseName))
}

// reader opens the case's database for reading.
func (a *app) reader(ctx context.Context) (*sql.DB, error) {
	db, err := store.Reader(ctx, a.path(databaseName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, a.noDatabase()
	}
	if err != nil {
		return nil, err
	}
	whole, err := store.Derived(ctx, db)
	if err == nil && !whole {
		a.note("the last load or upgrade of this case did not come to its end: views such as uses are " +
			"not there, others are of the load before; run or load completes it")
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}
