package store_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"breachwindow/store"
)

// collectedEnv tells the test program that it is the one that TestCollectedMemory starts.
const collectedEnv = "BREACHWINDOW_TEST_COLLECTED"

// Memory safety is evidence safety: DuckDB is no part of what Go's garbage collector sees, and a
// string that is collected before DuckDB copied it becomes another one without any error. So
// files are loaded in a process whose collector always runs and overwrites what it frees, and
// every row is held against what encoding/json reads.
func TestCollectedMemory(t *testing.T) {
	t.Parallel()
	if os.Getenv(collectedEnv) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCollectedMemory$")
		cmd.Env = append(os.Environ(), collectedEnv+"=1", "GOGC=1", "GODEBUG=clobberfree=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	records := 20_000
	if testing.Short() {
		records = 4_000
	}
	folder, expected := collectedFiles(t, records)
	db := open(t, newPath(t))
	load(t, db, folder.files(), store.LoadOptions{})
	appendExpected(t, db, expected)
	for _, missing := range query(t, db.SQL(), `
		(SELECT 'only encoding/json has', * FROM expected
		 EXCEPT ALL SELECT 'only encoding/json has', `+collectedColumns+` FROM main.events)
		UNION ALL
		(SELECT 'only the load has', `+collectedColumns+` FROM main.events
		 EXCEPT ALL SELECT 'only the load has', * FROM expected)
		ORDER BY ALL LIMIT 10`) {
		t.Error(missing)
	}
	if got := query(t, db.SQL(), `SELECT count(*) FROM main.events`); got[0] != fmt.Sprint(records) {
		t.Errorf("%s events of %d", got[0], records)
	}
}

// collectedColumns are the columns whose way from the record is short enough to be told twice.
const collectedColumns = `source, event_id, time, account, region, service, action, actor,
	actor_kind, credential, ip, agent, error, outcome, file, pos`

// collectedFiles writes so many records, every other file gzipped, and returns with them the rows
// that encoding/json makes of the files.
func collectedFiles(t *testing.T, records int) (*folder, [][]driver.Value) {
	t.Helper()
	const perFile = 250
	dice := rand.New(rand.NewPCG(1, 2))
	f := newFolder(t)
	var expected [][]driver.Value
	for file := 1; file <= records/perFile; file++ {
		all := make([]map[string]any, perFile)
		for i := range all {
			all[i] = collectedRecord(dice)
		}
		text, err := json.Marshal(map[string]any{"Records": all})
		if err != nil {
			t.Fatal(err)
		}
		expected = append(expected, expectedRows(t, file, text)...)
		if file%2 == 0 {
			text = zipped(t, text)
		}
		f.write(t, fmt.Sprintf("%04d", file), string(text))
	}
	return f, expected
}

func zipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// collectedRecord is a record with texts of all lengths: DuckDB keeps those of up to twelve bytes
// elsewhere than longer ones, and what has escapes comes from another piece of memory.
func collectedRecord(dice *rand.Rand) map[string]any {
	text := func() string {
		letters := []string{"a", "Z", "7", "/", ":", "é", "<", "\"", "\\", "\n", "\U0001F511"}
		if dice.IntN(2) == 0 {
			letters = letters[:5]
		}
		var b strings.Builder
		for range 1 + dice.IntN(1<<dice.IntN(8)) {
			b.WriteString(letters[dice.IntN(len(letters))])
		}
		return b.String()
	}
	identity := map[string]any{"type": text()}
	record := map[string]any{
		"eventVersion": "1.08", "eventSource": text(), "eventName": text(), "userIdentity": identity,
		"eventID":           fmt.Sprintf("%016x-%016x", dice.Uint64(), dice.Uint64()),
		"eventTime":         time.Unix(1_670_000_000+dice.Int64N(1e7), 0).UTC().Format(time.RFC3339),
		"requestParameters": map[string]any{"bucketName": text(), text(): text()},
	}
	for _, name := range []string{
		"awsRegion", "sourceIPAddress", "userAgent", "errorCode", "recipientAccountId", "requestID",
	} {
		if dice.IntN(4) > 0 {
			record[name] = text()
		}
	}
	for _, name := range []string{
		"arn", "userName", "principalId", "invokedBy", "accessKeyId", "accountId",
	} {
		if dice.IntN(2) > 0 {
			identity[name] = text()
		}
	}
	return record
}

// expectedRows are the rows of collectedColumns that a file must become.
func expectedRows(t *testing.T, file int, text []byte) [][]driver.Value {
	t.Helper()
	var doc struct {
		Records []struct {
			EventID, EventTime, EventSource, EventName, AWSRegion, SourceIPAddress string
			UserAgent, ErrorCode, RecipientAccountID                               string

			UserIdentity struct {
				Type, ARN, UserName, PrincipalID, InvokedBy, AccessKeyID, AccountID string
			}
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	null := func(s string) driver.Value {
		if s == "" {
			return nil
		}
		return s
	}
	rows := make([][]driver.Value, len(doc.Records))
	for i, r := range doc.Records {
		at, err := time.Parse(time.RFC3339, r.EventTime)
		if err != nil {
			t.Fatal(err)
		}
		id, outcome := r.UserIdentity, "success"
		if r.ErrorCode != "" {
			outcome = "failure"
		}
		rows[i] = []driver.Value{
			"cloudtrail", r.EventID, at, null(cmp.Or(r.RecipientAccountID, id.AccountID)),
			null(r.AWSRegion), null(r.EventSource), null(r.EventName),
			null(cmp.Or(id.ARN, id.UserName, id.PrincipalID, id.InvokedBy)), null(id.Type),
			null(id.AccessKeyID), null(r.SourceIPAddress), null(r.UserAgent), null(r.ErrorCode),
			outcome, int32(file), int64(i + 1),
		}
	}
	return rows
}

// appendExpected puts the rows into a table through the driver's appender, which is another way
// than the load's.
func appendExpected(t *testing.T, db *store.DB, rows [][]driver.Value) {
	t.Helper()
	query(t, db.SQL(), `CREATE TABLE main.expected AS
		SELECT `+collectedColumns+` FROM main.events WHERE false`)
	conn, err := db.SQL().Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		a, err := duckdb.NewAppenderFromConn(c.(driver.Conn), "main", "expected")
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := a.AppendRow(row...); err != nil {
				return err
			}
		}
		return a.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
}
