package ingest_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"breachwindow/ingest"
)

// hubData returns the logs of the development set.
func hubData(t *testing.T) []hub {
	t.Helper()
	var out []hub
	for line := range bytes.Lines(contents(t, filepath.Join(dataDir(t, "github"), "dev.ndjson"))) {
		var r struct{ Log hub }
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r.Log)
	}
	return out
}

// TestGitHubDataForms hands over every record of the development set in each form that keeps all of
// it: the same events come of all.
func TestGitHubDataForms(t *testing.T) {
	all := hubData(t)
	lines := func(change func(hub) any) string {
		return each(all, "\n", func(r hub) string { return lineOf(change(r)) }) + "\n"
	}
	nested := func(r hub) hub {
		if _, ok := r["data"]; ok {
			return r
		}
		return into(r, "actor_ip", "actor", "actor_id", "user", "org", "org_id", "repo", "action", "created_at")
	}
	full := lines(func(r hub) any { return r })
	_, k := read(t, []byte(full), ingest.Options{})
	want := k.events
	if len(want) != 196 || len(k.rejects) != 8 {
		t.Fatalf("%d events, rejects %s", len(want), k.reasons())
	}
	for form, in := range map[string]string{
		"github/rest":   "[" + each(all, ",", func(r hub) string { return lineOf(r) }) + "]",
		"github/syslog": each(all, "\n", func(r hub) string { return "<190>Dec 20 09:14:02 host github_audit: " + lineOf(nested(r)) }),
		"github/wazuh": lines(func(r hub) any {
			return hub{"integration": "github", "github": r, "full_log": lineOf(hub{"github": r})}
		}),
		"github/splunk":  lines(func(r hub) any { return hub{"sourcetype": "github", "event": r} }),
		"github/elastic": lines(func(r hub) any { return hub{"_source": hub{"event": hub{"original": lineOf(r)}}} }),
		"github/csv":     csvOf(all, func(r hub) hub { return r }),
		"github/wrapped": string(contents(t, filepath.Join(dataDir(t, "github"), "dev.ndjson"))),
	} {
		f, k := read(t, []byte(in), ingest.Options{})
		if f.Form != form || len(k.events) != len(want) || f.Records != 204 {
			t.Errorf("%s: form %s, %d events of %d records", form, f.Form, len(k.events), f.Records)
			continue
		}
		for i, got := range k.events {
			w := want[i]
			got.Pos, w.Pos, got.Details, w.Details = 0, 0, "", ""
			if form == "github/csv" && w.EventID != got.EventID && strings.HasPrefix(w.EventID, "sha256:") {
				got.EventID = w.EventID // what is empty or in lists differs
			}
			if got != w {
				t.Errorf("%s: record %d is\n%+v, want\n%+v", form, i, got, w)
			}
		}
	}
	taken := 0
	for _, r := range all {
		if r["@timestamp"] == nil || r["_document_id"] == nil {
			continue
		}
		ms, err := r["@timestamp"].(json.Number).Int64()
		if err != nil {
			t.Fatal(err)
		}
		w := one(t, lineOf(r))
		r := maps.Clone(r)
		r["@timestamp"] = int(ms)
		got := one(t, lineOf(openAudit(r)))
		taken++
		w.Details, w.Time, got.Details = "", w.Time-w.Time%1e6, ""
		if got != w {
			t.Errorf("Lake: %+v\nwant %+v", got, w)
		}
	}
	if taken < 20 {
		t.Errorf("only %d records in Lake's form", taken)
	}
}

// TestCircleCIData reads the samples, which have the same events in four forms.
func TestCircleCIData(t *testing.T) {
	dir := dataDir(t, "circleci", "samples")
	first := map[string]ingest.Event{}
	compared := 0
	for _, tt := range []struct {
		name, form      string
		events, rejects int64
	}{
		{"audit_D_s3_stream_enriched.jsonl", "circleci/stream", 9, 0},
		{"audit_A_documented_columns_2023.csv", "circleci/csv", 10, 0},
		{"audit_B_upper_rawjson_inferred.csv", "circleci/csv", 9, 0},
		{"audit_C_logs_wrapper_inferred.json", "circleci/logs", 9, 0},
		{"audit_E_hyphen_action_variants.jsonl", "circleci/stream", 7, 0},
	} {
		f, k := read(t, contents(t, filepath.Join(dir, tt.name)), ingest.Options{})
		if f.Form != tt.form || f.Events != tt.events || f.Rejects != tt.rejects {
			t.Errorf("%s: form %s, %d events, rejects %s", tt.name, f.Form, f.Events, k.reasons())
		}
		for _, e := range k.events {
			e.Pos, e.Details, e.IP = 0, "", "" // only some samples have addresses
			if w, ok := first[e.EventID]; ok && w != e {
				t.Errorf("%s: %+v\nwant %+v", tt.name, e, w)
			} else if ok {
				compared++
			}
			first[e.EventID] = e
		}
		checkRaw(t, filepath.Join(dir, tt.name), k.events)
	}
	if compared != 28 {
		t.Errorf("%d events compared", compared)
	}
}
