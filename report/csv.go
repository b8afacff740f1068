package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"breachwindow/detect"
)

// csvColumns are those of CSV; those from level to attributes are a finding's.
var csvColumns = []string{
	"verdict", "rotation", "secret", "kind", "identifier", "stored_in", "owner", "exposed_at",
	"window_end", "level", "query", "title", "finding", "credential", "first_seen", "last_seen",
	"count", "ips", "actors", "actions", "attributes", "because", "triage", "secret_triage",
}

// CSV writes a row per finding, worst first, those tied to no secret after the others, and a row
// per secret without any: a table for a spreadsheet in which no secret is forgotten.
func CSV(w io.Writer, r *detect.Result) error {
	secrets := map[string]detect.SecretAnswer{}
	for _, s := range r.Secrets {
		secrets[s.ID] = s
	}
	rows := [][]string{slices.Clone(csvColumns)}
	found := map[string]bool{}
	for _, f := range WorstFindings(r.Findings) {
		s, ok := secrets[f.Secret]
		if !ok {
			s = detect.SecretAnswer{ID: f.Secret}
		}
		found[f.Secret] = true
		rows = append(rows, csvRow(s, &f))
	}
	for _, s := range Worst(r.Secrets) {
		if !found[s.ID] {
			rows = append(rows, csvRow(s, nil))
		}
	}
	out := csv.NewWriter(w)
	for _, row := range rows {
		for i := range row {
			row[i] = CSVCell(row[i])
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	return nil
}

// CSVCell makes text from a log harmless in a spreadsheet: what steers or hides is escaped, and
// what would be computed (CWE-1236) is kept as text.
func CSVCell(text string) string {
	text = Clean(text)
	if text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		return "'" + text
	}
	return text
}

func csvRow(s detect.SecretAnswer, f *detect.Finding) []string {
	row := []string{
		string(s.Verdict), s.Rotation, s.ID, s.Kind, s.Identifier, s.StoredIn, s.Owner,
		orElse(s.ExposedAt, stamp, ""), orElse(s.WindowEnd, stamp, ""),
	}
	var mark *detect.Triage
	if f == nil {
		row = append(row, make([]string, len(csvColumns)-len(row)-3)...)
	} else {
		mark = f.Triage
		attributes := make([]string, 0, len(f.Attributes))
		for _, name := range slices.Sorted(maps.Keys(f.Attributes)) {
			attributes = append(attributes, name+"="+attribute(f.Attributes[name]))
		}
		row = append(row, string(f.Level), f.Query, f.Title, f.ID, f.Credential,
			stamp(f.FirstSeen), stamp(f.LastSeen), fmt.Sprint(f.Count),
			strings.Join(f.IPs, " "), strings.Join(f.Actors, " "), strings.Join(f.Actions, " "),
			strings.Join(attributes, "; "))
	}
	return append(row, strings.Join(s.Because, " "), TriageText(mark), TriageText(s.Triage))
}

// stamp is a time for programs.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
