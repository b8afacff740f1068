package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"breachwindow/detect"
)

// Logs without a hole that are excerpts all the same: each must keep the secret it from being
// cleared, and the log beside it, which differs in one thing, must not. builds is another secret.
func TestVerdictsOnExcerpts(t *testing.T) {
	t.Parallel()
	hours := func(from, until time.Time, each func(t time.Time)) {
		for t := from; t.Before(until); t = t.Add(time.Hour) {
			each(t)
		}
	}
	builds := func(l *logs) {
		hours(logsFrom, rotated.Add(-time.Hour), func(t time.Time) { l.aws(t, call{key: keyOf("builds")}) })
	}
	assumes := func(l *logs, key string, acts bool) {
		hours(logsFrom, rotated, func(t time.Time) {
			child := "ASIAJJJJJJ" + t.Format("0102150405")
			l.assume(t, key, child, home)
			if acts {
				l.aws(t.Add(time.Minute), call{key: child, session: true})
			}
		})
	}
	kind := func(l *logs, readOnly bool, from int) {
		lines := l.files["trail.json"]
		for i := from; i < len(lines); i++ {
			value := `{"readOnly":false,`
			if readOnly {
				value = `{"readOnly":true,`
			}
			lines[i] = value + strings.TrimPrefix(lines[i], "{")
		}
	}
	browser := func(l *logs, from, until time.Time) {
		hours(from, until, func(t time.Time) { l.hub(t, "team.create", object{"actor": "alice"}) })
	}
	aws := func(scope string, _ time.Time) bool { return strings.HasSuffix(scope, "-1") }
	webIn := func(from, until string) func(string, time.Time) bool {
		return func(scope string, t time.Time) bool {
			return scope == "web" && !t.Before(at(from)) && t.Before(at(until))
		}
	}
	// A call of another account's log by which a user of this one takes a role there.
	taken := func(l *logs, child, caller string) {
		l.aws(inside, call{
			account: "444455556666", action: "AssumeRole", region: "eu-north-1",
			request: object{"roleArn": "arn:aws:iam::444455556666:role/deploy"},
			response: object{"credentials": object{
				"accessKeyId": child, "expiration": "Dec 20, 2022, 10:00:00 AM",
			}},
		})
		last := &l.files["trail.json"][len(l.files["trail.json"])-1]
		*last = strings.Replace(*last, `"type":"IAMUser"`, `"type":"AWSAccount","principalId":"`+
			caller+`"`, 1)
		*last = strings.Replace(*last, `"accessKeyId":"","accountId":"444455556666","arn":"`+
			`arn:aws:iam::444455556666:user/ci"`, `"accountId":"`+account+`"`, 1)
	}
	lookedUp := func(l *logs) {
		for i, line := range l.files["trail.json"] {
			text, err := json.Marshal(object{"EventId": "e", "CloudTrailEvent": line})
			if err != nil {
				t.Fatal(err)
			}
			l.files["trail.json"][i] = string(text)
		}
	}
	for _, c := range []struct {
		name     string
		kind     string
		skip     func(scope string, t time.Time) bool
		happens  story
		because  string // "": cleared
		verdict  detect.Verdict
		rotation string
	}{
		{
			name: "asked for by another key", skip: aws, because: "looks like an export by key",
			happens: func(l *logs, _ string) { builds(l) },
		},
		{
			name: "and by who ended them", skip: aws, because: "looks like an export by key",
			happens: func(l *logs, key string) {
				builds(l)
				l.admin(rotated.Add(-time.Minute), "DeleteAccessKey", keyOf("builds"), "")
			},
		},
		{
			name: "others act now and then", skip: aws,
			happens: func(l *logs, _ string) {
				builds(l)
				for t := logsFrom; t.Before(rotated); t = t.AddDate(0, 0, 4) {
					l.aws(t, call{key: "AKIAJJJJJBACKGROUND1", user: "background"})
				}
			},
		},
		{
			name: "asked for by its key, not by its sessions", skip: aws,
			because: "looks like an export by key",
			happens: func(l *logs, key string) { assumes(l, key, false) },
		},
		{
			name: "its sessions act", skip: aws, verdict: detect.Used,
			happens: func(l *logs, key string) { assumes(l, key, true) },
		},
		{
			name: "writes only", because: "has no reading call",
			happens: func(l *logs, _ string) { kind(l, false, 0) },
		},
		{
			name: "a read among them",
			happens: func(l *logs, _ string) {
				kind(l, false, 0)
				from := len(l.files["trail.json"])
				l.aws(inside, call{key: "AKIAJJJJJBACKGROUND1", user: "background"})
				kind(l, true, from)
			},
		},
		{
			name: "looked up for a user", because: "looks like the answer to a filter",
			happens: func(l *logs, _ string) {
				l.aws(inside, call{key: "AKIAJJJJJBACKGROUND1", user: "background", action: "AssumeRole"})
				lookedUp(l)
			},
		},
		{
			name: "looked up for a kind of event", because: "looks like the answer to a filter",
			happens: func(l *logs, _ string) {
				l.aws(inside, call{key: "AKIAJJJJJBACKGROUND2", user: "dana"})
				lookedUp(l)
			},
		},
		{
			name: "looked up whole",
			happens: func(l *logs, _ string) {
				l.aws(inside, call{
					key: "AKIAJJJJJBACKGROUND2", user: "dana", service: "iam", action: "ListUsers",
				})
				lookedUp(l)
			},
		},
		{
			name: "an export of the web without tokens", kind: "github-token",
			skip:    webIn("2022-12-25 00:00:00", "2023-01-20 00:00:00"),
			because: "acme (web and API events) names nobody's credential from 2022-12-25 00:00:00Z",
			happens: func(l *logs, _ string) { browser(l, at("2022-12-25 00:00:00"), logsUntil) },
		},
		{
			name: "people alone over the holidays", kind: "github-token",
			skip: webIn("2022-12-24 00:00:00", "2022-12-27 12:00:00"),
			happens: func(l *logs, _ string) {
				browser(l, at("2022-12-24 00:00:00"), at("2022-12-27 12:00:00"))
			},
		},
		{
			name: "a session of the user who lost the key", rotation: "confirmed",
			because: "by a session of the same user",
			happens: func(l *logs, key string) {
				l.admin(rotated, "DeleteAccessKey", key, "")
				l.aws(inside, call{key: "ASIAJJJJJJJJJNOTMADE", ip: stranger})
			},
		},
		{
			name: "a session of another user", rotation: "confirmed",
			happens: func(l *logs, key string) {
				l.admin(rotated, "DeleteAccessKey", key, "")
				l.aws(inside, call{key: "ASIAJJJJJJJJJNOTMADE", ip: stranger, user: "dana"})
			},
		},
		{
			name: "a role taken by a call that no log has", because: "by which a user of its account took",
			happens: func(l *logs, _ string) { taken(l, "ASIAJJJJJJJJJNOTMADE", "AIDAJJJJJJJJJJJJUSER1") },
		},
		{
			name: "a role taken by a call that the log has",
			happens: func(l *logs, _ string) {
				l.assume(inside, "AKIAJJJJJBACKGROUND1", "ASIAJJJJJJJJJNOTMADE", home)
				taken(l, "ASIAJJJJJJJJJNOTMADE", "AIDAJJJJJJJJJJJJUSER1")
			},
		},
		{
			name: "a role taken by a machine",
			happens: func(l *logs, _ string) {
				taken(l, "ASIAJJJJJJJJJNOTMADE", "AROAJJJJJJJJJJJJROLE1:i-0123456789abcdef0")
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var tc testCase
			tc.logs.background(c.skip)
			row := secretRow{
				id: "it", kind: c.kind, declared: declaredDate, rotation: c.rotation, because: c.because,
				verdict: c.verdict, happens: c.happens,
			}
			if row.kind == "" {
				row.kind, row.account = "aws-access-key", account
			}
			if row.rotation == "" {
				row.rotation = "claimed"
			}
			switch {
			case row.because != "":
				row.verdict = detect.Unknown
			case row.verdict == "":
				row.verdict = detect.Unused
			}
			tc.add(row)
			tc.add(secretRow{
				id: "builds", kind: "aws-access-key", declared: declaredDate, account: account,
			})
			check(t, tc.answer(t), []secretRow{row})
		})
	}
}
