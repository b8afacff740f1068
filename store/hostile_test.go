package store_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// collectedLogs writes so many files of each form, every other one gzipped, and tells how many
// records are in them.
func collectedLogs(t *testing.T, dir string, files int) (records int) {
	t.Helper()
	const perFile = 150
	d := &hostileDice{rand.New(rand.NewPCG(1, 2))}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, of := range []struct {
		form   string
		record func() map[string]any
		join   func([]map[string]any) []byte
	}{
		{"trail", d.trail, inRecords},
		{"trail-lines", d.trail, inLines},
		{"hub", d.hub, inArray},
		{"hub-lines", d.hub, inLines},
		{"circle", d.circle, inLines},
		{"circle-csv", d.circle, inRows},
	} {
		for i := range files {
			all := make([]map[string]any, perFile)
			for j := range all {
				all[j] = of.record()
			}
			records += perFile
			text := of.join(all)
			if i%2 == 0 {
				text = zipped(t, text)
			}
			name := filepath.Join(dir, fmt.Sprintf("%s-%03d", of.form, i))
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return records
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // what dice make is JSON
	}
	return b
}

func inArray(all []map[string]any) []byte { return marshal(all) }

func inRecords(all []map[string]any) []byte {
	return marshal(map[string]any{"Records": all})
}

func inLines(all []map[string]any) []byte {
	var b bytes.Buffer
	for _, r := range all {
		b.Write(marshal(r))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func inRows(all []map[string]any) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{circleColumns}
	for _, r := range all {
		row := make([]string, len(circleColumns))
		for i, name := range circleColumns {
			switch v := r[name].(type) {
			case nil:
			case string:
				row[i] = v
			default:
				row[i] = string(marshal(v))
			}
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// hostileDice makes records with texts of all lengths: DuckDB keeps those of up to twelve bytes
// elsewhere than longer ones, and what has escapes comes from another piece of memory.
type hostileDice struct{ *rand.Rand }

func (d *hostileDice) text() string {
	letters := []string{"a", "Z", "7", "/", ":", "é", "<", "\"", "\\", "\n", "\U0001F511"}
	if d.IntN(2) == 0 {
		letters = letters[:5]
	}
	var b strings.Builder
	for range 1 + d.IntN(1<<d.IntN(8)) {
		b.WriteString(letters[d.IntN(len(letters))])
	}
	return b.String()
}

func (d *hostileDice) id() string { return fmt.Sprintf("%016x-%016x", d.Uint64(), d.Uint64()) }

func (d *hostileDice) time() time.Time {
	return time.UnixMilli(1_670_000_000_000 + d.Int64N(1e10)).UTC()
}

// fill sets some members to texts.
func (d *hostileDice) fill(record map[string]any, names string) map[string]any {
	for name := range strings.FieldsSeq(names) {
		if d.IntN(3) > 0 {
			record[name] = d.text()
		}
	}
	return record
}

func (d *hostileDice) trail() map[string]any {
	identity := d.fill(map[string]any{"type": d.text()},
		"arn userName principalId invokedBy accessKeyId accountId")
	if d.IntN(2) == 0 {
		identity["sessionContext"] = map[string]any{
			"attributes": map[string]any{"creationDate": d.text()}, "sessionIssuer": d.fill(map[string]any{}, "arn type"),
		}
	}
	record := map[string]any{
		"eventVersion": "1.08", "eventSource": d.text(), "eventName": d.text(), "userIdentity": identity,
		"eventID": d.id(), "eventTime": d.time().Format(time.RFC3339), "readOnly": d.IntN(2) == 0,
		"requestParameters": map[string]any{"bucketName": d.text(), d.text(): d.text()},
	}
	if d.IntN(5) == 0 {
		record["eventSource"], record["eventName"] = "sts.amazonaws.com", "AssumeRole"
		record["responseElements"] = map[string]any{"credentials": map[string]any{
			"accessKeyId": d.text(), "sessionToken": d.text(),
		}}
	}
	return d.fill(record, "awsRegion sourceIPAddress userAgent errorCode errorMessage "+
		"recipientAccountId requestID eventCategory")
}

func (d *hostileDice) hub() map[string]any {
	actions := []string{
		"git.clone", "git.push", "repo.create", "org.add_member", "api.request",
		"org_credential_authorization.grant", "public_key.create", "workflows.completed_workflow_run",
	}
	record := map[string]any{
		"@timestamp": d.time().UnixMilli(), "_document_id": d.id(), "action": actions[d.IntN(len(actions))],
		"actor_id": d.Uint64(), "actor_location": d.fill(map[string]any{}, "country_code"),
	}
	if d.IntN(3) == 0 {
		record["created_at"] = record["@timestamp"]
		record["data"] = d.fill(map[string]any{}, "hashed_token oauth_application_name user request_method")
	}
	if d.IntN(3) == 0 {
		record["actor"] = "deploy_key"
	}
	return d.fill(record, "actor actor_ip user_agent org business repo user team token_id hashed_token "+
		"managed_hashed_token fingerprint programmatic_access_type oauth_application_id integration")
}

func (d *hostileDice) circle() map[string]any {
	actions := []string{"context.secrets.accessed", "workflow-job-start", "project.add.checkout-key", "user.logged_in"}
	party := func() map[string]any { return d.fill(map[string]any{"type": "user"}, "id name") }
	return map[string]any{
		"id": d.id(), "version": 1, "action": actions[d.IntN(len(actions))],
		"occurred_at": d.time().Format(time.RFC3339Nano), "actor": party(), "target": party(),
		"scope": party(), "organization": party(), "account": party(), "success": d.IntN(2) == 0,
		"payload":  map[string]any{"workflow": d.fill(map[string]any{}, "id name"), "via": d.text()},
		"metadata": map[string]any{}, "request": d.fill(map[string]any{}, "id ip_address"),
		"common_fields": d.fill(map[string]any{}, "source_ip status"),
	}
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
