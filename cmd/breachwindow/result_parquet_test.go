package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
	"breachwindow/report"
)

// DuckDB, which is another maker's reader of Parquet, sees types, values and what is missing.
func TestResultParquet(t *testing.T) {
	t.Parallel()
	at := time.Date(2022, 12, 22, 3, 0, 41, 123456000, time.UTC)
	odd := "'\"\\\x00\x1b\u202e€🔑=1+1"
	r := &detect.Result{
		Schema: 1, Tool: "breachwindow 0.1.0", Case: "acme",
		Secrets: []detect.SecretAnswer{
			{ID: "deploy", Verdict: detect.Compromised, ExposedAt: &at, Because: []string{odd, ""}},
			{ID: "quiet", Verdict: detect.Unused, ExposedAt: &at},
		},
		Findings: []detect.Finding{
			{
				ID: "f1", Secret: "deploy", Level: detect.Critical, Title: odd + "\xff",
				FirstSeen: at, LastSeen: at, Count: 3, IPs: []string{"198.51.100.7", odd},
				Attributes: map[string]any{"account": "001122334455", odd: odd},
			},
			{ID: "f2", Level: detect.Medium, FirstSeen: at, LastSeen: at},
		},
		Totals: detect.Totals{Files: 3},
	}
	name := filepath.Join(t.TempDir(), "result.parquet")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Parquet(f, r); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tests := []struct {
		name, sql string
		want      []string
	}{
		{
			"rows", `SELECT secret, verdict, finding, len(ips), len(because), epoch_us(first_seen),
				count FROM read_parquet($1)`,
			[]string{
				fmt.Sprintf("deploy|compromised|f1|2|2|%d|3", at.UnixMicro()),
				fmt.Sprintf("<nil>|<nil>|f2|0|<nil>|%d|0", at.UnixMicro()),
				"quiet|unused|<nil>|<nil>|0|<nil>|<nil>",
			},
		},
		{
			"types", `SELECT DISTINCT column_type FROM (DESCRIBE SELECT * FROM read_parquet($1))
				ORDER BY 1`,
			[]string{"BIGINT", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "VARCHAR[]"},
		},
		{
			"texts", `SELECT title, ips[2], because[1], attributes->>'account'
				FROM read_parquet($1) WHERE finding = 'f1'`,
			[]string{odd + "\ufffd|" + odd + "|" + odd + "|001122334455"},
		},
		{
			"metadata", `SELECT decode(value) FROM parquet_kv_metadata($1)
				WHERE decode(key) IN ('breachwindow.case', 'breachwindow.totals') ORDER BY decode(key)`,
			[]string{"acme", `{"files":3,"records":0,"events":0,"duplicates":0,"rejects":0}`},
		},
		{
			"compression", `SELECT DISTINCT compression FROM parquet_metadata($1)`, []string{"ZSTD"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, linesOf(t, db, tt.sql, name)); diff != "" {
				t.Errorf("%s; -want +got:\n%s", tt.sql, diff)
			}
		})
	}
}

// linesOf returns the rows of a query, the columns of each joined.
func linesOf(t *testing.T, db *sql.DB, text string, args ...any) (lines []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		words := make([]string, len(values))
		for i, v := range values {
			words[i] = fmt.Sprint(v)
		}
		lines = append(lines, strings.Join(words, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return slices.Clip(lines)
}
