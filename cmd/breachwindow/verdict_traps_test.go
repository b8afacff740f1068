package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"breachwindow/detect"
)

// Logs in which a careless tool finds nothing and clears the secret. Each has one secret, whose
// use is hidden, misnamed or elsewhere; because tells what must keep it from being cleared.
func TestVerdictsOnTraps(t *testing.T) {
	t.Parallel()
	hourly := func(from, until time.Time, step time.Duration, c call) story {
		return func(l *logs, _ string) {
			for t := from; t.Before(until); t = t.Add(step) {
				l.aws(t, c)
			}
		}
	}
	daily := func(c call) story {
		return func(l *logs, key string) {
			c.key = key
			for t := habit.AddDate(0, 0, -8); t.Before(inside.AddDate(0, 0, -5)); t = t.AddDate(0, 0, 1) {
				l.aws(t, c)
			}
		}
	}
	background := call{key: "AKIAJJJJJBACKGROUND1", user: "background", region: "ap-south-1"}
	clone := func(t time.Time, more object) story {
		return func(l *logs, _ string) {
			f := object{
				"repo": "acme/crown", "actor": "deploybot", "actor_ip": stranger,
				"transport_protocol_name": "http",
			}
			maps.Copy(f, more)
			l.hub(t, "git.clone", f)
		}
	}
	for _, c := range []struct {
		name string
		secretRow
		yaml string
		skip func(scope string, t time.Time) bool
	}{
		{name: "a quiet region where the key acts, whose log ends", secretRow: secretRow{
			happens: stories(hourly(logsFrom, inside.AddDate(0, 0, -5), 5*time.Hour, background),
				daily(call{region: "ap-south-1"})),
			because: "111122223333/ap-south-1 ends too early",
		}},
		{name: "a region of daily rhythm whose log ends", secretRow: secretRow{
			happens: hourly(logsFrom, inside, 24*time.Hour, background),
			because: "111122223333/ap-south-1 ends too early",
		}},
		{name: "single days are missing", secretRow: secretRow{
			because: "111122223333/us-east-1 has a gap from 2022-12-17 23:07:00Z",
		}, skip: func(scope string, t time.Time) bool {
			lost := []string{"12-18", "12-22", "12-27", "12-30"}
			return scope == "us-east-1" && slices.Contains(lost, t.Format("01-02"))
		}},
		{name: "a role in an account without a log", secretRow: secretRow{
			happens: func(l *logs, key string) {
				for _, t := range []time.Time{habit, inside} {
					l.aws(t, call{
						key: key, action: "AssumeRole",
						request: object{"roleArn": "arn:aws:iam::444455556666:role/deploy"},
						response: object{"credentials": object{
							"accessKeyId": "ASIAJJJJJJJJJACROSS" + t.Format("02")[:1],
							"expiration":  t.Add(time.Hour).Format("Jan 2, 2006, 3:04:05 PM"),
						}},
					})
				}
			},
			because: "no log of cloudtrail 444455556666/us-east-1",
		}},
		{name: "the key's account is named by its id", secretRow: secretRow{
			identifier: "AKIAVMNGYJFKQ7XK2LTP", because: "no log of cloudtrail 370253777237/us-east-1",
		}},
		{name: "a session that nothing made", secretRow: secretRow{
			happens: func(l *logs, key string) {
				l.aws(habit, call{key: key})
				l.aws(inside, call{key: "ASIAJJJJJJJJJNOTMADE", ip: stranger})
			},
			because: "1 event in the log of cloudtrail 111122223333/us-east-1 by a session of the same user",
		}},
		{
			name: "a stolen key of a responder", yaml: `responders: ["arn:aws:iam::111122223333:user/CI"]`,
			secretRow: secretRow{
				happens: stories(used(habit), used(inside, stranger)), verdict: detect.Suspicious,
				because: "any/use-unexpected",
			},
		},
		{name: "a policy that only sounds like AWS's", secretRow: secretRow{
			happens: stories(used(habit), does(inside, call{
				service: "iam", action: "PutUserPolicy", ip: "AWS Internal", agent: "AWS Internal",
				request: object{"userName": "ci", "policyName": "AWSCompromisedKeyQuarantine-admin"},
			})),
			verdict: detect.Compromised, because: "cloudtrail/inline-policy-written",
		}},
		{name: "a use before the key was made", secretRow: secretRow{
			created: "2022-12-28T00:00:00Z", verdict: detect.Suspicious, because: "created_at",
			happens: stories(used(inside, stranger), used(inside.AddDate(0, 0, 10), stranger)),
		}},
		{name: "a new token that was used before", secretRow: secretRow{
			kind: "github-token", identifier: "token_id:4242", created: "2023-01-06T00:00:00Z",
			declared: "-", rotation: "missing", because: "1 event of it before the time at which it was",
			happens: clone(inside, object{"token_id": 4242, "hashed_token": hashOf("it")}),
		}},
		{name: "a new key of which the end was seen before", secretRow: secretRow{
			identifier: "xxxxWXYZ", created: "2023-01-06T00:00:00Z", declared: "-",
			rotation: "missing", because: "1 event of it before the time at which it was",
			happens: func(l *logs, _ string) {
				l.aws(inside, call{key: "AKIAJJJJJJJJJJJJWXYZ", ip: stranger})
			},
		}},
		{name: "a new key that was made before", secretRow: secretRow{
			created: "2023-01-06T00:00:00Z", declared: "-", rotation: "missing",
			because: "1 event of it before the time at which it was",
			happens: func(l *logs, key string) {
				l.aws(habit, call{
					key: "AKIAJJJJJJJJADMINKEY", service: "iam", action: "CreateAccessKey",
					response: object{"accessKey": object{"accessKeyId": key, "userName": "ci"}},
				})
			},
		}},
		{name: "a new key, made in the second that the inventory has", secretRow: secretRow{
			created: rotated.Add(30 * time.Second).Format(time.RFC3339), declared: "-",
			verdict: detect.Unexposed, rotation: "missing", because: "after the vendor had cleaned up",
			happens: func(l *logs, key string) {
				l.aws(rotated, call{
					key: "AKIAJJJJJJJJADMINKEY", service: "iam", action: "CreateAccessKey",
					response: object{"accessKey": object{"accessKeyId": key, "userName": "ci"}},
				})
			},
		}},
		{name: "the end of a key in another account than the inventory's", secretRow: secretRow{
			kind: "aws-access-key", identifier: "xxxxWXYZ", account: "444455556666",
			because: "no log of cloudtrail 444455556666/us-east-1",
			happens: func(l *logs, _ string) {
				l.aws(habit, call{key: "AKIAJJJJJJJJJJJJWXYZ"})
				l.aws(inside, call{key: "AKIAJJJJJJJJJJJJWXYZ"})
			},
		}},
		{name: "a deploy key of an organisation without a log", secretRow: secretRow{
			kind: "ssh-key", identifier: fingerprint("some key") + " repo=beta/app",
			because: "no log of github beta (git events)",
		}},
		{name: "a token of a project of an organisation without a log", secretRow: secretRow{
			kind: "github-token", stored: "project:gh/Beta/app", because: "no log of github beta (web and API events)",
		}},
		{name: "a key of the chain that worked after its end", secretRow: secretRow{
			happens: func(l *logs, key string) {
				l.assume(habit, key, "ASIAJJJJJJJJJBEFORE1", home)
				l.assume(inside, key, "ASIAJJJJJJJJJEXPIRED", home)
				l.aws(inside.Add(2*time.Hour), call{key: "ASIAJJJJJJJJJEXPIRED", session: true, ip: stranger})
			},
			verdict: detect.Suspicious, because: "any/use-by-derived-credential",
		}},
		{name: "a token that the log names by its id", secretRow: secretRow{
			kind: "github-token", happens: clone(inside, object{"token_id": 4242}),
			because: "1 event in the log of github acme (git events) may be its use",
		}},
		{name: "a token that the inventory names by its id", secretRow: secretRow{
			kind: "github-token", identifier: "token_id:4242", because: "may be its use",
			happens: clone(inside, object{"hashed_token": hashOf("it")}),
		}},
		{name: "a hash that was cut off", secretRow: secretRow{
			kind: "github-token", because: "1 event in the log of github acme (git events) may be its use",
			happens: clone(inside, object{"hashed_token": hashOf("it")[:20]}),
		}},
		{name: "a push to a public repository", secretRow: secretRow{
			kind: "github-token", because: "1 event in the log of github acme (git events) may be its use",
			happens: func(l *logs, _ string) {
				l.hub(inside, "git.push", object{"repository_public": true, "actor": "deploybot"})
			},
		}},
		{name: "an application without its name", secretRow: secretRow{
			kind: "github-oauth-grant", identifier: "CircleCI/alice", because: "may be its use",
			happens: clone(inside, object{
				"actor": "alice", "hashed_token": hashOf("gho"),
				"programmatic_access_type": "OAuth access token",
			}),
		}},
		{name: "an app without its name", secretRow: secretRow{
			kind: "github-app-key", identifier: "acme-deployer", because: "may be its use",
			happens: clone(inside, object{
				"hashed_token": hashOf("ghs"), "programmatic_access_type": "GitHub App server-to-server token",
			}),
		}},
		{name: "a pull by nobody knows what", secretRow: secretRow{
			kind: "ssh-key", identifier: fingerprint("some key"), because: "may be its use",
			happens: clone(inside, object{"transport_protocol_name": nil}),
		}},
		{name: "a log that names only an application", secretRow: secretRow{
			kind: "github-token", because: "github acme (web and API events) names no credential",
			happens: func(l *logs, _ string) {
				for t := logsFrom; t.Before(logsUntil); t = t.Add(time.Hour) {
					l.hub(t, "pull_request.create", object{"actor": "alice"})
				}
				l.hub(inside, "pull_request.merge", object{
					"actor": "dependabot[bot]", "application_name": "dependabot",
				})
			},
		}, skip: func(scope string, _ time.Time) bool { return scope == "web" }},
		{name: "another organisation's log ends", secretRow: secretRow{
			kind: "github-token", because: "github beta (git events) ends too early",
			happens: func(l *logs, hash string) {
				l.hub(habit, "git.fetch", token(hash, home))
				for t := logsFrom; t.Before(inside); t = t.Add(time.Hour) {
					f := token(hashOf("background"), home)
					f["org"], f["repo"] = "beta", "beta/web"
					l.hub(t, "git.fetch", f)
				}
			},
		}},
		{name: "code that it never read before", secretRow: secretRow{
			kind: "github-token", verdict: detect.Suspicious, because: "any/use-unexpected",
			happens: stories(pulled(habit, home), pulled(inside, home, object{"repo": "acme/crown"})),
		}},
		{name: "a call without agent", secretRow: secretRow{
			happens: stories(used(habit), func(l *logs, key string) {
				l.aws(inside, call{key: key, agent: "-"})
				last := &l.files["trail.json"][len(l.files["trail.json"])-1]
				*last = strings.Replace(*last, `"userAgent":"-"`, `"userAgent":null`, 1)
			}),
			because: "1 use in the window cannot be told",
		}},
		{name: "a deletion that failed without a code", secretRow: secretRow{
			declared: "-", verdict: detect.Unknown, rotation: "missing", because: "still open",
			happens: func(l *logs, key string) {
				l.admin(rotated, "DeleteAccessKey", key, "")
				last := &l.files["trail.json"][len(l.files["trail.json"])-1]
				*last = strings.Replace(*last, `{`, `{"errorMessage":"not authorized",`, 1)
			},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tc := testCase{yaml: c.yaml + "\n"}
			tc.logs.background(c.skip)
			row := c.secretRow
			row.id = "it"
			if row.kind == "" {
				row.kind, row.account = "aws-access-key", account
			}
			switch row.declared {
			case "":
				row.declared, row.rotation = declaredDate, "claimed"
			case "-":
				row.declared = ""
			}
			if row.verdict == "" {
				row.verdict = detect.Unknown
			}
			tc.add(row)
			check(t, tc.answer(t), []secretRow{row})
		})
	}
}
