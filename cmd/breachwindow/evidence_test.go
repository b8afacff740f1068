package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

// checkFolder checks SHA256SUMS of a folder and that it has every file.
func checkFolder(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		return err
	}
	var listed []string
	for line := range strings.Lines(string(text)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		content, err := os.ReadFile(filepath.Join(dir, name))
		if !ok || err != nil {
			return fmt.Errorf("SHA256SUMS: %q: %w", line, err)
		}
		if got := sha256.Sum256(content); hex.EncodeToString(got[:]) != sum {
			return fmt.Errorf("%s has another sum", name)
		}
		listed = append(listed, name)
	}
	if !slices.IsSorted(listed) {
		return fmt.Errorf("SHA256SUMS is not sorted")
	}
	var found []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			return fmt.Errorf("%s: others can read it: %v", path, mode)
		}
		rel, err := filepath.Rel(dir, path)
		if !d.IsDir() && rel != "SHA256SUMS" {
			found = append(found, filepath.ToSlash(rel))
		}
		return err
	})
	slices.Sort(found)
	if diff := cmp.Diff(listed, found); diff != "" {
		return fmt.Errorf("SHA256SUMS is not of all files: %s", diff)
	}
	return err
}

// evidenceOf runs a case and makes its evidence.
func evidenceOf(t *testing.T, a *app, queryDir string) (dir string) {
	t.Helper()
	if _, err := a.run(t.Context(), runFlags{queryDir: queryDir}); err != nil {
		t.Fatal(err)
	}
	return evidenceAgain(t, a, queryDir)
}

func evidenceAgain(t *testing.T, a *app, queryDir string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "evidence")
	if err := a.evidence(t.Context(), dir, queryDir); err != nil {
		t.Fatal(err)
	}
	if err := checkFolder(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func readAll(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// evidenceLine is what tests look at of a line of events.jsonl.
type evidenceLine struct {
	Source, Event string
	File          string
	FileSum       string `json:"file_sha256"`
	ID            string `json:"event_id"`
	Pos           int64
	Findings      []string
	Secrets       []string
	Raw           *string
	RawBase64     *string `json:"raw_base64"`
	RawSum        *string `json:"raw_sha256"`
	Masked        *bool   `json:"raw_masked"`
	Missing       *string `json:"raw_missing"`
}

func evidenceLines(t *testing.T, dir string) (out []evidenceLine) {
	t.Helper()
	s := bufio.NewScanner(strings.NewReader(readAll(t, dir, eventsName)))
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		var line evidenceLine
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		out = append(out, line)
	}
	return out
}

// The evidence has every event of every finding, each once, in the order of file and position,
// with the record that show --raw prints; and it is the same in another folder and another time.
func TestEvidenceIsWhole(t *testing.T) {
	t.Parallel()
	c := busyCase()
	a := c.write(t)
	dir := evidenceOf(t, a, "")
	if got, want := readAll(t, dir, resultName), resultBytes(t, a); got != want {
		t.Error("result.json is not what run wrote")
	}
	sums := readAll(t, dir, "SHA256SUMS")
	if again := readAll(t, evidenceAgain(t, a, ""), "SHA256SUMS"); again != sums {
		t.Errorf("the second time gives other bytes:\n%s", cmp.Diff(sums, again))
	}
	if other := readAll(t, evidenceOf(t, c.write(t), ""), "SHA256SUMS"); other != sums {
		t.Errorf("the same case elsewhere gives other bytes:\n%s", cmp.Diff(sums, other))
	}

	r, err := a.readResult("")
	if err != nil {
		t.Fatal(err)
	}
	lines := evidenceLines(t, dir)
	count, events := map[string]int64{}, map[string]map[string]bool{}
	secretOf := map[string]string{}
	for _, f := range r.Findings {
		secretOf[f.ID], events[f.ID] = f.Secret, map[string]bool{}
	}
	for i, l := range lines {
		if i > 0 && (l.File < lines[i-1].File || l.File == lines[i-1].File && l.Pos <= lines[i-1].Pos) {
			t.Errorf("line %d: %s %d is not behind %s %d", i+1, l.File, l.Pos, lines[i-1].File, lines[i-1].Pos)
		}
		for _, id := range l.Findings {
			count[id]++
			events[id][l.ID] = true
			if s := secretOf[id]; s != "" && !slices.Contains(l.Secrets, s) {
				t.Errorf("line %d: secrets %q lack that of finding %s, %s", i+1, l.Secrets, id, s)
			}
		}
		checkRaw(t, a, l)
	}
	whole := 0
	for _, f := range r.Findings {
		if f.Query == "any/rotation-missing" || f.Query == "any/rotation-contradicted" {
			continue // rows about a secret, not about an event
		}
		whole++
		if count[f.ID] != f.Count {
			t.Errorf("%s of %s: %d events of %d", f.Query, f.Secret, count[f.ID], f.Count)
		}
		for _, id := range f.Events {
			if !events[f.ID][id] {
				t.Errorf("%s of %s lacks event %s", f.Query, f.Secret, id)
			}
		}
	}
	if whole < 10 {
		t.Errorf("%d findings: the test shows nothing", whole)
	}
}

// checkRaw compares a line's record with the file.
func checkRaw(t *testing.T, a *app, l evidenceLine) {
	t.Helper()
	if l.Raw == nil || l.RawSum == nil || l.Masked == nil || l.Missing != nil || l.RawBase64 != nil {
		t.Errorf("%s: its record is not there", l.ID)
		return
	}
	sum := sha256.Sum256([]byte(*l.Raw))
	if hex.EncodeToString(sum[:]) != *l.RawSum {
		t.Errorf("%s: the record's hash is not the record's", l.ID)
	}
	content, err := os.ReadFile(a.path(l.File))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := ingest.Raw(l.File, bytes.NewReader(content), l.Pos, ingest.Options{})
	if err != nil || !*l.Masked && string(raw) != *l.Raw || len(raw) != len(*l.Raw) {
		t.Errorf("%s: the record is not the file's: %v", l.ID, err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != l.FileSum {
		t.Errorf("%s: the file's hash is not the file's", l.ID)
	}
}

// Parquet and JSON lines hold the same rows, in the same order.
func TestEvidenceParquet(t *testing.T) {
	t.Parallel()
	c := busyCase()
	c.logs.add("trail.json", object{ // what JSON, DuckDB and a terminal each see otherwise
		"eventVersion": "1.08", "eventID": "odd", "eventTime": inside.Format("2006-01-02T15:04:05.000001Z"),
		"eventSource": "s3.amazonaws.com", "eventName": "'\"\\\x00\x1b\u202e\ufffd€🔑", "awsRegion": "",
		"readOnly": true, "recipientAccountId": account, "requestParameters": object{"n": json.Number("1.50")},
		"userIdentity": object{"type": "IAMUser", "accessKeyId": keyOf("deploy")},
	})
	c.add(secretRow{id: "deploy", kind: "aws-access-key"})
	dir := evidenceOf(t, c.write(t), "")
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT * FROM read_parquet($1)`,
		filepath.Join(dir, parquetName))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	odd := false
	for n, line := range slices.Collect(strings.Lines(readAll(t, dir, eventsName))) {
		var want map[string]any
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		if !rows.Next() {
			t.Fatalf("Parquet has %d rows", n)
		}
		values, err := scanAny(rows, len(names))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		for i, name := range names {
			switch v := values[i].(type) {
			case int64:
				got[name] = float64(v)
			case time.Time:
				got[name] = v.Format(time.RFC3339Nano)
			default:
				got[name] = v
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("row %d (-JSON +Parquet): %s", n+1, diff)
		}
		odd = odd || got["event_id"] == "odd"
	}
	if rows.Next() || rows.Err() != nil || !odd {
		t.Errorf("more rows, or none of the odd event: %v", rows.Err())
	}
}
