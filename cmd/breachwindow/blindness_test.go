package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"breachwindow/detect"
	"breachwindow/store"
)

// What the logs cannot show outweighs an all-clear, never a finding. In each case a key and a
// token were used as always before the window, and one key was stolen.
func TestVerdictsOnLogsWithHoles(t *testing.T) {
	t.Parallel()
	hole := func(scope string) func(string, time.Time) bool {
		from, until := at("2022-12-24 00:00:00"), at("2022-12-26 00:00:00")
		return func(s string, t time.Time) bool {
			return s == scope && !t.Before(from) && t.Before(until)
		}
	}
	without := func(names ...string) func(string, time.Time) bool {
		return func(s string, _ time.Time) bool {
			return slices.Contains(names, s)
		}
	}
	for _, c := range []struct {
		name       string
		skip       func(scope string, t time.Time) bool
		happens    func(l *logs)
		raw        map[string]string // a line that is appended to a file as it is
		key, token string            // part of the reason of unknown; "": cleared
	}{
		{name: "whole"},
		{
			name: "a hole in one region", skip: hole("us-east-1"),
			key: "cloudtrail 111122223333/us-east-1 has a gap from 2022-12-23 23:07:00Z to " +
				"2022-12-26 00:07:00Z",
		},
		{name: "a hole in git events", skip: hole("git"), token: "github acme (git events) has a gap"},
		{name: "a hole in web events", skip: hole("web"), token: "github acme (web and API events) has a gap"},
		{name: "a hole in CircleCI's log", skip: hole("circleci")},
		{
			name: "no us-east-1", skip: without("us-east-1"),
			key: "no log of cloudtrail 111122223333/us-east-1",
		},
		{name: "no eu-west-1", skip: without("eu-west-1")},
		{name: "no git events", skip: without("git"), token: "no log of github acme (git events)"},
		{name: "no web events", skip: without("web"), token: "no log of github acme (web and API events)"},
		{name: "no GitHub", skip: without("git", "web"), token: "No GitHub log was loaded"},
		{
			name: "begins later", key: "begins only later", token: "begins only later",
			skip: func(_ string, t time.Time) bool { return t.Before(at("2022-12-17 00:00:00")) },
		},
		{
			name: "ends too early", key: "ends too early", token: "ends too early",
			skip: func(_ string, t time.Time) bool { return !t.Before(at("2023-01-04 00:00:00")) },
		},
		{
			name: "a broken record", key: "1 record in the logs that could show a use could not be read",
			raw: map[string]string{"trail.json": `{"eventVersion":"1.08","eventID":"cut`},
		},
		{
			name: "a record without time", token: "1 record in the logs that could show a use",
			raw: map[string]string{"github.json": `{"_document_id":"timeless","action":"git.clone","org":"acme"}`},
		},
		{
			name: "a broken record in a file of two sources",
			key:  "1 record in the logs that could show a use", token: "1 record in the logs that could show a use",
			raw: map[string]string{"trail.json": `{"_document_id":"other","action":"user.login","actor":"alice",` +
				`"created_at":1671840000000}` + "\n" + `{"eventVersion":"1.08","eventID":"cut`},
		},
		{
			name: "a git event of nobody", token: "1 event in the log of github acme (git events) may be its use",
			happens: func(l *logs) {
				l.hub(inside, "git.clone", object{"repository_public": false, "actor": ""})
				l.hub(inside, "git.clone", object{"repository_public": true, "actor": ""})
				l.hub(inside, "git.fetch", object{"transport_protocol_name": "ssh"})
				l.hub(habit, "git.fetch", object{"actor": ""})
			},
		},
		{
			name: "web events without tokens", skip: without("web"),
			token: "github acme (web and API events) names no credential",
			happens: func(l *logs) {
				for t := logsFrom; t.Before(logsUntil); t = t.Add(time.Hour) {
					l.hub(t, "pull_request.create", object{"actor": "alice"})
				}
			},
		},
		{
			name: "calls without keys", skip: without("us-east-1", "eu-west-1"),
			key: "cloudtrail 111122223333 names no credential",
			happens: func(l *logs) {
				for t := logsFrom; t.Before(logsUntil); t = t.Add(time.Hour) {
					l.aws(t, call{user: "background"})
				}
			},
		},
		{
			name: "a personal log", happens: func(l *logs) {
				l.hub(inside, "user.login", object{"org": nil, "repo": nil, "actor": "alice"})
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var tc testCase
			tc.logs.background(c.skip)
			if c.happens != nil {
				c.happens(&tc.logs)
			}
			rows := []secretRow{
				{
					id: "key", kind: "aws-access-key", declared: declaredDate, account: account,
					verdict: detect.Unused, rotation: "claimed", because: c.key,
				},
				{
					id: "token", kind: "github-token", declared: declaredDate,
					verdict: detect.Unused, rotation: "claimed", because: c.token,
				},
				{
					id: "stolen", kind: "aws-access-key", declared: declaredDate,
					// In another account, so that it lends nothing to the log of this one.
					happens: does(inside, call{ip: published, account: "999988887777"}),
					verdict: detect.Compromised, rotation: "claimed",
				},
			}
			for i, why := range []string{c.key, c.token} {
				if why != "" {
					rows[i].verdict = detect.Unknown
				}
			}
			for _, row := range rows {
				tc.add(row)
			}
			for file, line := range c.raw {
				records := tc.logs.files[file]
				tc.logs.files[file] = append(records[:len(records)/2:len(records)/2],
					append([]string{line}, records[len(records)/2:]...)...)
			}
			check(t, tc.answer(t), rows)
		})
	}
}

// A call that makes a credential which the log leaves out breaks the chain.
func TestVerdictOnBrokenChain(t *testing.T) {
	t.Parallel()
	assume := call{action: "AssumeRole", request: object{"roleArn": "arn:aws:iam::111122223333:role/d"}}
	refused := assume
	refused.refused = "AccessDenied"
	rows := []secretRow{
		{
			id: "unnamed-session", happens: stories(does(habit, assume), does(inside, assume)),
			verdict: detect.Unknown, because: "1 use in cloudtrail 111122223333/us-east-1 made a credential",
		},
		{
			id: "refused-session", happens: stories(does(habit, refused), does(inside, refused)),
			verdict: detect.Used,
		},
	}
	var c testCase
	c.logs.background(nil)
	for i := range rows {
		rows[i].kind, rows[i].declared, rows[i].rotation = "aws-access-key", declaredDate, "claimed"
		c.add(rows[i])
	}
	check(t, c.answer(t), rows)
}

// What the logs can never show is said beside an all-clear, and only where it is so.
func TestCaveats(t *testing.T) {
	t.Parallel()
	const noData, noAPI = "reads and writes of S3 objects", "only read through the API"
	var c testCase
	c.logs.background(nil)
	c.logs.aws(habit, call{key: "AKIAJJJJJBACKGROUND1", user: "background", region: "ap-south-1"})
	c.logs.aws(inside, call{
		key: "AKIAJJJJJBACKGROUND1", user: "background", action: "AssumeRole",
		request: object{"roleArn": "arn:aws:iam::444455556666:role/deploy"},
	})
	rows := []secretRow{
		{
			id: "key", kind: "aws-access-key", declared: declaredDate, account: account,
			verdict: detect.Unused, rotation: "claimed", because: noData,
		},
		{
			id: "token", kind: "github-token", declared: declaredDate,
			verdict: detect.Unused, rotation: "claimed", because: noAPI,
		},
	}
	for _, row := range rows {
		c.add(row)
	}
	r := c.answer(t)
	check(t, r, rows)
	var got []string
	for _, caveat := range r.Caveats {
		got = append(got, caveat.Text)
	}
	for _, want := range []string{
		noData, noAPI, "circleci acme gives no source addresses", "ap-south-1 has events on one day only",
		"Roles of the account 444455556666",
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("no caveat says %q: %q", want, got)
		}
	}

	c.logs.add("trail.json", object{
		"eventVersion": "1.08", "eventID": "data", "eventTime": inside.Format(time.RFC3339),
		"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "awsRegion": "us-east-1",
		"recipientAccountId": account, "managementEvent": false, "eventCategory": "Data",
	})
	c.logs.hub(inside, "api.request", token(hashOf("background"), home))
	for _, a := range c.answer(t).Secrets {
		if text := strings.Join(a.Because, "\n"); strings.Contains(text, noData) ||
			strings.Contains(text, noAPI) || a.Verdict != detect.Unused {
			t.Errorf("%s: %s because %s", a.ID, a.Verdict, text)
		}
	}
}

// Hours that CloudTrail's digests prove to be silent are no hole, in the region that they speak of.
func TestProvenSilence(t *testing.T) {
	t.Parallel()
	from, until := at("2022-12-24 00:00:00"), at("2022-12-26 00:00:00")
	span := func(region string) store.Silent {
		return store.Silent{
			Account: account, Region: region, From: from.Add(-time.Hour), To: until.Add(time.Hour),
		}
	}
	for _, c := range []struct {
		name    string
		silent  []store.Silent
		verdict detect.Verdict
	}{
		{name: "nothing is proven", verdict: detect.Unknown},
		{name: "another region", silent: []store.Silent{span("eu-west-1")}, verdict: detect.Unknown},
		{name: "a part", silent: []store.Silent{{
			Account: account, Region: "us-east-1", From: from, To: from.Add(24 * time.Hour),
		}}, verdict: detect.Unknown},
		{name: "the whole", silent: []store.Silent{span("us-east-1")}, verdict: detect.Unused},
		{
			name:    "a region without an event, proven too short",
			silent:  []store.Silent{span("us-east-1"), span("ap-south-1")},
			verdict: detect.Unused,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var tc testCase
			tc.logs.background(func(scope string, t time.Time) bool {
				return scope == "us-east-1" && !t.Before(from) && t.Before(until)
			})
			row := secretRow{
				id: "key", kind: "aws-access-key", declared: declaredDate, account: account,
				verdict: detect.Unknown, rotation: "claimed", because: "us-east-1 has a gap",
			}
			tc.add(row)
			a := tc.write(t)
			r, err := a.run(t.Context(), runFlags{})
			if err != nil {
				t.Fatal(err)
			}
			check(t, r, []secretRow{row})
			db, err := store.Open(t.Context(), a.path(databaseName))
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.SetSilent(t.Context(), c.silent), db.Close()); err != nil {
				t.Fatal(err)
			}
			if r, err = a.run(t.Context(), runFlags{}); err != nil {
				t.Fatal(err)
			}
			if row.verdict, row.because = c.verdict, ""; c.verdict == detect.Unused {
				row.because = "cover all of it"
			}
			check(t, r, []secretRow{row})
		})
	}
}
