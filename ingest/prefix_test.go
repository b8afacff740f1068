package ingest_test

import (
	"strings"
	"testing"

	"breachwindow/ingest"
)

const audit = `{"actor_ip":"198.51.100.7","from":"oauth_tokens#create","actor":"alice","actor_id":4,"user":"alice",` +
	`"action":"oauth_access.create","created_at":1671527642101,"data":{"user_agent":"Mozilla","application_name":"ci",` +
	`"oauth_access_id":6,"token_last_eight":"5N1d1A7D","hashed_token":"` + tokenHash + `","_document_id":"d1","@timestamp":1671527642101,` +
	`"operation_type":"create","scopes":["repo"]}}`

// TestSyslog reads what GitHub Enterprise Server forwards, however its lines begin.
func TestSyslog(t *testing.T) {
	want := one(t, audit)
	if want.EventID != "d1" || want.Target != tokenHash || want.Minted != tokenHash || want.Credential != "" || want.Agent != "Mozilla" || want.IP != "198.51.100.7" {
		t.Errorf("%+v", want)
	}
	for _, prefix := range []string{
		"<190>Dec 20 09:14:02 github.example.com github_audit: ",
		"Dec 20 09:14:02 github-example-com github_audit[1234]: ",
		"Dec  2 09:14:02 host github_audit: ",
		"Dec 20 2022 09:14:02 host github_audit: ",
		"<190>1 2022-12-20T09:14:02.101Z host github_audit - - - ",
		"2022-12-20T09:14:02.101123+00:00 host github_audit: ",
		"<190>2022-12-20T09:14:02Z host github_audit: ",
	} {
		for name, in := range map[string]string{
			"lines":     prefix + audit + "\n" + prefix + audit + "\r\n",
			"one line":  prefix + audit,
			"a message": `{"@timestamp":"2022-12-20T09:14:03Z","host":"h","message":` + text(prefix+audit) + "}",
			"a cell":    "_time,_raw\n2022," + cell(prefix+audit) + "\n",
		} {
			f, k := read(t, []byte(in), ingest.Options{})
			if len(k.events) != strings.Count(in, "5N1d1A7D") || len(k.rejects) > 0 {
				t.Errorf("%s of %q: events %q, rejects %s", name, prefix, k.actions(), k.reasons())
				continue
			}
			if form := "github/syslog"; name != "a cell" && f.Form != form {
				t.Errorf("%s of %q: form %s, want %s", name, prefix, f.Form, form)
			}
			got := k.events[0]
			if got.Pos = 1; got != want {
				t.Errorf("%s of %q: %+v", name, prefix, got)
			}
		}
	}
}

// TestSyslogBroken pins what comes of lines that are cut, foreign or forged.
func TestSyslogBroken(t *testing.T) {
	const prefix = "<190>Dec 20 09:14:02 host github_audit: "
	for _, tt := range []struct{ name, line, reason string }{
		{"cut", prefix + audit[:200], "2: not JSON: a control character in a string"},
		{"cut before the record", "<190>Dec 20 09:14:02 host github_au", "2: not JSON: no JSON value"},
		{"another program", "<30>Dec 20 09:14:02 host haproxy[7]: 10.0.0.1:5 [20/Dec] https {a|b} \"GET / HTTP/1.1\"", "2: not JSON"},
		{"another program's JSON", "<30>Dec 20 09:14:02 host app: {\"level\":\"info\"}", "2: not a record of a log"},
		{"no time", prefix + `{"actor":"a","action":"repo.create","org":"o","data":{}}`, "2: no time"},
		{"Ruby's spelling", prefix + `{:created_at=>1351215728326, :action=>"repo.create"}`, "2: not JSON: a member name is missing"},
		{"two records", prefix + audit + audit[:40], "2: not JSON"},
	} {
		_, k := read(t, []byte(prefix+audit+"\n"+tt.line+"\n"+prefix+audit+"\n"), ingest.Options{})
		if len(k.events) < 2 || k.events[len(k.events)-1].Pos != 3 || !strings.HasPrefix(k.reasons(), tt.reason) || len(k.rejects) != 1 {
			t.Errorf("%s: events %q, rejects %q", tt.name, k.actions(), k.reasons())
		}
	}
	for _, line := range []string{
		"<190", "<190>", "<>{}", "<19a> {", "Dec", "Dec 20 09:14:02", "Dec 20 09:14:0x host p: {", "Foo 20 09:14:02 host p: {}",
		"Dec aaaaaaaaaaaaaaa:bbbb {", "ecJ 20 09:14:02 host p: {", "<190>" + strings.Repeat("x", 600) + " {}", "2022-12-20T09:14:02Z", "<190> {",
	} {
		f, _ := read(t, []byte(line), ingest.Options{})
		if f.Form != "unknown" {
			t.Errorf("%q: form %s", line, f.Form)
		}
	}
}
