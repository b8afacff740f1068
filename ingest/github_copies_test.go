package ingest_test

import (
	"strings"
	"testing"

	"breachwindow/ingest"
)

// idOf reads one record and returns its id.
func idOf(t *testing.T, record string) string {
	t.Helper()
	return one(t, record).EventID
}

// TestGitHubContentID gives a record without an id the same one in every form, and another one to
// whatever says something else.
func TestGitHubContentID(t *testing.T) {
	base := func() hub {
		r := hubRecords()[3]
		delete(r, "_document_id")
		r["nothing"], r["none"] = nil, ""
		return r
	}
	want := idOf(t, lineOf(base()))
	if !strings.HasPrefix(want, "sha256:") {
		t.Fatalf("id %q", want)
	}
	timeless := base()
	delete(timeless, "created_at")
	for name, record := range map[string]string{
		"nested":            lineOf(into(base(), "action", "actor", "created_at")),
		"nested whole":      lineOf(into(base(), "action")),
		"Panther's":         lineOf(panther(base())),
		"Wazuh's":           lineOf(wazuh(base())),
		"one time only":     lineOf(timeless),
		"columns":           csvOf([]hub{base()}, func(r hub) hub { return r }),
		"columns of data":   csvOf([]hub{base()}, func(r hub) hub { return into(r, "action", "actor", "created_at") }),
		"spaced":            strings.ReplaceAll(lineOf(base()), ",", " ,\t"),
		"twice in the list": strings.Replace(lineOf(base()), `"name":`, `"name":"x","name":`, 1),
	} {
		if got := idOf(t, record); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for name, change := range map[string]func(hub){
		"another value":        func(r hub) { r["hook_id"] = 6 },
		"another member":       func(r hub) { r["x"] = 1 },
		"another millisecond":  func(r hub) { r["@timestamp"] = r["@timestamp"].(int) + 1 },
		"a list in its order":  func(r hub) { r["events"] = []string{"fork", "push"} },
		"a value in two names": func(r hub) { r["name"], r["names"] = "web", "hook" },
		"an address":           func(r hub) { r["actor_ip"] = "203.0.113.10" },
		"a token":              func(r hub) { r["x"] = "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" },
	} {
		r := base()
		change(r)
		got := idOf(t, lineOf(r))
		if got == want {
			t.Errorf("%s: the same id", name)
		}
		if _, ok := r["x"].(string); ok && got == idOf(t, strings.Replace(lineOf(r), "ToNp", "ToNq", 1)) {
			t.Error("what differs in a masked token only has the same id")
		}
	}
}

// TestTwins drops what an envelope says twice, and nothing that it says once.
func TestTwins(t *testing.T) {
	r := hubRecords()[0]
	record := lineOf(r)
	with := func(name string, v any) string {
		r := hubRecords()[0]
		r[name] = v
		return lineOf(r)
	}
	other := lineOf(hubRecords()[2])
	for _, tt := range []struct {
		name, in string
		events   int
		agent    string // of the first event
	}{
		{"twice", `{"a":` + record + `,"b":` + record + `}`, 1, "git/2.38"},
		{"the original stays", `{"a":` + with("user_agent", "x") + `,"full_log":` + text(record) + `}`, 1, "git/2.38"},
		{"the original first", `{"full_log":` + text(record) + `,"a":` + with("user_agent", "x") + `}`, 1, "git/2.38"},
		{"deeper", `{"d":{"e":{"f":` + with("user_agent", "x") + `}},"_raw":` + text(record) + `}`, 1, "git/2.38"},
		{"less", `{"a":` + with("actor_ip", "") + `,"full_log":` + text(record) + `}`, 1, "git/2.38"},
		{"more", `{"a":` + record + `,"full_log":` + text(with("actor_ip", "")) + `}`, 2, "git/2.38"},
		{"another address", `{"a":` + with("actor_ip", "203.0.113.10") + `,"full_log":` + text(record) + `}`, 2, "git/2.38"},
		{"another token", `{"a":` + with("hashed_token", strings.Replace(tokenHash, "c", "d", 1)) + `,"full_log":` + text(record) + `}`, 2, "git/2.38"},
		{"another action", `{"a":` + with("action", "git.push") + `,"full_log":` + text(record) + `}`, 2, "git/2.38"},
		{"another event", `{"a":` + other + `,"full_log":` + text(record) + `}`, 2, ""},
		{"a list", `{"a":[` + record + `,` + record + `]}`, 2, "git/2.38"},
		{"a list and one of it", `{"a":[` + record + `,` + other + `],"full_log":` + text(record) + `}`, 2, ""},
		{"Splunk's and what it took apart", `{"result":{"_raw":` + text(record) + `,` + with("user_agent", "x")[1:] + `}`, 1, "git/2.38"},
		{"_raw alone", `{"_raw":` + text(record) + `,` + with("user_agent", "x")[1:], 1, "git/2.38"},
		{"_raw without a record", `{"_raw":"shortened",` + record[1:], 1, "git/2.38"},
	} {
		f, k := read(t, []byte(tt.in), ingest.Options{})
		if f.Events != int64(tt.events) || f.Rejects > 0 || tt.agent != "" && k.events[0].Agent != tt.agent {
			t.Errorf("%s: %d events, rejects %s, %+v", tt.name, f.Events, k.reasons(), k.events)
		}
	}
}

// TestGitHubTaken checks what is no copy of GitHub's, or not whole.
func TestGitHubTaken(t *testing.T) {
	lake := lineOf(openAudit(hubRecords()[0]))
	elastic := lineOf(ecs(hubRecords()[0])["_source"])
	for _, tt := range []struct{ name, in, form, reason string }{
		{"Lake without time", strings.Replace(lake, "eventTime", "when", 1), "unknown", "1: no time"},
		{"Lake without name", strings.Replace(lake, "eventName", "name", 1), "unknown", "1: not a record of a log"},
		{"Lake's of another source", strings.Replace(lake, "github.audit.streaming", "okta.audit", 1), "cloudtrail/ndjson", ""},
		{"Lake's, a bad time", strings.Replace(lake, "2022-12-20T", "2022-13-20T", 1), "unknown", "1: @timestamp is not a time"},
		{"Elastic without time", strings.Replace(elastic, "@timestamp", "when", 1), "unknown", "1: no time"},
		{"Elastic without action", strings.Replace(elastic, `"action"`, `"act"`, 1), "unknown", "1: not a record of a log"},
		{"Elastic's of another log", strings.Replace(elastic, `"github"`, `"okta"`, 1), "unknown", "1: not a record of a log"},
		{"Elastic, github no object", `{"@timestamp":"2022-12-20T09:14:02Z","event":{"action":"repo.create"},"github":7}`, "github/elastic", ""},
		{"a name beside an object", strings.Replace(lake, `"requestParameters":{`, `"requestParameters":{"a":1,"a.b":2,`, 1), "github/lake", ""},
		{"members that are objects", strings.Replace(lake, `"principalId":"alice"`, `"principalId":{"a":1}`, 1), "github/lake", ""},
		{"no members", `{"eventSource":"github.audit.streaming","eventName":"git.clone","eventTime":"2022-12-20T09:14:02Z"}`, "github/lake", ""},
	} {
		f, k := read(t, []byte(tt.in), ingest.Options{})
		if f.Form != tt.form || !strings.HasPrefix(k.reasons(), tt.reason) || tt.reason == "" && f.Events != 1 {
			t.Errorf("%s: form %s, %d events, rejects %q", tt.name, f.Form, f.Events, k.reasons())
		}
	}
}

const hubHeader = "action,actor,org,repo,created_at,data.team,data.config.url,other\n"

// TestGitHubCSV pins what comes of rows, whole and broken.
func TestGitHubCSV(t *testing.T) {
	row := "hook.create,a,o,o/r,1671527642101,,https://x.example,\"[1,2]\"\n"
	next := strings.Replace(row, "hook.create", "hook.destroy", 1)
	whole := cell(`{"action":"git.clone","actor":"b","org":"o","@timestamp":1671527642101,"_document_id":"d"}`)
	for _, tt := range []struct{ name, in, actions, reasons string }{
		{"rows", hubHeader + row + next, "hook.create hook.destroy", ""},
		{"BOM and CRLF", "\xEF\xBB\xBF" + strings.ReplaceAll(hubHeader+row, "\n", "\r\n"), "hook.create", ""},
		{"upper case", strings.ToUpper(hubHeader) + row, "hook.create", ""},
		{"times in words", hubHeader + strings.Replace(row, "1671527642101", "2022-12-20 09:14:02 UTC", 1), "hook.create", ""},
		{"rounded", hubHeader + row + strings.Replace(row, "1671527642101", "1.67153E+12", 1) + next, "hook.create hook.destroy", "2: created_at was rounded"},
		{"no time", hubHeader + strings.Replace(row, "1671527642101", "", 1) + row, "hook.create", "1: no time"},
		{"no action", hubHeader + strings.Replace(row, "hook.create", "", 1) + row, "hook.create", "1: not a record of a log"},
		{"too few cells", hubHeader + "a,b\n" + row, "hook.create", "1: 2 cells, where the header has 8 (line 2)"},
		{"open quote", hubHeader + row + "hook.create,\"a\n" + next + row, "hook.create hook.destroy hook.create", "2: "},
		{"cut", hubHeader + row + "hook.create,\"a", "hook.create", "2: the file ends within a quoted cell"},
		{"a cell is the record", hubHeader + "hook.create,a,o,o/r,1671527642101,,," + whole + "\n", "git.clone", ""},
		{"another's table", "action,user,created_at\nrepo.create,x,1671527642101\n", "", "1: text that is not JSON"},
	} {
		f, k := read(t, []byte(tt.in), ingest.Options{})
		if k.actions() != tt.actions || !strings.HasPrefix(k.reasons(), tt.reasons) || (tt.reasons == "") != (len(k.rejects) == 0) {
			t.Errorf("%s: form %s, events %q, rejects %q", tt.name, f.Form, k.actions(), k.reasons())
		}
	}
	e := one(t, hubHeader+row)
	if want := `{"repo":"o/r","other":[1,2],"data":{"config":{"url":"https://x.example"}}}`; e.Details != want {
		t.Errorf("details %s, want %s", e.Details, want)
	}
}

// TestGitHubPerson reads a person's own log, which is of no organisation.
func TestGitHubPerson(t *testing.T) {
	const base = `"created_at":1671527642101,"actor":"Alice","user":"alice","actor_ip":"198.51.100.7"`
	for _, tt := range []struct{ name, members, account, region string }{
		{"login", `"action":"user.login"`, "", "person"},
		{"token", `"action":"personal_access_token.create","user_programmatic_access_name":"ci"`, "", "person"},
		{"own repository", `"action":"repo.create","repo":"alice/notes"`, "", "person"},
		{"git in the own repository", `"action":"git.push","repo":"alice/notes"`, "alice", "git"},
		{"another's repository", `"action":"repo.create","repo":"acme/api"`, "acme", "web"},
		{"organisation", `"action":"org.add_member","org":"acme"`, "acme", "web"},
		{"enterprise", `"action":"business.add_admin","business":"acme-inc"`, "acme-inc", "enterprise"},
		{"CSV", "", "", "person"},
	} {
		in := "{" + base + "," + tt.members + "}"
		if tt.members == "" {
			in = "action,actor,user,actor_ip,created_at,data.oauth_application_name\nuser.login,Alice,alice,198.51.100.7,1671527642101,ci\n"
		}
		e := one(t, in)
		if e.Account != tt.account || e.Region != tt.region || e.Actor != "Alice" || e.IP != "198.51.100.7" || e.Category != tt.region {
			t.Errorf("%s: %+v", tt.name, e)
		}
	}
}
