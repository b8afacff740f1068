package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"breachwindow/detect"
)

// secretRow is a secret, what the logs show of it, and the answer that must come out. An empty
// identifier is made from the id: an access key, or the hash of a token.
type secretRow struct {
	id, kind, identifier string
	created, declared    string
	account, stored      string // stored: its context by default
	happens              story

	verdict  detect.Verdict
	rotation string
	because  string // part of a sentence behind the verdict
}

// story adds to the logs what happens with a credential.
type story func(l *logs, credential string)

func stories(all ...story) story {
	return func(l *logs, credential string) {
		for _, s := range all {
			s(l, credential)
		}
	}
}

// used is a build's call, or one from elsewhere if ip is given.
func used(t time.Time, ip ...string) story {
	return func(l *logs, key string) {
		l.aws(t, call{key: key, ip: strings.Join(ip, "")})
	}
}

func does(t time.Time, c call) story {
	return func(l *logs, key string) {
		c.key = key
		l.aws(t, c)
	}
}

func adminDoes(t time.Time, action, status string) story {
	return func(l *logs, key string) { l.admin(t, action, key, status) }
}

// pulled is a git event by a token, with more members.
func pulled(t time.Time, ip string, more ...object) story {
	return func(l *logs, hash string) {
		f := token(hash, ip)
		for _, m := range more {
			maps.Copy(f, m)
		}
		l.hub(t, "git.fetch", f)
	}
}

func deployKey(t time.Time, repo string) story {
	return func(l *logs, _ string) {
		l.hub(t, "git.fetch", object{
			"repo": repo, "actor": "deploy_key", "user_agent": "git/2.38.1",
			"programmatic_access_type": "Public Key (User/Deploy)",
		})
	}
}

// throughCircleCI is an act of CircleCI's application for alice, by a token.
func throughCircleCI(t time.Time, tokenName string) story {
	return func(l *logs, _ string) {
		f := token(hashOf(tokenName), home)
		f["actor"], f["oauth_application_name"], f["oauth_application_id"] = "alice", "CircleCI", 78542
		f["programmatic_access_type"] = "OAuth access token"
		l.hub(t, "hook.create", f)
	}
}

// authorisation is an event about a token by the organisation's owner, who works on web pages.
func authorisation(t time.Time, action string, managed object) story {
	return func(l *logs, hash string) {
		f := object{"actor": "secadmin", "user": "acme-bot", "managed_hashed_token": hash}
		maps.Copy(f, managed)
		l.hub(t, "org_credential_authorization."+action, f)
	}
}

func keyOf(id string) string {
	const filler = "XXXXXXXXXXXXXXX"
	return "AKIAJ" + (strings.ToUpper(strings.ReplaceAll(id, "-", "")) + filler)[:15]
}

func hashOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.StdEncoding.EncodeToString(sum[:])
}

const declaredDate = "2023-01-05T10:00:00Z" // rotated

// add puts the secret into the inventory and its story into the logs.
func (c *testCase) add(r secretRow) {
	identifier := r.identifier
	switch {
	case identifier != "":
	case r.kind == "aws-access-key":
		identifier = keyOf(r.id)
	case r.kind == "github-token":
		identifier = hashOf(r.id)
	}
	if r.created == "" {
		r.created = "2021-03-01"
	}
	storedIn := r.stored
	if storedIn == "" && r.kind != "ssh-key" {
		storedIn = "context:" + r.id
	}
	c.secrets = append(c.secrets, strings.Join([]string{
		r.id, r.kind, strings.TrimPrefix(identifier, "-"), storedIn, r.created, r.declared, r.account,
	}, ","))
	if r.happens != nil {
		credential := identifier
		if strings.HasPrefix(identifier, "token_id:") {
			credential = hashOf(r.id)
		}
		r.happens(&c.logs, credential)
	}
}

// check compares the answers with the rows.
func check(t *testing.T, r *detect.Result, rows []secretRow) {
	t.Helper()
	answers := map[string]detect.SecretAnswer{}
	for _, a := range r.Secrets {
		answers[a.ID] = a
	}
	for _, row := range rows {
		t.Run(row.id, func(t *testing.T) {
			a := answers[row.id]
			if a.Verdict != row.verdict || a.Rotation != row.rotation {
				t.Errorf("got %s, rotation %s; want %s, %s\nbecause %s\nrotation because %s", a.Verdict,
					a.Rotation, row.verdict, row.rotation, strings.Join(a.Because, "\n  "),
					strings.Join(a.RotationBecause, "\n  "))
			}
			if got := strings.Join(a.Because, "\n"); !strings.Contains(got, row.because) {
				t.Errorf("because %s\nwant it to say %q", got, row.because)
			}
		})
	}
}

// The logs are whole: what decides is what they show.
func TestVerdictsOnWholeLogs(t *testing.T) {
	t.Parallel()
	c := testCase{yaml: `expected:
  - ip: 178.249.214.25
    why: the exit of our own VPN
responders: ["arn:aws:iam::111122223333:user/secadmin", AKIAJRESPONDERSOWNXX]
`}
	c.logs.background(nil)
	var rows []secretRow
	for _, kind := range [][]secretRow{awsVerdicts(), rotations(), hubVerdicts(), unseenKinds()} {
		rows = append(rows, kind...)
	}
	for _, row := range rows {
		c.add(row)
	}
	check(t, c.answer(t), rows)
}

func awsVerdicts() []secretRow {
	const kind = "aws-access-key"
	creates := func(t time.Time, child string) story {
		return does(t, call{
			service: "iam", action: "CreateAccessKey", ip: stranger,
			response: object{"accessKey": object{"userName": "x", "accessKeyId": child}},
		})
	}
	session := func(t time.Time, child, ip string) story {
		return func(l *logs, key string) {
			l.assume(t, key, child, home)
			l.aws(t.Add(time.Minute), call{key: child, session: true, service: "s3", ip: ip})
		}
	}
	rows := []secretRow{
		{id: "at-cut-off", created: "2023-01-05T00:00:00Z", verdict: detect.Unexposed, rotation: "missing"},
		{
			id: "just-before-cut-off", created: "2023-01-04T23:59:59Z", account: account,
			verdict: detect.Unused, rotation: "claimed", because: "2023-01-04 23:59:59Z",
		},
		{
			id: "indicator", happens: stories(used(habit), used(inside, published)),
			verdict: detect.Compromised, rotation: "claimed", because: "any/use-from-indicator",
		},
		{
			id: "listed-indicator", happens: stories(used(habit), used(inside, "178.249.214.25")),
			verdict: detect.Used, rotation: "claimed",
		},
		{
			id:      "two-detections",
			happens: stories(used(habit), creates(inside, "AKIAJJJJJJJMADEBYTWO"), used(rotated)),
			verdict: detect.Compromised, rotation: "contradicted", because: "any/use-after-rotation",
		},
		{
			id: "one-detection-twice",
			happens: stories(used(habit), creates(inside, "AKIAJJJJJJJMADEBYONE"),
				session(inside, "ASIAJJJJJJJONESESSIO", home),
				func(l *logs, _ string) {
					creates(inside.Add(time.Hour), "AKIAJJJJJJJMADEBYSES")(l, "ASIAJJJJJJJONESESSIO")
				}),
			verdict: detect.Suspicious, rotation: "claimed", because: "high: An AWS access key",
		},
		{
			id: "one-medium", happens: stories(used(habit), used(inside, stranger)),
			verdict: detect.Suspicious, rotation: "claimed", because: "medium: ",
		},
		{
			id: "refused-stranger", happens: stories(used(habit),
				does(inside, call{ip: stranger, refused: "AccessDenied"})),
			verdict: detect.Suspicious, rotation: "claimed", because: "any/use-unexpected",
		},
		{
			id: "first-and-last-second", happens: stories(used(habit), used(at("2022-12-16 00:00:00")),
				used(rotated.Add(-time.Second))),
			verdict: detect.Used, rotation: "claimed", because: "2 uses in the window, every one expected",
		},
		{
			id: "sessions", happens: stories(session(habit, "ASIAJJJJJJJJJBEFORE1", home),
				session(inside, "ASIAJJJJJJJJJINSIDE1", home)),
			verdict: detect.Used, rotation: "claimed", because: "by credentials made with it",
		},
		{
			id: "stolen-session", happens: stories(session(habit, "ASIAJJJJJJJJJBEFORE2", home),
				session(inside, "ASIAJJJJJJJJJINSIDE2", stranger)),
			verdict: detect.Suspicious, rotation: "claimed", because: "any/use-by-derived-credential",
		},
		{
			id: "responders-own", happens: stories(used(habit),
				does(inside, call{user: "secadmin", ip: stranger, service: "iam", action: "ListUsers"})),
			verdict: detect.Used, rotation: "claimed",
		},
		{id: "idle", happens: used(habit), verdict: detect.Unused, rotation: "claimed"},
		{
			id: "double", happens: stories(used(habit), func(l *logs, key string) {
				l.aws(inside, call{key: key[:19] + "Y", ip: published})
			}),
			verdict: detect.Unused, rotation: "claimed",
		},
		{
			id: "never-rotated", happens: stories(used(habit), used(inside)),
			verdict: detect.Unknown, rotation: "missing", because: "still open",
		},
		{
			id: "tail", identifier: "xxxxTAIL", happens: func(l *logs, _ string) {
				l.aws(habit, call{key: "AKIAJJJJJJJJONETTAIL"})
				l.aws(inside, call{key: "AKIAJJJJJJJJONETTAIL", ip: stranger})
			},
			verdict: detect.Suspicious, rotation: "claimed", because: "any/use-from-new-network",
		},
		{
			id: "unseen-tail", identifier: "xxxxNONE", verdict: detect.Unknown, rotation: "claimed",
			because: "account of this key is not known",
		},
		{
			id: "tail-of-two", identifier: "****TWIN", happens: func(l *logs, _ string) {
				l.aws(habit, call{key: "AKIAJJJJJJJJONEXTWIN"})
				l.aws(habit, call{key: "AKIAJJJJJJJJTWOXTWIN"})
				l.admin(inside, "DeleteAccessKey", "AKIAJJJJJJJJONEXTWIN", "")
				l.aws(inside.Add(time.Hour), call{key: "AKIAJJJJJJJJTWOXTWIN"})
			},
			verdict: detect.Used, rotation: "claimed",
		},
		{
			id: "foreign-account", identifier: "AKIAQNZGKIQY56JQ7WML", verdict: detect.Unknown,
			rotation: "claimed", because: "no log of cloudtrail 029608264753/us-east-1",
		},
		{
			id: "nowhere", verdict: detect.Unknown, rotation: "claimed",
			because: "account of this key is not known",
		},
		{
			id: "no-identifier", identifier: "-", verdict: detect.Unknown, rotation: "claimed",
			because: "not in the inventory",
		},
	}
	for i := range rows {
		rows[i].kind = kind
		if rows[i].id != "at-cut-off" && rows[i].id != "never-rotated" {
			rows[i].declared = declaredDate
		}
	}
	return rows
}

// rotations have a habit and no use in the window, if nothing else is said.
func rotations() []secretRow {
	hour, day := time.Hour, 24*time.Hour
	rows := []secretRow{
		{id: "deleted", happens: adminDoes(rotated.Add(-hour), "DeleteAccessKey", ""), rotation: "confirmed"},
		{id: "deleted-then", happens: adminDoes(rotated, "DeleteAccessKey", ""), rotation: "confirmed"},
		{
			id: "deleted-undeclared", declared: "-", rotation: "confirmed",
			happens: adminDoes(rotated, "DeleteAccessKey", ""),
		},
		{id: "declared", rotation: "claimed"},
		{
			id: "deleted-later", rotation: "contradicted",
			happens: adminDoes(rotated.Add(time.Second), "DeleteAccessKey", ""),
		},
		{
			id: "worked-then", happens: used(rotated), rotation: "contradicted",
			verdict: detect.Suspicious, because: "any/use-after-rotation",
		},
		{
			id: "refused-then", happens: does(rotated, call{refused: "InvalidClientTokenId"}),
			rotation: "claimed",
		},
		{
			id: "enabled-again", rotation: "contradicted", happens: stories(
				adminDoes(rotated, "UpdateAccessKey", "Inactive"),
				adminDoes(rotated.Add(hour), "UpdateAccessKey", "Active")),
		},
		{
			id: "enabled-and-deleted", rotation: "confirmed", happens: stories(
				adminDoes(inside, "UpdateAccessKey", "Inactive"),
				adminDoes(inside.Add(hour), "UpdateAccessKey", "Active"),
				adminDoes(rotated, "DeleteAccessKey", "")),
		},
		{
			id: "used-when-enabled", rotation: "confirmed", verdict: detect.Suspicious, happens: stories(
				adminDoes(inside, "UpdateAccessKey", "Inactive"),
				adminDoes(inside.Add(hour), "UpdateAccessKey", "Active"),
				used(inside.Add(2*hour), stranger),
				adminDoes(rotated, "DeleteAccessKey", "")),
			because: "any/use-unexpected",
		},
		{
			id: "catching-up", rotation: "confirmed", happens: stories(
				adminDoes(rotated.Add(-hour), "DeleteAccessKey", ""),
				used(rotated.Add(time.Minute-hour))),
		},
		{
			id: "not-catching-up", rotation: "contradicted", verdict: detect.Suspicious, happens: stories(
				adminDoes(rotated.Add(-hour), "DeleteAccessKey", ""),
				used(rotated.Add(61*time.Second-hour))),
		},
		{
			id: "deletion-refused", rotation: "claimed", happens: func(l *logs, key string) {
				l.aws(rotated.Add(-hour), call{
					key: "AKIAJJJJJJJJADMINKEY", user: "secadmin", service: "iam",
					action: "DeleteAccessKey", refused: "AccessDenied",
					request: object{"accessKeyId": key},
				})
			},
		},
		{
			id: "deleted-itself", rotation: "claimed", verdict: detect.Suspicious,
			happens: func(l *logs, key string) {
				l.aws(rotated.Add(-day), call{
					key: key, service: "iam", action: "DeleteAccessKey",
					request: object{"accessKeyId": key},
				})
			},
		},
		{id: "nothing-done", declared: "-", rotation: "missing", verdict: detect.Unknown},
	}
	for i := range rows {
		r := &rows[i]
		r.kind, r.declared = "aws-access-key", strings.TrimPrefix(r.declared+declaredDate, "-"+declaredDate)
		if r.verdict == "" {
			r.verdict = detect.Unused
		}
		if r.happens == nil {
			r.happens = stories()
		}
		r.happens = stories(used(habit), r.happens)
	}
	return rows
}

func unseenKinds() []secretRow {
	const nothing = "No log that this program reads can show a use"
	return []secretRow{
		{
			id: "webhook", kind: "other", identifier: "slack", verdict: detect.Unknown,
			rotation: "missing", because: nothing,
		},
		{
			id: "runner", kind: "circleci-runner-token", identifier: "acme/linux", declared: declaredDate,
			verdict: detect.Unknown, rotation: "claimed", because: nothing,
		},
		{
			id: "project", kind: "circleci-project-token", identifier: "status",
			verdict: detect.Unknown, rotation: "vendor", because: nothing,
		},
		{
			id: "personal", kind: "circleci-personal-token", identifier: "alice",
			verdict: detect.Unknown, rotation: "vendor", because: "names who acted, not which token",
		},
		{
			id: "bitbucket", kind: "other", identifier: "bitbucket:acme", verdict: detect.Unknown,
			rotation: "vendor", because: nothing,
		},
	}
}

func fingerprint(name string) string {
	return fmt.Sprintf("SHA256:%s", strings.TrimRight(hashOf(name), "="))
}
