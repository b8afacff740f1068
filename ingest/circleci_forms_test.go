package ingest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

// buildRecords are CircleCI records with all that is documented.
func buildRecords() []hub {
	who := func(kind, id, name string) hub { return hub{"id": id, "type": kind, "name": name} }
	record := func(id, action, at string, success bool, payload hub) hub {
		return hub{
			"id": id, "version": 1, "action": action, "occurred_at": at, "success": success, "payload": payload, "metadata": hub{},
			"actor": who("user", "u-1", "github: Alice"), "target": who("context", "c-1", "aws-prod"), "scope": who("account", "a-1", "github: acme"),
			"account": who("account", "a-1", "github: acme"), "organization": who("organization", "o-1", "github: acme"),
			"request": hub{"id": "r-" + id, "ip_address": "198.51.100.7", "client_trace_id": ""},
		}
	}
	return []hub{
		record("e-1", "context.secrets.accessed", "2022-12-20T09:14:02.101Z", true, hub{"workflow": hub{"id": "w-1"}, "environment_variable_titles": []string{"A", "B"}}),
		record("e-2", "project.env_var.create", "2022-12-20T09:14:03.123456789Z", false, hub{"via": "api"}),
		record("e-3", "user.logged_in", "2022-12-20T09:14:04Z", true, hub{}),
	}
}

// jsonCells makes a row's cells of a record: objects are JSON.
func jsonCells(r hub, names []string) string {
	var cells []string
	for _, n := range names {
		s, ok := r[n].(string)
		if !ok && r[n] != nil {
			s = lineOf(r[n])
		}
		cells = append(cells, cell(s))
	}
	return strings.Join(cells, ",") + "\n"
}

func rowsOf(names []string, change func(hub) hub) string {
	var out string
	for _, r := range buildRecords() {
		out += jsonCells(change(r), names)
	}
	return out
}

// upper is a record in the columns of a warehouse, with the record beside them if raw.
func upper(raw bool) func(hub) hub {
	return func(r hub) hub {
		out := hub{
			"ID": r["id"], "VERSION": "1", "ACTION": r["action"], "SUCCESS": strings.ToUpper(lineOf(r["success"])), "OCCURRED_DT": "2022-12-20",
			"OCCURRED_AT": strings.NewReplacer("T", " ", "Z", " Z").Replace(r["occurred_at"].(string)),
			"PAYLOAD":     lineOf(r["payload"]), "METADATA": "{}", "REQUEST_ID": r["request"].(hub)["id"], "ORGANIZATION_NAME": "github: acme",
		}
		for _, n := range []string{"actor", "target", "scope", "account", "organization"} {
			out[strings.ToUpper(n)+"_ID"] = r[n].(hub)["id"]
			if n != "organization" && n != "account" {
				out[strings.ToUpper(n)+"_TYPE"] = r[n].(hub)["type"]
			}
		}
		if raw {
			out["UNKNOWN_19"], out["RAW_JSON"] = "", strings.ReplaceAll(lineOf(r), `,"`, ",\n  \"")
		}
		return out
	}
}

// TestCircleCIForms reads the same events in every form. What a form lacks is listed: nothing else
// may differ.
func TestCircleCIForms(t *testing.T) {
	all := buildRecords()
	same := func(r hub) hub { return r }
	var lines []string
	for _, r := range all {
		lines = append(lines, lineOf(r))
	}
	enriched := func(r hub) hub {
		r["common_fields"] = hub{"outcome": map[bool]string{true: "success", false: "failure"}[r["success"].(bool)], "source_ip": "198.51.100.7", "status": "info", "timestamp": r["occurred_at"]}
		return r
	}
	logs := func(change func(hub) hub) string {
		return `{"logs":[` + each(all, ",\n", func(r hub) string { return lineOf(change(r)) }) + `]}`
	}
	documented := []string{"id", "version", "action", "occurred_at", "actor", "target", "scope", "payload", "metadata", "success", "request", "organization", "account"}
	bullets := []string{"action", "actor", "target", "payload", "occurred_at", "metadata", "id", "version", "scope", "success", "request"}
	names := func(raw bool) []string { return slices.Sorted(maps.Keys(upper(raw)(all[0]))) }
	server := func(r hub) hub { // its requests have only an id
		r["request"] = hub{"id": "r"}
		delete(r, "organization")
		delete(r, "account")
		return r
	}
	noNames := []string{"Actor", "Credential", "Target", "IP"}
	tests := []struct {
		name, in, form string
		lacks          []string
	}{
		{"stream", strings.Join(lines, "\n"), "circleci/stream", nil},
		{"stream, compressed", gz(t, strings.Join(lines, "\n")), "circleci/stream", nil},
		{"stream with common fields", each(all, "\n", func(r hub) string { return lineOf(enriched(r)) }), "circleci/stream", nil},
		{"list", "[" + strings.Join(lines, ",") + "]", "circleci/stream", nil},
		{"logs", logs(same), "circleci/logs", nil},
		{"logs behind another member", `{"next":"x","logs":[` + strings.Join(lines, ",") + `]}`, "circleci/logs", nil},
		{"logs in columns with the record", logs(upper(true)), "circleci/logs", nil},
		{"logs in columns", logs(upper(false)), "circleci/logs", noNames},
		{"lines in columns with the record", each(all, "\n", func(r hub) string { return lineOf(upper(true)(r)) }), "circleci/logs", nil},
		{"lines in columns", each(all, "\n", func(r hub) string { return lineOf(upper(false)(r)) }), "circleci/logs", noNames},
		{"CSV", strings.Join(documented, ",") + "\n" + rowsOf(documented, same), "circleci/csv", nil},
		{"CSV without header", rowsOf(documented, same), "circleci/csv", nil},
		{"CSV without header, of Server", rowsOf(bullets, server), "circleci/csv", []string{"IP"}},
		{"CSV, upper case, of the documented", strings.ToUpper(strings.Join(documented, ",")) + "\n" + rowsOf(documented, same), "circleci/csv", nil},
		{"CSV of Server", strings.Join(bullets, ",") + "\n" + rowsOf(bullets, server), "circleci/csv", []string{"IP"}},
		{"CSV in columns with the record", strings.Join(names(true), ",") + "\n" + rowsOf(names(true), upper(true)), "circleci/csv", nil},
		{"CSV in columns with the record, without header", rowsOf(names(true), upper(true)), "circleci/csv", nil},
		{"CSV in columns", strings.Join(names(false), ",") + "\n" + rowsOf(names(false), upper(false)), "circleci/csv", noNames},
		{"CSV in columns, lower case", strings.ToLower(strings.Join(names(false), ",")) + "\n" + rowsOf(names(false), upper(false)), "circleci/csv", noNames},
		{"Splunk", each(all, "\n", func(r hub) string { return lineOf(hub{"sourcetype": "circleci:audit", "event": r}) }), "circleci/splunk", nil},
		{"Filebeat", each(all, "\n", func(r hub) string { return lineOf(hub{"@timestamp": "2022", "message": lineOf(r)}) }), "circleci/wrapped", nil},
	}
	_, k := read(t, []byte(strings.Join(lines, "\n")), ingest.Options{})
	full := k.events
	if e := full[0]; e.Actor != "Alice" || e.Credential != "login:alice" || e.Account != "acme" || e.Session != "w-1" || e.IP != "198.51.100.7" || full[1].Outcome != "failure" || full[1].Via != "api" {
		t.Errorf("%+v", full)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, k := read(t, []byte(tt.in), ingest.Options{})
			if f.Form != tt.form || len(k.rejects) > 0 || len(k.events) != len(full) {
				t.Fatalf("form %s, events %q, rejects %s", f.Form, k.actions(), k.reasons())
			}
			for i, got := range k.events {
				want := full[i]
				if slices.Contains(tt.lacks, "Actor") { // the ids stand for names
					if got.Actor != "u-1" || got.Target != "c-1" {
						t.Errorf("actor %q, target %q", got.Actor, got.Target)
					}
					got.Actor, got.Credential, got.CredentialKind, got.Target = want.Actor, want.Credential, want.CredentialKind, want.Target
				}
				if slices.Contains(tt.lacks, "IP") {
					want.IP = ""
				}
				got.Pos, got.Details, want.Pos, want.Details = 0, "", 0, ""
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// TestCircleCIColumns keeps what no column is known for, and rejects what cannot be read.
func TestCircleCIColumns(t *testing.T) {
	record := func(change func(hub)) string {
		r := upper(false)(buildRecords()[0])
		change(r)
		return lineOf(r)
	}
	e := one(t, record(func(r hub) { r["Region"], r["TAGS"] = "eu", []string{"x"} }))
	for _, want := range []string{`"OCCURRED_DT":"2022-12-20"`, `"Region":"eu"`, `"TAGS":["x"]`, `"actor":{"id":"u-1","type":"user"}`, `"organization":{"id":"o-1","name":"github: acme"}`, `"environment_variable_titles":["A","B"]`} {
		if !strings.Contains(e.Details, want) {
			t.Errorf("details %s lack %s", e.Details, want)
		}
	}
	good := record(func(hub) {})
	for _, tt := range []struct{ name, bad, reason string }{
		{"no time", record(func(r hub) { r["OCCURRED_AT"] = "" }), "2: no time: occurred_at"},
		{"bad time", record(func(r hub) { r["OCCURRED_AT"] = "yesterday" }), "2: occurred_at is not a time"},
		{"no action", record(func(r hub) { r["ACTION"] = "" }), "2: not a record of a log"},
		{"bad payload", record(func(r hub) { r["PAYLOAD"] = "{cut" }), "2: cell payload is not JSON"},
		{"cut", good[:100], "2: not JSON"},
		{"cut raw JSON", record(func(r hub) { r["RAW_JSON"], r["ACTION"] = `{"id":"e-1","act`, "" }), "2: not a record of a log"},
	} {
		f, k := read(t, []byte(good+"\n"+tt.bad+"\n"+good), ingest.Options{})
		if f.Events != 2 || len(k.rejects) != 1 || !strings.HasPrefix(k.reasons(), tt.reason) {
			t.Errorf("%s: events %q, rejects %q", tt.name, k.actions(), k.reasons())
		}
	}
	whole := one(t, record(func(r hub) { r["RAW_JSON"] = `{"id":"e-1","act` }))
	if whole.EventID != "e-1" {
		t.Errorf("columns beside a cut record: %+v", whole)
	}
}
