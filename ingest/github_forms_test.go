package ingest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

// hub is a GitHub record.
type hub = map[string]any

// hubRecords are what a stream has of a few events, of which other forms have more or less.
func hubRecords() []hub {
	return []hub{
		{
			"@timestamp": 1671527642101, "_document_id": "clone==", "action": "git.clone", "actor": "alice", "actor_id": 4,
			"actor_ip": "198.51.100.7", "actor_location": hub{"country_code": "US"}, "business": "acme-inc", "business_id": 9, "org": "acme", "org_id": 7,
			"hashed_token": tokenHash, "token_id": 77, "programmatic_access_type": "Personal access token (classic)",
			"repo": "acme/api", "repository": "acme/api", "repository_public": false, "transport_protocol_name": "http",
			"user": "", "user_id": 0, "user_agent": "git/2.38",
		},
		{
			"@timestamp": 1671527652202, "_document_id": "push==", "action": "git.push", "actor": "deploy_key", "business": "acme-inc", "org": "acme",
			"programmatic_access_type": "Public Key (User/Deploy)", "repo": "acme/api", "repository_public": false, "user": "",
			"transport_protocol_name": "ssh", "user_agent": "git/2.38",
		},
		{
			"@timestamp": 1671527662303, "created_at": 1671527662303, "_document_id": "team", "action": "team.add_member", "actor": "bob",
			"actor_ip": "203.0.113.9", "business": "acme-inc", "org": "acme", "team": "acme/ops", "user": "mallory", "operation_type": "create",
			"user_agent": "Mozilla/5.0 (X11; Linux x86_64), like Gecko",
		},
		{
			"@timestamp": 1671527672404, "created_at": 1671527672404, "_document_id": "hook", "action": "hook.create", "actor": "bob",
			"actor_ip": "203.0.113.9", "business": "acme-inc", "org": "acme", "repo": "acme/api", "hook_id": 5, "events": []string{"push", "fork"},
			"active": true, "name": "webhook", "operation_type": "create",
		},
	}
}

func lineOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// each makes text of every record, put together with sep.
func each(records []hub, sep string, fn func(hub) string) string {
	var parts []string
	for _, r := range records {
		parts = append(parts, fn(maps.Clone(r)))
	}
	return strings.Join(parts, sep)
}

// pick leaves only some members.
func pick(r hub, names ...string) hub {
	out := hub{}
	for _, n := range names {
		if v, ok := r[n]; ok {
			out[n] = v
		}
	}
	return out
}

// into moves all but some members into data.
func into(r hub, stay ...string) hub {
	out, data := pick(r, stay...), hub{}
	for n, v := range r {
		if _, ok := out[n]; !ok {
			data[n] = v
		}
	}
	out["data"] = data
	return out
}

// uiExport is a record as the export of the web page has it: no address, token or agent.
func uiExport(r hub) hub {
	r["created_at"] = r["@timestamp"]
	r = pick(r, "_document_id", "action", "actor", "user", "org", "repo", "created_at", "team", "hook_id", "events")
	return into(r, "_document_id", "action", "actor", "user", "org", "repo", "created_at")
}

// flat gives an object's members names with dots, as columns have them.
func flat(out map[string]string, prefix string, v any) {
	switch v := v.(type) {
	case hub:
		for n, m := range v {
			flat(out, strings.TrimPrefix(prefix+"."+n, "."), m)
		}
	case nil:
	case string:
		out[prefix] = v
	default:
		out[prefix] = lineOf(v)
	}
}

// csvOf is records as a table.
func csvOf(records []hub, change func(hub) hub) string {
	var rows []map[string]string
	names := map[string]bool{}
	for _, r := range records {
		row := map[string]string{}
		flat(row, "", change(maps.Clone(r)))
		for n := range row {
			names[n] = true
		}
		rows = append(rows, row)
	}
	columns := slices.Sorted(maps.Keys(names))
	out := strings.Join(columns, ",") + "\n"
	for _, row := range rows {
		for i, n := range columns {
			if i > 0 {
				out += ","
			}
			out += cell(row[n])
		}
		out += "\n"
	}
	return out
}

func millis(r hub) time.Time { return time.UnixMilli(int64(r["@timestamp"].(int))).UTC() }

// panther is a record in Panther's data lake.
func panther(r hub) hub {
	stamp := millis(r).Format("2006-01-02 15:04:05.000000000")
	r["at_sign_timestamp"], r["p_event_time"], r["p_log_type"], r["p_any_usernames"] = stamp, stamp, "GitHub.Audit", []any{r["actor"]}
	if r["created_at"] != nil {
		r["created_at"] = stamp
	}
	delete(r, "@timestamp")
	for n, v := range r {
		if id, ok := v.(int); ok {
			r[n] = fmt.Sprint(id)
		}
	}
	return r
}

// wazuh is a record in Wazuh's fields, where numbers are text with six zeros.
func wazuh(r hub) hub {
	for n, v := range r {
		switch v := v.(type) {
		case int:
			r[n] = fmt.Sprintf("%d.000000", v)
		case bool:
			r[n] = fmt.Sprint(v)
		}
	}
	return r
}

// ecs is a record in Elastic's common schema.
func ecs(r hub) hub {
	github := hub{"category": strings.Split(r["action"].(string), ".")[0], "org": r["org"]}
	for _, n := range []string{"repo", "team", "hashed_token", "programmatic_access_type", "user_agent", "actor_ip", "repository_public"} {
		if r[n] != nil {
			github[n] = r[n]
		}
	}
	doc := hub{
		"@timestamp": millis(r).Format("2006-01-02T15:04:05.000Z"), "github": github, "user": hub{"name": r["actor"]},
		"event": hub{"action": r["action"], "id": r["_document_id"], "dataset": "github.audit", "kind": "event"},
	}
	if r["user"] != nil && r["user"] != "" {
		doc["user"] = hub{"name": r["actor"], "target": hub{"name": r["user"]}}
	}
	return hub{"_index": "logs-github.audit-default", "_id": "x", "_source": doc}
}

// openAudit is a record as AWS's sample brings it into CloudTrail Lake.
func openAudit(r hub) hub {
	details := hub{"GitHubOrganization": r["org"], "Repository": "none", "Location": "none"}
	if r["repo"] != nil {
		details["Repository"] = r["repo"]
	}
	if r["actor_location"] != nil {
		details["Location"] = r["actor_location"]
	}
	out := hub{
		"version": "0", "userIdentity": hub{"type": "user", "principalId": r["actor"], "details": details},
		"eventSource": "github.audit.streaming", "eventName": r["action"], "eventTime": millis(r).Format("2006-01-02T15:04:05Z"),
		"UID": r["_document_id"], "recipientAccountId": "111122223333",
	}
	for _, n := range []string{"actor", "org", "repo", "actor_location", "action", "_document_id", "@timestamp", "created_at"} {
		delete(r, n)
	}
	out["requestParameters"] = r
	return out
}

// structOf is a value in Presto's spelling of structs and maps.
func structOf(v any, lower bool) string {
	m, ok := v.(hub)
	if !ok {
		if s, ok := v.(string); ok {
			return s
		}
		return lineOf(v)
	}
	var parts []string
	for _, n := range slices.Sorted(maps.Keys(m)) {
		inner := lower && n != "details" && n != "requestParameters"
		name := n
		if lower {
			name = strings.ToLower(n)
		}
		parts = append(parts, name+"="+structOf(m[n], inner))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// TestGitHubForms reads the same events in every form that they may be handed over in. What a form
// lacks is listed: nothing else may differ.
func TestGitHubForms(t *testing.T) {
	all := hubRecords()
	same := func(r hub) hub { return r }
	lines := func(change func(hub) hub) string {
		return each(all, "\n", func(r hub) string { return lineOf(change(r)) })
	}
	list := func(change func(hub) hub) string {
		return "[" + each(all, ",", func(r hub) string { return lineOf(change(r)) }) + "]"
	}
	page := func(records []hub) string {
		return "[" + each(records, ",", func(r hub) string { return lineOf(r) }) + "]"
	}
	syslog := func(r hub) string {
		return "<190>Dec 20 09:14:02 host github_audit: " + lineOf(into(r, "actor_ip", "actor", "actor_id", "user", "org", "org_id", "repo", "action", "created_at"))
	}
	lake := "eventVersion,eventTime,eventData\n" + each(all, "\n", func(r hub) string {
		return "1.0,2022-12-20 10:00:00.000," + cell(structOf(openAudit(r), true))
	})
	rows := `{"QueryStatus":"FINISHED","QueryResultRows":[` + each(all, ",", func(r hub) string {
		return `[{"eventID":"x"},{"eventTime":"2022-12-20 10:00:00.000"},{"eventData":` + text(structOf(openAudit(r), true)) + `}]`
	}) + `]}`
	lacksUI := []string{"Credential", "CredentialKind", "Session", "ActorKind", "IP", "Agent", "ReadOnly"}
	lacksECS := []string{"Session", "ReadOnly"} // token_id, operation_type
	tests := []struct {
		name, in, form string
		lacks          []string
		seconds        bool // its times have no milliseconds
	}{
		{"stream", lines(same), "github/stream", nil, false},
		{"compressed stream", gz(t, lines(same)), "github/stream", nil, false},
		{"REST page", list(same), "github/rest", nil, false},
		{"REST pages in a row", page(all[:2]) + "\n" + page(all[2:]), "github/rest", nil, false},
		{"REST pages in a list", "[" + page(all[:2]) + "," + page(all[2:]) + "]", "github/rest", nil, false},
		{"UI export, JSON", list(uiExport), "github/rest", lacksUI, false},
		{"UI export, JSON lines", lines(uiExport), "github/stream", lacksUI, false},
		{"UI export, CSV", csvOf(all, uiExport), "github/csv", lacksUI, false},
		{"all members as CSV", csvOf(all, same), "github/csv", nil, false},
		{"GHES", each(all, "\n", syslog) + "\n", "github/syslog", nil, false},
		{"Panther", lines(panther), "github/stream", nil, false},
		{"Panther, CSV", csvOf(all, panther), "github/csv", nil, false},
		{"Wazuh", lines(func(r hub) hub { return hub{"integration": "github", "github": wazuh(r)} }), "github/wazuh", nil, false},
		{"Wazuh's alerts", lines(func(r hub) hub {
			log := lineOf(hub{"integration": "github", "github": r})
			return hub{"timestamp": "2022-12-20T10:00:00.000+0000", "rule": hub{"id": "91101"}, "data": hub{"integration": "github", "github": wazuh(maps.Clone(r))}, "full_log": log}
		}), "github/wazuh", nil, false},
		{"Splunk HEC", lines(func(r hub) hub { return hub{"time": 1, "host": "h", "sourcetype": "github:audit", "event": r} }), "github/splunk", nil, false},
		{"Splunk results", lines(func(r hub) hub {
			return hub{"preview": false, "result": hub{"_raw": lineOf(r), "_time": "x", "action": r["action"], "actor": r["actor"], "created_at": "1", "org": r["org"]}}
		}), "github/splunk", nil, false},
		{"Splunk CSV", csvOf(all, func(r hub) hub {
			return hub{"_raw": lineOf(r), "_time": "x", "action": r["action"], "actor": r["actor"], "created_at": "1", "org": r["org"]}
		}), "github/csv", nil, false},
		{"Elastic with the original", lines(func(r hub) hub {
			log := lineOf(r)
			doc := ecs(r)
			doc["_source"].(hub)["event"].(hub)["original"] = log
			return doc
		}), "github/elastic", nil, false},
		{"Elastic", lines(ecs), "github/elastic", lacksECS, false},
		{"CloudTrail Lake", lines(openAudit), "github/lake", nil, true},
		{"CloudTrail Lake, with its members", lines(func(r hub) hub { return hub{"eventVersion": "1.0", "eventData": openAudit(r)} }), "github/lake", nil, true},
		{"CloudTrail Lake, CSV", lake, "cloudtrail/lake", nil, true},
		{"CloudTrail Lake, rows", rows, "github/lake", nil, true},
		{"Filebeat", lines(func(r hub) hub {
			return hub{"@timestamp": "2022-12-20T10:00:00Z", "agent": hub{"type": "filebeat"}, "message": lineOf(r)}
		}), "github/wrapped", nil, false},
	}
	_, k := read(t, []byte(lines(same)), ingest.Options{})
	full := k.events
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, k := read(t, []byte(tt.in), ingest.Options{})
			if f.Form != tt.form || len(k.rejects) > 0 || len(k.events) != len(full) {
				t.Fatalf("form %s, events %q, rejects %s", f.Form, k.actions(), k.reasons())
			}
			for i, got := range k.events {
				want := full[i]
				for _, e := range []*ingest.Event{&got, &want} {
					e.Pos, e.Details = 0, ""
					if tt.seconds {
						e.Time -= e.Time % 1e6
					}
					without(e, tt.lacks)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// without empties the columns that a form lacks. A credential that a record names by its session
// or its repository is none then either.
func without(e *ingest.Event, lacks []string) {
	for _, name := range lacks {
		switch name {
		case "Credential":
			e.Credential = ""
		case "CredentialKind":
			e.CredentialKind = ""
		case "Session":
			e.Session = ""
		case "ActorKind":
			e.ActorKind = ""
		case "IP":
			e.IP = ""
		case "Agent":
			e.Agent = ""
		case "ReadOnly":
			e.ReadOnly = 0
		}
	}
}
