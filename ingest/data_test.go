package ingest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"breachwindow/ingest"
)

// dataDir is the development data: real logs with known content, which are not part of this
// repository.
func dataDir(t *testing.T, parts ...string) string {
	t.Helper()
	dir := os.Getenv("BREACHWINDOW_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	dir = filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("NOT CHECKED: that real logs load to the last event. "+
			"The development data is not at %s; name its folder in BREACHWINDOW_DATA", dir)
	}
	return dir
}

func dataFiles(t *testing.T, parts ...string) []ingest.Path {
	t.Helper()
	files, problems := ingest.Find([]string{dataDir(t, parts...)})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return files
}

func contents(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// records returns the objects in a file of arrays, lines or {"Records":[…]}, by encoding/json.
func records(t *testing.T, p ingest.Path) []json.RawMessage {
	t.Helper()
	b := contents(t, p.Name)
	if z, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
		b, _ = io.ReadAll(z) // a truncated file is among them
	}
	b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	var out []json.RawMessage
	d := json.NewDecoder(bytes.NewReader(b))
	for {
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return out
		}
		var list []json.RawMessage
		var doc struct{ Records []json.RawMessage }
		switch {
		case json.Unmarshal(v, &list) == nil:
			out = append(out, list...)
		case json.Unmarshal(v, &doc) == nil && doc.Records != nil:
			out = append(out, doc.Records...)
		default:
			out = append(out, v)
		}
	}
}

// total reads files and sums them up per form.
func total(t *testing.T, files []ingest.Path) (map[string]ingest.File, *kept) {
	t.Helper()
	all := &kept{}
	sums := map[string]ingest.File{}
	for _, p := range files {
		f, k := read(t, contents(t, p.Name), ingest.Options{})
		if int64(len(contents(t, p.Name))) != f.Bytes || p.Size != f.Bytes || len(f.SHA256) != 64 {
			t.Errorf("%s: %d bytes, hash %q", p.Name, f.Bytes, f.SHA256)
		}
		s := sums[f.Form]
		s.Bytes++ // counts the files here
		s.Records += f.Records
		s.Events += f.Events
		s.Rejects += f.Rejects
		sums[f.Form] = s
		all.events = append(all.events, k.events...)
		all.rejects = append(all.rejects, k.rejects...)
	}
	return sums, all
}

func TestDataSets(t *testing.T) {
	tests := []struct {
		name                   string
		path                   []string
		form                   string
		files, events, rejects int64
	}{
		{"invictus", []string{"cloudtrail", "invictus-aws_dataset", "CloudTrail"}, "cloudtrail/s3", 55, 2900, 0},
		{"s3 tree, logs", []string{"cloudtrail", "derived-s3tree", "AWSLogs"}, "cloudtrail/s3", 55, 2900, 0},
		{"s3 tree, digests", []string{"cloudtrail", "derived-s3tree", "AWSLogs"}, "cloudtrail/digest", 3, 0, 0},
		{"stratus", []string{"cloudtrail", "stratus-red-team", "docs"}, "cloudtrail/array", 35, 310, 0},
		{"traildiscover", []string{"cloudtrail", "traildiscover", "docs"}, "cloudtrail/array", 543, 543, 0},
		{"traildiscover, single events", []string{"cloudtrail", "traildiscover", "docs"}, "cloudtrail/ndjson", 20, 20, 0},
		{"umccr", []string{"cloudtrail", "umccr-examples"}, "cloudtrail/s3", 16, 21, 0},
		{"trailscraper", []string{"cloudtrail", "trailscraper"}, "cloudtrail/s3", 3, 7, 0},
		{"ocsf", []string{"cloudtrail", "aws-ocsf-validation", "samples"}, "cloudtrail/ocsf", 21, 21, 0},
		{"ocsf inputs", []string{"cloudtrail", "aws-ocsf-validation"}, "cloudtrail/s3", 21, 21, 0},
		{"s3 notifications", []string{"cloudtrail", "cloudtrail-rs"}, "aws/s3-notification", 8, 0, 1},
		{"eventbridge", []string{"cloudtrail", "cloud-custodian"}, "cloudtrail/eventbridge", 10, 10, 0},
		{"details of eventbridge", []string{"cloudtrail", "cloud-custodian"}, "cloudtrail/ndjson", 14, 13, 1},
		{"other events of the bus", []string{"cloudtrail", "cloud-custodian"}, "aws/eventbridge", 11, 0, 0},
		{"lookup-events lines", []string{"cloudtrail", "plaso"}, "cloudtrail/lookup-events", 1, 6, 0},
		{"splunk", []string{"cloudtrail", "cribl"}, "cloudtrail/splunk", 1, 44, 0},
		{"circleci csv", []string{"circleci", "samples"}, "circleci/csv", 2, 19, 0},
		{"circleci streams", []string{"circleci", "samples"}, "circleci/stream", 2, 16, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sums, _ := total(t, dataFiles(t, tt.path...))
			got := sums[tt.form]
			if got.Bytes != tt.files || got.Events != tt.events || got.Rejects != tt.rejects {
				t.Errorf("%d files, %d events, %d rejects; want %d, %d, %d; all: %v", got.Bytes,
					got.Events, got.Rejects, tt.files, tt.events, tt.rejects, sums)
			}
		})
	}
}

func TestTraps(t *testing.T) {
	tests := []struct {
		name, form      string
		events, rejects int64
	}{
		{"t01_s3_event_notification.json", "aws/s3-notification", 0, 0},
		{"t02_digest.json.gz", "cloudtrail/digest", 0, 0},
		{"t03_empty_records.json", "cloudtrail/s3", 0, 0},
		{"t04_truncated.json.gz", "cloudtrail/s3", 18, 1},
		{"t05_insight.json", "cloudtrail/s3", 1, 0},
		{"t06_omitted_params.json", "cloudtrail/s3", 1, 0},
		{"t07_duplicates_a.json", "cloudtrail/s3", 30, 0},
		{"t07_duplicates_b.json", "cloudtrail/s3", 30, 0},
		{"t08_injection.json", "cloudtrail/s3", 5, 0},
		{"t09_service_ip_and_internal.json", "cloudtrail/s3", 4, 0},
		{"t10_quarantine.json", "cloudtrail/s3", 4, 0},
		{"t11_rotation.json", "cloudtrail/s3", 6, 0},
		{"t12_empty_key_and_nulls.json", "cloudtrail/s3", 8, 0},
		{"t13_lowercase_keys.ndjson", "cloudtrail/ndjson", 10, 0},
		{"t14_logstash_no_eventTime.ndjson", "cloudtrail/ndjson", 5, 0},
	}
	dir := dataDir(t, "cloudtrail", "derived-traps")
	for _, tt := range tests {
		f, k := read(t, contents(t, filepath.Join(dir, tt.name)), ingest.Options{})
		if f.Form != tt.form || f.Events != tt.events || f.Rejects != tt.rejects {
			t.Errorf("%s: form %s, %d events, rejects %q; want %s, %d, %d", tt.name, f.Form, f.Events,
				k.reasons(), tt.form, tt.events, tt.rejects)
		}
	}
}

// TestInvictus follows the seed key through the columns that lineage needs.
func TestInvictus(t *testing.T) {
	_, k := total(t, dataFiles(t, "cloudtrail", "invictus-aws_dataset", "CloudTrail"))
	const seed = "AKIATFQR7NSC8Q4X20BJ"
	uses, ids := 0, map[string]bool{}
	minted := map[string]bool{}
	for _, e := range k.events {
		ids[e.EventID+" "+e.Account] = true
		if e.Credential == seed {
			uses++
			if e.Minted != "" {
				minted[e.Minted] = true
			}
		}
	}
	if uses != 2104 || len(ids) != 2900 || len(minted) != 12 {
		t.Errorf("%d uses, %d ids, %d minted; want 2104, 2900, 12", uses, len(ids), len(minted))
	}
}

// TestSameDetails reads the same events in several forms.
func TestSameDetails(t *testing.T) {
	dir := dataDir(t, "cloudtrail", "derived-formats")
	ids := strings.Fields(string(contents(t, filepath.Join(dir, "expected_event_ids.txt"))))
	var first map[string]ingest.Event
	for _, pattern := range []string{"01_*", "02_*", "03_*", "04_*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		_, k := read(t, contents(t, names[0]), ingest.Options{})
		got := map[string]ingest.Event{}
		for _, e := range k.events {
			e.Pos = 0
			got[e.EventID] = e
		}
		if first == nil {
			first = got
		}
		for _, id := range ids {
			if got[id] != first[id] || got[id].EventID == "" {
				t.Errorf("%s: event %s differs: %v, %v", names[0], id, got[id], first[id])
			}
		}
		if len(got) != len(ids) || len(k.rejects) > 0 {
			t.Errorf("%s: %d events, want %d; %s", names[0], len(got), len(ids), k.reasons())
		}
	}
}

// TestGitHubData loads every record of the development set; eight have no time in any
// member.
func TestGitHubData(t *testing.T) {
	b := contents(t, filepath.Join(dataDir(t, "github"), "dev.ndjson"))
	var lines bytes.Buffer
	for line := range bytes.Lines(b) {
		var r struct{ Log json.RawMessage }
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if err := json.Compact(&lines, r.Log); err != nil {
			t.Fatal(err)
		}
		lines.WriteByte('\n')
	}
	f, k := read(t, lines.Bytes(), ingest.Options{})
	if f.Form != "github/stream" || f.Records != 204 || f.Events != 196 {
		t.Errorf("form %s, %d records, %d events", f.Form, f.Records, f.Events)
	}
	var pos []int64
	for _, r := range k.rejects {
		pos = append(pos, r.Pos)
		if r.Reason != "no time: neither @timestamp nor created_at" {
			t.Errorf("%d: %s", r.Pos, r.Reason)
		}
	}
	if got := len(pos); got != 8 || pos[0] != 40 || pos[7] != 61 {
		t.Errorf("rejects at %v", pos)
	}
}

// TestDerivedFormats reads the same events in every form in which a responder may hold them.
func TestDerivedFormats(t *testing.T) {
	dir := dataDir(t, "cloudtrail", "derived-formats")
	ids := strings.Fields(string(contents(t, filepath.Join(dir, "expected_event_ids.txt"))))
	slices.Sort(ids)
	full := map[string]ingest.Event{}
	_, k := read(t, contents(t, filepath.Join(dir, "02_events.ndjson")), ingest.Options{})
	for _, e := range k.events {
		full[e.EventID] = e
	}
	for form, patterns := range map[string][]string{
		"cloudtrail/s3":            {"01_*", "04_*"},
		"cloudtrail/ndjson":        {"02_*"},
		"cloudtrail/array":         {"03_*"},
		"cloudtrail/lookup-events": {"05[ab]_*", "05c_*", "05d_*"},
		"cloudtrail/cloudwatch":    {"06_*", "07_*", "08_*"},
		"cloudtrail/eventbridge":   {"09_*"},
		"cloudtrail/athena":        {"10_*"},
		"cloudtrail/event-history": {"11_*"},
		"cloudtrail/lake":          {"12_*", "13_*"},
	} {
		for _, pattern := range patterns {
			names, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil || len(names) == 0 {
				t.Fatalf("%s: %q, %v", pattern, names, err)
			}
			var got []string
			for _, name := range names {
				f, k := read(t, contents(t, name), ingest.Options{})
				if f.Form != form || f.Rejects > 0 {
					t.Errorf("%s: form %s, rejects %s; want %s", name, f.Form, k.reasons(), form)
				}
				for _, e := range k.events {
					got = append(got, e.EventID)
					checkSame(t, name, e, full[e.EventID])
				}
				checkRaw(t, name, k.events)
			}
			slices.Sort(got)
			if diff := cmp.Diff(ids, got); diff != "" {
				t.Errorf("%s: ids %s", pattern, diff)
			}
		}
	}
}

// checkSame compares an event with the same one of the full log: what the form has must be
// the same.
func checkSame(t *testing.T, name string, got, want ingest.Event) {
	t.Helper()
	same := got.Time == want.Time && got.Account == want.Account && got.Region == want.Region &&
		got.Service == want.Service && got.Action == want.Action &&
		got.IP == want.IP
	base := filepath.Base(name)
	// The event history has names only, by which no console session is known.
	same = same && (got.Credential == want.Credential ||
		base[:2] == "11" && want.CredentialKind == "console" && got.Credential == "")
	lacks := base[:2] == "11" || base[:2] == "13" // names and errors, the latter of the request too
	if !lacks {
		same = same && got.Actor == want.Actor && got.ActorKind == want.ActorKind &&
			got.Agent == want.Agent && got.Error == want.Error && got.Outcome == want.Outcome &&
			got.Minted == want.Minted && got.ReadOnly == want.ReadOnly && got.Session == want.Session
	}
	if base < "10" {
		same = same && got.Details == want.Details && got.Target == want.Target
	}
	if !same {
		t.Errorf("%s: %+v\nwant %+v", name, got, want)
	}
}

// checkRaw looks up some events in the file.
func checkRaw(t *testing.T, name string, events []ingest.Event) {
	t.Helper()
	for _, i := range []int{0, len(events) / 2, len(events) - 1} {
		raw, err := ingest.Raw(name, bytes.NewReader(contents(t, name)), events[i].Pos, ingest.Options{})
		if err != nil || !bytes.Contains(raw, []byte(events[i].EventID)) {
			t.Errorf("%s: record %d is %.300q, %v", name, events[i].Pos, raw, err)
		}
	}
}
