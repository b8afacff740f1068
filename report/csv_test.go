package report_test

import (
	"encoding/csv"
	"io"
	"strings"
	"testing"

	"breachwindow/detect"
	"breachwindow/report"
)

func csvOf(tb testing.TB, r *detect.Result) [][]string {
	tb.Helper()
	text := render(tb, func(w io.Writer) error { return report.CSV(w, r) })
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

// Every finding has a row, and so has every secret, with or without findings.
func TestCSVIsComplete(t *testing.T) {
	r := sample(t)
	rows := csvOf(t, r)
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	findings, secrets := map[string]int{}, map[string]int{}
	for _, row := range rows[1:] {
		findings[row[at["finding"]]]++
		secrets[row[at["secret"]]]++
	}
	for _, f := range r.Findings {
		if findings[f.ID] != 1 {
			t.Errorf("finding %s has %d rows", f.ID, findings[f.ID])
		}
	}
	for _, s := range r.Secrets {
		if secrets[s.ID] == 0 {
			t.Errorf("secret %s has no row", s.ID)
		}
	}
	if got, want := rows[1][at["level"]], "critical"; got != want {
		t.Errorf("the first row has level %q, want %q", got, want)
	}
}

// A spreadsheet computes nothing, and nothing hides in a cell.
func TestCSVIsHarmless(t *testing.T) {
	r := nasty(t)
	r.Secrets[0].ID = "=HYPERLINK(\"http://evil.example\")"
	r.Secrets[0].Owner, r.Secrets[0].Kind = "@SUM(1)", "+1\r\n-2"
	for _, row := range csvOf(t, r) {
		for _, cell := range row {
			if report.CSVCell(cell) != cell {
				t.Errorf("cell %q is not harmless", cell)
			}
		}
	}
}
