package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the driver

	schema "breachwindow/sql"
)

// SQL is the text of everything in the database as it stands: tables.sql, macros.sql and
// views/NAME.sql.
func SQL() fs.FS { return schema.Files }

// EngineVersion is DuckDB's.
func EngineVersion(ctx context.Context, db *sql.DB) (version string, err error) {
	err = db.QueryRowContext(ctx, `SELECT version()`).Scan(&version)
	return version, err
}

// Column is a column of a file: its name and its SQL type.
type Column struct{ Name, Type string }

// JSONL is a file of JSON lines with as many rows; its longest line has so many bytes.
type JSONL struct {
	Path          string
	Columns       []Column
	Rows, Longest int64
}

// Parquet writes the rows of a file of JSON lines to a new Parquet file, in their order. The same
// rows give the same bytes; another number of rows than given is an error.
func Parquet(ctx context.Context, from JSONL, to string) error {
	info, err := os.Stat(from.Path)
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	// One thread: several would decide anew each time which rows stand together in a group.
	db, err := sql.Open("duckdb", "?threads=1&autoinstall_known_extensions=false"+
		"&autoload_known_extensions=false")
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	defer db.Close()
	columns := make([]string, len(from.Columns))
	for i, c := range from.Columns {
		columns[i] = quoted(c.Name) + ": " + quoted(c.Type)
	}
	// A group of rows is in memory until it is written: some 64 MiB, but no less than a vector
	// and no more than DuckDB's own measure.
	group := max(2048, min(122880, (64<<20)*from.Rows/max(info.Size(), 1)))
	done, err := db.ExecContext(ctx, fmt.Sprintf(`
		COPY (
		  SELECT * FROM read_json(%s, format = 'newline_delimited', columns = {%s},
		    maximum_object_size = %d)
		) TO %s (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE %d)`,
		quoted(literal(from.Path)), strings.Join(columns, ", "), max(from.Longest+1, 1<<20),
		quoted(to), group))
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	switch n, err := done.RowsAffected(); {
	case err != nil:
		return fmt.Errorf("parquet: %w", err)
	case n != from.Rows:
		return fmt.Errorf("parquet: %d rows of %d were written", n, from.Rows)
	}
	if err := os.Chmod(to, info.Mode().Perm()); err != nil { // DuckDB lets everybody read it
		return fmt.Errorf("parquet: %w", err)
	}
	return nil
}

// quoted is a string of SQL.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// literal is a path in which DuckDB sees no pattern.
func literal(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}
