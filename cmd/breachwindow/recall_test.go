package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"breachwindow/queries"
)

// The detections against public logs of attacks, which are not part of this repository. Each record
// keeps its form; what is masked or not unique in these sets gets an invented value: key ids, event
// ids. The acting keys are the case's secrets and their window covers everything.

// stratusFinds says which detection must find each technique of Stratus Red Team: any other that
// fires along the way would be luck.
var stratusFinds = map[string]string{
	"credential-access.ec2-get-password-data":                 "windows-password-read",
	"credential-access.ec2-steal-instance-credentials":        "command-run-on-instance",
	"credential-access.secretsmanager-batch-retrieve-secrets": "secrets-read",
	"credential-access.secretsmanager-retrieve-secrets":       "secrets-read",
	"credential-access.ssm-retrieve-securestring-parameters":  "parameters-decrypted",
	"defense-evasion.cloudtrail-delete":                       "trail-stopped",
	"defense-evasion.cloudtrail-event-selectors":              "trail-narrowed",
	"defense-evasion.cloudtrail-stop":                         "trail-stopped",
	"defense-evasion.dns-delete-logs":                         "logs-removed",
	"defense-evasion.organizations-leave":                     "organization-left",
	"defense-evasion.vpc-remove-flow-logs":                    "logs-removed",
	"discovery.ec2-download-user-data":                        "user-data-read",
	"execution.ec2-launch-unusual-instances":                  "machines-launched",
	"execution.ec2-user-data":                                 "start-script-run",
	"execution.ssm-send-command":                              "command-run-on-instance",
	"execution.ssm-start-session":                             "command-run-on-instance",
	"exfiltration.ec2-security-group-open-port-22-ingress":    "ingress-opened",
	"exfiltration.ec2-share-ami":                              "image-or-snapshot-shared",
	"exfiltration.ec2-share-ebs-snapshot":                     "image-or-snapshot-shared",
	"exfiltration.rds-share-snapshot":                         "image-or-snapshot-shared",
	"impact.bedrock-invoke-model":                             "model-probed-then-run",
	"initial-access.console-login-without-mfa":                "console-entered-without-mfa",
	"lateral-movement.ec2-instance-connect":                   "ssh-key-pushed",
	"lateral-movement.ec2-serial-console-send-ssh-public-key": "ssh-key-pushed",
	"persistence.iam-backdoor-role":                           "role-opened-to-outsiders",
	"persistence.iam-backdoor-user":                           "access-key-created",
	"persistence.iam-create-admin-user":                       "admin-user-made",
	"persistence.iam-create-backdoor-role":                    "role-opened-to-outsiders",
	"persistence.iam-create-user-login-profile":               "console-password-set",
	"persistence.lambda-backdoor-function":                    "function-backdoored",
	"persistence.lambda-layer-extension":                      "function-backdoored",
	"persistence.lambda-overwrite-code":                       "function-backdoored",
	"persistence.rolesanywhere-create-trust-anchor":           "roles-anywhere-anchored",
	"persistence.sts-federation-token":                        "federation-token-minted",
	"privilege-escalation.iam-update-user-login-profile":      "console-password-set",
}

func TestRecallStratus(t *testing.T) {
	t.Parallel()
	r := newRecall()
	for name, records := range recordsIn(t, "stratus-red-team", "docs", "detonation-logs") {
		technique := strings.TrimSuffix(strings.TrimPrefix(name, "aws."), ".json")
		if _, ok := stratusFinds[technique]; !ok {
			t.Errorf("%s: no detection is named for it", technique)
		}
		for _, record := range records {
			r.add(technique, record, false)
		}
	}
	found := r.findings(t)
	for technique, query := range stratusFinds {
		if !slices.Contains(found[technique], "cloudtrail/"+query) {
			t.Errorf("%s: not found by %s, only by %v", technique, query, found[technique])
		}
	}
	r.log(t, "Stratus Red Team, techniques", found)
}

// TestRecallTrailDiscover: single calls, most of them denied, so only what a call alone tells.
func TestRecallTrailDiscover(t *testing.T) {
	t.Parallel()
	r := newRecall()
	for name, records := range recordsIn(t, "traildiscover", "docs", "logExamples") {
		for i, record := range records {
			r.add(fmt.Sprintf("%s %d %s", strings.TrimSuffix(name, ".json.cloudtrail"), i,
				record["eventName"]), record, true)
		}
	}
	if got := r.log(t, "TrailDiscover, calls", r.findings(t)); got < 0.24 {
		t.Errorf("recall %.2f, was 0.25: most calls there are daily business or look around", got)
	}
}

// TestRecallPanther: the cases of Panther's rules that must fire, and those that must not.
func TestRecallPanther(t *testing.T) {
	t.Parallel()
	hits, misses := newRecall(), newRecall()
	for _, lines := range recordsIn(t, "panther-analysis") {
		for _, line := range lines {
			event, _ := line["event"].(map[string]any)
			name := fmt.Sprint(line["rule_id"], ": ", line["test"])
			if event["eventName"] == nil || event["eventSource"] == nil {
				continue
			}
			if line["expected"] == true {
				hits.add(name, event, true)
			} else {
				misses.add(name, event, true)
			}
		}
	}
	if got := hits.log(t, "Panther, must fire", hits.findings(t)); got < 0.44 {
		t.Errorf("recall %.2f, was 0.45: the other rules are about no stolen key", got)
	}
	misses.log(t, "Panther, must not fire", misses.findings(t))
}

// TestRecallInvictus: a run of Stratus with one key; a unit is a kind of call that changes something.
func TestRecallInvictus(t *testing.T) {
	t.Parallel()
	const seed = "AKIATFQR7NSC8Q4X20BJ"
	r := newRecall()
	for _, records := range recordsIn(t, "invictus-aws_dataset", "CloudTrail") {
		for _, record := range records {
			if record["readOnly"] == false && actingKey(record) == seed {
				r.add(fmt.Sprint(record["eventSource"], " ", record["eventName"]), record, false)
			}
		}
	}
	r.log(t, "invictus, kinds of writing calls by the seed key", r.findings(t))
}

// TestRespondersInvictus: what the seed key removes, its own traces, makes nobody a responder, though
// the keys that it removes are exposed too.
func TestRespondersInvictus(t *testing.T) {
	t.Parallel()
	r := newRecall()
	for _, records := range recordsIn(t, "invictus-aws_dataset", "CloudTrail") {
		for _, record := range records {
			r.add("all", record, false)
			if asked, ok := record["requestParameters"].(map[string]any); ok &&
				record["eventName"] == "DeleteAccessKey" {
				r.use(fmt.Sprint(asked["accessKeyId"]))
			}
		}
	}
	db := r.prepared(t)
	if n := rowsOf(t, db, `SELECT event FROM revocations WHERE how = 'deleted'`); len(n) < 2 {
		t.Fatalf("only %d keys are deleted", len(n))
	}
	if got := rowsOf(t, db, `SELECT secret || ' by ' || actor FROM rotations`); len(got) > 0 {
		t.Errorf("rotations %q", got)
	}
}

// recall gathers records by the unit that is to be found: a technique, a call, a case.
type recall struct {
	units   []string
	records []map[string]any
	keys    map[string]bool
	minted  map[string]bool
}

func newRecall() *recall {
	return &recall{keys: map[string]bool{}, minted: map[string]bool{}}
}

// add takes a record, with an invented key where the set has masked or unlike ones.
func (r *recall) add(unit string, record map[string]any, invent bool) {
	identity, _ := record["userIdentity"].(map[string]any)
	if identity == nil || identity["type"] == "AWSService" {
		return
	}
	n := slices.Index(r.units, unit)
	if n < 0 {
		r.units, n = append(r.units, unit), len(r.units)
	}
	invented := fmt.Sprintf("AKIAJJJJJJJJ%s", strings.ToUpper(fmt.Sprintf("%04x%04x", 0, n)))
	record = maps.Clone(record)
	record["eventID"] = fmt.Sprintf("%d/%d", n, len(r.records))
	if record["eventTime"] == nil {
		record["eventTime"] = "2022-12-20T10:00:00Z"
	}
	if record["eventName"] == "ConsoleLogin" { // names no key; its user has one
		r.use(invented)
		user := maps.Clone(identity)
		user["accessKeyId"] = invented
		r.records = append(r.records, record, map[string]any{
			"eventID": fmt.Sprintf("%d/key", n), "eventTime": record["eventTime"], "eventVersion": "1.08",
			"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity",
			"awsRegion": "us-east-1", "userIdentity": user, "sourceIPAddress": "192.0.2.9",
			"recipientAccountId": record["recipientAccountId"],
		})
		return
	}
	if key, _ := identity["accessKeyId"].(string); invent || key == "" {
		identity = maps.Clone(identity)
		identity["accessKeyId"] = invented
		record["userIdentity"] = identity
	}
	r.use(actingKey(record))
	if response, ok := record["responseElements"].(map[string]any); ok {
		if made, ok := response["credentials"].(map[string]any); ok {
			r.minted[fmt.Sprint(made["accessKeyId"])] = true
		}
	}
	r.records = append(r.records, record)
}

func (r *recall) use(key string) { r.keys[key] = true }

func actingKey(record map[string]any) string {
	identity, _ := record["userIdentity"].(map[string]any)
	key, _ := identity["accessKeyId"].(string)
	return key
}

// prepared makes a case of the records.
func (r *recall) prepared(t *testing.T) *caseDB {
	t.Helper()
	dir := t.TempDir()
	var log bytes.Buffer
	for _, record := range r.records {
		if err := json.NewEncoder(&log).Encode(record); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(dir, "logs", "trail.ndjson"), log.Bytes())
	inventory := "id,kind,identifier\n"
	for _, key := range slices.Sorted(maps.Keys(r.keys)) {
		if !r.minted[key] { // is found through the chain
			inventory += "key-" + key + ",aws-access-key," + key + "\n"
		}
	}
	writeFile(t, filepath.Join(dir, "secrets.csv"), []byte(inventory))
	writeFile(t, filepath.Join(dir, "incident.yaml"), []byte("id: everything\ntitle: Everything\n"+
		"starts: 2000-01-01\ncreated_before: 2100-01-01\n"))
	writeFile(t, filepath.Join(dir, "case.yaml"), []byte(
		"incident: incident.yaml\nsecrets: [secrets.csv]\nlogs: [logs]\n"))
	return preparedCase(t, &app{
		in: strings.NewReader(""), out: io.Discard, errw: testWriter{t},
		getenv: func(string) string { return "" }, now: time.Now, caseDir: dir,
	})
}

// findings says which behaviours find each unit by its key.
func (r *recall) findings(t *testing.T) map[string][]string {
	t.Helper()
	db := r.prepared(t)
	qs, err := queries.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, q := range qs {
		if !strings.HasPrefix(q.ID, "cloudtrail/") {
			continue
		}
		for _, id := range rowsOf(t, db, "SELECT DISTINCT event_id FROM ("+q.SQL+") ORDER BY 1") {
			var n int
			if _, err := fmt.Sscanf(id, "%d/", &n); err != nil || strings.HasSuffix(id, "/key") {
				continue
			}
			if unit := r.units[n]; !slices.Contains(found[unit], q.ID) {
				found[unit] = append(found[unit], q.ID)
			}
		}
	}
	return found
}

// log writes the table and returns the recall.
func (r *recall) log(t *testing.T, what string, found map[string][]string) float64 {
	t.Helper()
	var table strings.Builder
	n := 0
	for _, unit := range slices.Sorted(slices.Values(r.units)) {
		by := "-"
		if len(found[unit]) > 0 {
			by = strings.ReplaceAll(strings.Join(found[unit], ", "), "cloudtrail/", "")
			n++
		}
		fmt.Fprintf(&table, "\n%-60s %s", unit, by)
	}
	t.Logf("%s: %d of %d found, recall %.2f%s", what, n, len(r.units),
		float64(n)/float64(max(1, len(r.units))), table.String())
	return float64(n) / float64(max(1, len(r.units)))
}

// recordsIn reads a set of the development data, by file.
func recordsIn(t *testing.T, parts ...string) map[string][]map[string]any {
	t.Helper()
	dir := os.Getenv("BREACHWINDOW_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	dir = filepath.Join(append([]string{dir, "cloudtrail"}, parts...)...)
	out := map[string][]map[string]any{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(filepath.Base(path), "json") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for dec := json.NewDecoder(bytes.NewReader(b)); ; {
			var v any
			if err := dec.Decode(&v); err != nil {
				return nil //nolint:nilerr // the end, or a file that is no JSON
			}
			out[filepath.Base(path)] = append(out[filepath.Base(path)], objects(v)...)
		}
	})
	if err != nil || len(out) == 0 {
		t.Skipf("NOT CHECKED: that known attacks are found. The development data is not at %s; "+
			"name its folder in BREACHWINDOW_DATA", dir)
	}
	return out
}

func objects(v any) (out []map[string]any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, objects(e)...)
		}
	case map[string]any:
		if records, ok := v["Records"].([]any); ok {
			return objects(records)
		}
		out = append(out, v)
	}
	return out
}
