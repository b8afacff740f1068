package store_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"breachwindow/ingest"
	"breachwindow/internal/reference"
	"breachwindow/store"
)

// Memory safety is evidence safety: DuckDB is no part of what Go's garbage collector sees, and a
// string that is collected before DuckDB copied it becomes another one without any error. So
// files are loaded by a process whose collector always runs and overwrites what it frees. Every
// row is then held, both ways, against two others, which reach the database as JSON that DuckDB
// reads itself: what ingest makes of the file in a process whose collector runs as usual, and what
// encoding/json alone makes of it, where package reference speaks.
func TestCollectedMemory(t *testing.T) {
	t.Parallel()
	files := 30
	if testing.Short() {
		files = 6
	}
	dir := t.TempDir()
	records := collectedLogs(t, filepath.Join(dir, "logs"), files)
	t.Run("synthetic", func(t *testing.T) {
		c := loadCollected(t, dir)
		if n := c.count(t, "read"); n != records {
			t.Errorf("%d events of %d records", n, records)
		}
		if n := c.count(t, "slow"); n != records {
			t.Errorf("encoding/json made only %d events of %d records", n, records)
		}
	})
	t.Run("real", func(t *testing.T) {
		data := os.Getenv("BREACHWINDOW_DATA")
		if data == "" {
			data = filepath.Join("..", "..", "shared", "data")
		}
		data, err := filepath.Abs(data)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(data); err != nil {
			t.Skipf("NOT CHECKED: real logs. The development data is not at %s; "+
				"name its folder in BREACHWINDOW_DATA", data)
		}
		dir := t.TempDir()
		if err := os.Symlink(data, filepath.Join(dir, "logs")); err != nil {
			t.Fatal(err)
		}
		c := loadCollected(t, dir)
		if n := c.count(t, "slow"); n < 5000 {
			t.Errorf("encoding/json made only %d events", n)
		}
	})
}

// collected is a database that was filled while memory was collected all the time, and beside its
// own tables has read and slow, which have the rows of events as they should be.
type collected struct{ *store.DB }

func loadCollected(t *testing.T, dir string) collected {
	t.Helper()
	cmd := loading(dir, 100_000, "GOGC=1", "GODEBUG=clobberfree=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := collected{open(t, filepath.Join(dir, "case.duckdb"))}
	checkSums(t, c.SQL())
	var read, slow plainRows
	files, err := filesIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	ids := c.ids(t)
	for _, f := range files {
		b, err := os.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		of, ok := ids[f.Name]
		if !ok {
			t.Fatalf("%s was not loaded", f.Name)
		}
		delete(ids, f.Name)
		read.file, slow.file = of.id, of.id
		if _, err := ingest.Read(t.Context(), f.Name, bytes.NewReader(b), ingest.Options{}, &read); err != nil {
			t.Fatal(err)
		}
		slow.records(of.form, unzipped(b))
	}
	if len(ids) > 0 {
		t.Errorf("files that nobody gave were loaded: %v", ids)
	}
	c.compare(t, "read", &read, "target")
	c.compare(t, "slow", &slow, "CASE WHEN source <> 'cloudtrail' THEN target END")
	return c
}

// loadedFile is of table files.
type loadedFile struct {
	id   int32
	form string
}

func (c collected) ids(t *testing.T) map[string]loadedFile {
	t.Helper()
	rows, err := c.SQL().QueryContext(t.Context(), "SELECT path, id, form FROM main.files")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]loadedFile{}
	for rows.Next() {
		var path string
		var f loadedFile
		if err := rows.Scan(&path, &f.id, &f.form); err != nil {
			t.Fatal(err)
		}
		out[path] = f
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func (c collected) count(t *testing.T, table string) (n int) {
	t.Helper()
	err := c.SQL().QueryRowContext(t.Context(), "SELECT count(*) FROM main."+table).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// compare holds events against rows, in both directions. An event that was loaded may only be
// lacking as the duplicate of one that is there.
func (c collected) compare(t *testing.T, table string, rows *plainRows, target string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "rows.json")
	if err := os.WriteFile(name, rows.json.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	query(t, c.SQL(), `CREATE TABLE main.`+table+` AS SELECT * REPLACE (make_timestamp(time) AS time)
		FROM read_json('`+name+`', format = 'newline_delimited', maximum_object_size = 100000000,
		columns = {`+plainColumns+`})`)
	columns, known := "* REPLACE ("+target+" AS target)", ""
	if table == "slow" {
		known = "WHERE (file, pos) IN (SELECT (file, pos) FROM main.slow)"
	}
	differ := query(t, c.SQL(), `
		SELECT 'only the load has', `+columns+` FROM main.events `+known+`
		EXCEPT ALL SELECT 'only the load has', `+columns+` FROM main.`+table+` ORDER BY ALL LIMIT 5`)
	query(t, c.SQL(), `CREATE TEMP TABLE lacking AS
		SELECT `+columns+` FROM main.`+table+` EXCEPT ALL SELECT `+columns+` FROM main.events`)
	differ = append(differ, query(t, c.SQL(), `
		SELECT 'the load lacks', * FROM lacking l WHERE NOT EXISTS (
		  FROM main.events e WHERE e.source = l.source AND e.event_id = l.event_id
		    AND (e.file, e.pos) <> (l.file, l.pos)) ORDER BY ALL LIMIT 5`)...)
	if table == "read" {
		differ = append(differ, query(t, c.SQL(), `
			SELECT 'not as many duplicates lack as were counted', path FROM main.files f
			WHERE duplicates <> (SELECT count(*) FROM lacking l WHERE l.file = f.id)`)...)
	}
	for _, d := range differ {
		t.Errorf("%s: %.2000s", table, d)
	}
	query(t, c.SQL(), "DROP TABLE lacking")
}

// plainRows are events of the file as lines of JSON.
type plainRows struct {
	file int32
	json bytes.Buffer
}

const plainColumns = `source: 'VARCHAR', event_id: 'VARCHAR', time: 'BIGINT', account: 'VARCHAR',
	region: 'VARCHAR', service: 'VARCHAR', action: 'VARCHAR', actor: 'VARCHAR',
	actor_kind: 'VARCHAR', credential: 'VARCHAR', credential_kind: 'VARCHAR', session: 'VARCHAR',
	via: 'VARCHAR', minted: 'VARCHAR', target: 'VARCHAR', ip: 'VARCHAR', agent: 'VARCHAR',
	outcome: 'VARCHAR', error: 'VARCHAR', read_only: 'BOOLEAN', details: 'VARCHAR',
	file: 'INTEGER', pos: 'BIGINT', category: 'VARCHAR'`

func (r *plainRows) add(e ingest.Event) error {
	row := map[string]any{"time": e.Time, "file": r.file, "pos": e.Pos}
	if e.ReadOnly >= 0 {
		row["read_only"] = e.ReadOnly == 1
	}
	for name, text := range map[string]string{
		"source": e.Source, "event_id": e.EventID, "account": e.Account, "region": e.Region,
		"service": e.Service, "action": e.Action, "actor": e.Actor, "actor_kind": e.ActorKind,
		"credential": e.Credential, "credential_kind": e.CredentialKind, "session": e.Session,
		"via": e.Via, "minted": e.Minted, "target": e.Target, "ip": e.IP, "agent": e.Agent,
		"outcome": e.Outcome, "error": e.Error, "details": e.Details, "category": e.Category,
	} {
		if text != "" {
			row[name] = text
		}
	}
	return json.NewEncoder(&r.json).Encode(row)
}

// Events makes plainRows a sink.
func (r *plainRows) Events(events []ingest.Event) error {
	for _, e := range events {
		if err := r.add(e); err != nil {
			return err
		}
	}
	return nil
}

func (r *plainRows) Reject(ingest.Reject) error { return nil }

// records adds the events that package reference makes of a file of one of the plain forms.
func (r *plainRows) records(form string, text []byte) {
	source, kind, _ := strings.Cut(form, "/")
	add := func(pos int, record []byte) {
		if e, ok := reference.Event(source, record); ok {
			e.Pos = int64(pos)
			if err := r.add(e); err != nil {
				panic(err) // a buffer takes everything
			}
		}
	}
	switch kind {
	case "csv":
		eachRow(text, add)
	case "s3", "array", "ndjson", "rest", "stream":
		if !eachLine(text, add) {
			eachElement(text, add)
		}
	}
}

// eachLine reads NDJSON; it reports false where a line is not whole.
func eachLine(text []byte, add func(pos int, record []byte)) bool {
	lines := bytes.Split(text, []byte("\n"))
	for _, line := range lines {
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && (trimmed[0] != '{' || !json.Valid(trimmed)) {
			return false
		}
	}
	for i, line := range lines {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte(`{"Records"`)) {
			return false
		}
		add(i+1, bytes.TrimSpace(line))
	}
	return true
}

// eachElement reads arrays, {"Records":[…]}, and objects one after the other.
func eachElement(text []byte, add func(pos int, record []byte)) {
	d := json.NewDecoder(bytes.NewReader(text))
	for pos := 0; ; {
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return
		}
		list := []json.RawMessage{v}
		var doc struct{ Records []json.RawMessage }
		if v[0] == '[' {
			_ = json.Unmarshal(v, &list) // it was decoded already
		} else if json.Unmarshal(v, &doc) == nil && doc.Records != nil {
			list = doc.Records
		}
		for _, record := range list {
			pos++
			add(pos, record)
		}
	}
}

// eachRow reads CircleCI's documented columns.
func eachRow(text []byte, add func(pos int, record []byte)) {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return
	}
	for i, row := range rows[1:] {
		var members []string
		for j, cell := range row {
			if !slices.Contains(circleColumns, rows[0][j]) {
				return
			}
			if cell == "" {
				continue
			}
			if slices.Contains([]string{"id", "action", "occurred_at"}, rows[0][j]) {
				quoted, err := json.Marshal(cell)
				if err != nil {
					return
				}
				cell = string(quoted)
			}
			members = append(members, `"`+rows[0][j]+`":`+cell)
		}
		add(i+1, []byte("{"+strings.Join(members, ",")+"}"))
	}
}

var circleColumns = []string{
	"id", "version", "action", "occurred_at", "actor", "target", "scope", "payload", "metadata",
	"success", "request", "organization", "account", "common_fields",
}

func unzipped(b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return b
	}
	text, _ := io.ReadAll(z) // of a truncated one what is there
	return text
}
