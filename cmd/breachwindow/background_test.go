package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"breachwindow/detect"
)

// The invented logs of these tests: a background of hourly events in every scope, so that the
// window is covered, and before it what a test is about.

const (
	home      = "198.51.100.7" // the runners' network
	stranger  = "203.0.113.9"
	published = "178.249.214.10" // an indicator of the incident
	account   = "111122223333"
	cli       = "aws-cli/2.9.1"
)

var (
	logsFrom  = at("2022-12-01 00:00:00")
	logsUntil = at("2023-01-20 00:00:00")
	habit     = at("2022-12-10 09:00:00") // before the window
	inside    = at("2022-12-20 09:00:00")
	rotated   = at("2023-01-05 10:00:00")
	later     = at("2023-01-10 10:00:00")
)

func at(s string) time.Time {
	t, err := time.Parse(time.DateTime, s)
	if err != nil {
		panic(err)
	}
	return t
}

type object = map[string]any

// logs collects records by the file that they go to.
type logs struct {
	files map[string][]string
	n     int // makes event ids
}

func (l *logs) add(file string, record object) {
	text, err := json.Marshal(record)
	if err != nil {
		panic(err)
	}
	if l.files == nil {
		l.files = map[string][]string{}
	}
	l.files[file] = append(l.files[file], string(text))
}

func (l *logs) id() string {
	l.n++
	return fmt.Sprintf("event-%05d", l.n)
}

// call is a CloudTrail event; what is "" has the value of a build's call.
type call struct {
	id, key, service, action, ip, agent, user, account, region, refused string

	request, response object
	session           bool
}

func (l *logs) aws(t time.Time, c call) {
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	c.account, c.user = or(c.account, account), or(c.user, "ci")
	who := object{
		"type": "IAMUser", "arn": "arn:aws:iam::" + c.account + ":user/" + c.user,
		"accountId": c.account, "accessKeyId": c.key,
	}
	if c.session {
		who["type"], who["arn"] = "AssumedRole", "arn:aws:sts::"+c.account+":assumed-role/deploy/build"
	}
	r := object{
		"eventVersion": "1.08", "eventID": or(c.id, l.id()), "eventTime": t.Format(time.RFC3339),
		"eventSource": or(c.service, "sts") + ".amazonaws.com",
		"eventName":   or(c.action, "GetCallerIdentity"), "awsRegion": or(c.region, "us-east-1"),
		"sourceIPAddress": or(c.ip, home), "userAgent": or(c.agent, cli), "userIdentity": who,
		"recipientAccountId": c.account, "requestParameters": c.request,
		"responseElements": c.response,
	}
	if c.refused != "" {
		r["errorCode"] = c.refused
	}
	l.add("trail.json", r)
}

// admin is a call of the person who rotates keys, about a key.
func (l *logs) admin(t time.Time, action, key, status string) {
	request := object{"userName": "ci", "accessKeyId": key}
	if status != "" {
		request["status"] = status
	}
	l.aws(t, call{
		key: "AKIAJJJJJJJJADMINKEY", service: "iam", action: action, user: "secadmin",
		ip: "192.0.2.1", agent: "AWS-Console", request: request,
	})
}

// assume is AssumeRole by key, which makes child.
func (l *logs) assume(t time.Time, key, child, ip string) {
	l.aws(t, call{
		key: key, action: "AssumeRole", ip: ip,
		request: object{"roleArn": "arn:aws:iam::" + account + ":role/deploy"},
		response: object{"credentials": object{
			"accessKeyId": child,
			"expiration":  t.Add(time.Hour).Format("Jan 2, 2006, 3:04:05 PM"),
		}},
	})
}

// hub is a GitHub event of the organisation acme.
func (l *logs) hub(t time.Time, action string, more object) {
	r := object{
		"_document_id": l.id(), "@timestamp": t.UnixMilli(), "action": action, "org": "acme",
		"repo": "acme/web",
	}
	maps.Copy(r, more)
	l.add("github.json", r)
}

// token is how an event names a token, from an address if that is not "".
func token(hash, ip string) object {
	f := object{
		"actor": "acme-bot", "hashed_token": hash, "user_agent": "git/2.38.1",
		"programmatic_access_type": "Personal access token (classic)",
	}
	if ip != "" {
		f["actor_ip"] = ip
	}
	return f
}

// scopes are the parts of the background: what can go missing by itself.
var scopes = []string{"us-east-1", "eu-west-1", "git", "web", "circleci"}

// background fills every scope with an event an hour, but for those that skip names.
func (l *logs) background(skip func(scope string, t time.Time) bool) {
	for t := logsFrom; t.Before(logsUntil); t = t.Add(time.Hour) {
		for _, scope := range scopes {
			if skip != nil && skip(scope, t) {
				continue
			}
			l.hourly(scope, t.Add(7*time.Minute))
		}
	}
}

func (l *logs) hourly(scope string, t time.Time) {
	switch scope {
	case "git":
		l.hub(t, "git.fetch", token(hashOf("background"), home))
	case "web":
		l.hub(t, "pull_request.create", token(hashOf("background"), home))
	case "circleci":
		l.add("circleci.json", object{
			"id": l.id(), "version": 1, "action": "workflow.job.start",
			"occurred_at":  t.Format(time.RFC3339),
			"actor":        object{"id": "u1", "type": "user", "name": "github: alice"},
			"target":       object{"id": "j1", "type": "job", "name": "build"},
			"organization": object{"id": "o1", "type": "organization", "name": "github: acme"},
			"success":      true,
		})
	default:
		l.aws(t, call{key: "AKIAJJJJJBACKGROUND1", user: "background", region: scope})
	}
}

// testCase is a case folder: the inventory's rows, lines added to case.yaml, and its logs.
type testCase struct {
	secrets []string
	yaml    string
	logs    logs
}

const inventoryHeader = "id,kind,identifier,stored_in,created_at,rotated_at,account\n"

// write makes the folder, which is called acme, and returns the application in it.
func (c *testCase) write(t *testing.T) *app {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "acme")
	writeFile(t, filepath.Join(dir, "case.yaml"), []byte(
		"incident: circleci-2023-01\nsecrets: [secrets.csv]\nlogs: [logs]\n"+c.yaml))
	writeFile(t, filepath.Join(dir, "secrets.csv"),
		[]byte(inventoryHeader+strings.Join(c.secrets, "\n")+"\n"))
	for name, records := range c.logs.files {
		writeFile(t, filepath.Join(dir, "logs", name), []byte(strings.Join(records, "\n")+"\n"))
	}
	return &app{
		in: strings.NewReader(""), out: testWriter{t}, errw: testWriter{t},
		getenv: func(string) string { return "" }, now: time.Now, caseDir: dir,
	}
}

// answer runs the whole job.
func (c *testCase) answer(t *testing.T) *detect.Result {
	t.Helper()
	r, err := c.write(t).run(t.Context(), runFlags{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func resultBytes(t *testing.T, a *app) string {
	t.Helper()
	text, err := os.ReadFile(a.path(resultName))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
