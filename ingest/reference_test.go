package ingest_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
	"breachwindow/internal/reference"
)

// checkReference reads a record that makes up a file and compares the event with the one that the
// slow way makes of it. It tells whether there was anything to compare.
func checkReference(t *testing.T, record []byte) bool {
	t.Helper()
	file, k := read(t, record, ingest.Options{})
	if len(k.events) != 1 || file.Records != 1 {
		return false
	}
	got := k.events[0]
	want, ok := reference.Event(got.Source, record)
	if !ok {
		return false
	}
	got.Pos = 0
	if got.Source == "cloudtrail" {
		got.Target = ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-encoding/json +ingest):\n%s\n%s", diff, record)
	}
	return true
}

// FuzzReference holds the fast way against encoding/json, whatever the record says.
func FuzzReference(f *testing.F) {
	for _, s := range cloudTrailSeeds {
		f.Add([]byte(s))
	}
	for _, s := range []string{
		`{"@timestamp":1671527642101,"_document_id":"d","action":"git.clone","actor":"deploy_key","org":"o",` +
			`"programmatic_access_type":"Public Key (User/Deploy)","repo":["o/r"],"hashed_token":"` + tokenHex + `"}`,
		`{"action":"org_credential_authorization.grant","created_at":"2022-12-20 09:14:02.101","user":"u",` +
			`"data":{"managed_hashed_token":"` + tokenBare + `","oauth_application_id":7,"actor":"a","password":" x "}}`,
		`{"id":"i","action":"Workflow-Job-Start","occurred_at":"2022-12-20T09:14:02.1Z","success":"false",` +
			`"actor":{"type":"user","name":"github: Alice"},"payload":{"workflow":{"id":"w"}},"request":{"ip_address":"::1"}}`,
		`{"action":"context.secrets.accessed","occurred_at":"2022-12-20","target":{"id":[]},"common_fields":{"outcome":"failure"}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if json.Valid(b) {
			checkReference(t, b)
		}
	})
}

// TestReference compares every record of the development data.
func TestReference(t *testing.T) {
	for _, tt := range []struct {
		source string
		least  int
	}{{"cloudtrail", 7000}, {"github", 150}, {"circleci", 15}} {
		n := 0
		for _, p := range dataFiles(t, tt.source) {
			for _, raw := range records(t, p) {
				var entry struct {
					CloudTrailEvent string
					Log             json.RawMessage
				}
				if json.Unmarshal(raw, &entry) == nil && entry.CloudTrailEvent != "" {
					raw = []byte(entry.CloudTrailEvent)
				} else if entry.Log != nil {
					raw = entry.Log
				}
				if checkReference(t, raw) {
					n++
				}
			}
		}
		if n < tt.least {
			t.Errorf("%s: only %d records compared", tt.source, n)
		}
	}
}
