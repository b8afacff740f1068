package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
)

// jobs adds CircleCI jobs of ten minutes every n hours, each of which is given the contexts.
func (l *logs) jobs(n int, contexts ...string) {
	who := object{"id": "u1", "type": "user", "name": "github: alice"}
	org := object{"id": "o1", "type": "organization", "name": "github: acme"}
	add := func(t time.Time, action, kind, name, workflow string) {
		l.add("jobs.json", object{
			"id": l.id(), "version": 1, "action": action, "occurred_at": t.Format(time.RFC3339),
			"actor": who, "target": object{"id": kind + name, "type": kind, "name": name},
			"organization": org, "payload": object{"workflow": object{"id": workflow}}, "success": true,
		})
	}
	for t := logsFrom; t.Before(logsUntil); t = t.Add(time.Duration(n) * time.Hour) {
		workflow := fmt.Sprint("w", t.Unix())
		add(t, "workflow.job.start", "job", "build", workflow)
		for _, c := range contexts {
			add(t.Add(time.Second), "context.secrets.accessed", "context", c, workflow)
		}
		add(t.Add(10*time.Minute), "workflow.job.finish", "job", "build", workflow)
	}
}

// A secret without a baseline that CI holds: a use inside a job that had it is the build's only if
// its network is the build's too. Otherwise the log cannot tell, and outside of jobs it can.
func TestUsesInsideJobs(t *testing.T) {
	t.Parallel()
	const (
		expected = "true inside a CircleCI job inside"
		untold   = "- no baseline, inside a CircleCI job inside"
		stolen   = "false no baseline, inside a CircleCI job inside"
	)
	in := func(day, hour, minute int) time.Time {
		return time.Date(2022, 12, day, hour, minute, 0, 0, time.UTC)
	}
	for _, c := range []struct {
		name    string
		every   int // hours between jobs; 0: no log of jobs
		context string
		ip      string
		at      []time.Time
		want    string // of the first use
		verdict detect.Verdict
	}{
		{
			name: "two days, jobs are rare", every: 6, context: "prod", ip: home,
			at: []time.Time{in(20, 6, 1), in(21, 6, 1)}, want: expected, verdict: detect.Used,
		},
		{
			name: "one day", every: 6, context: "prod", ip: home,
			at: []time.Time{in(20, 6, 1), in(20, 12, 1)}, want: untold, verdict: detect.Unknown,
		},
		{
			name: "two days, but jobs are many", every: 1, context: "prod", ip: home,
			at: []time.Time{in(20, 6, 1), in(21, 6, 1)}, want: untold, verdict: detect.Unknown,
		},
		{
			name: "once outside", every: 6, context: "prod", ip: home,
			at:   []time.Time{in(20, 6, 1), in(21, 6, 1), in(22, 6, 1), in(22, 8, 0)},
			want: untold, verdict: detect.Suspicious,
		},
		{
			name: "a published address", every: 6, context: "prod", ip: published,
			at: []time.Time{in(20, 6, 1), in(21, 6, 1)}, want: stolen, verdict: detect.Compromised,
		},
		{
			name: "an address that CircleCI published, once", every: 1, context: "prod", ip: "3.210.128.175",
			at: []time.Time{in(20, 6, 1)}, want: expected, verdict: detect.Used,
		},
		{
			name: "such an address outside of jobs", every: 6, context: "prod", ip: "3.210.128.175",
			at: []time.Time{in(20, 8, 1)}, want: "false no baseline none", verdict: detect.Suspicious,
		},
		{
			name: "a VPN on two days", every: 6, context: "prod", ip: "185.65.134.66",
			at: []time.Time{in(20, 6, 1), in(21, 6, 1)}, want: stolen, verdict: detect.Suspicious,
		},
		{
			name: "no address", every: 6, context: "prod", ip: "cloudformation.amazonaws.com",
			at: []time.Time{in(20, 6, 1)}, want: untold, verdict: detect.Unknown,
		},
		{
			name: "jobs had another context", every: 6, context: "test", ip: home,
			at: []time.Time{in(20, 6, 1), in(21, 6, 1)}, want: "false no baseline none",
			verdict: detect.Suspicious,
		},
		{
			name: "no log of jobs", context: "prod", ip: home,
			at: []time.Time{in(20, 6, 1)}, want: "false no baseline -", verdict: detect.Suspicious,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var tc testCase
			tc.logs.background(func(scope string, _ time.Time) bool { return scope == "circleci" })
			if c.every > 0 {
				tc.logs.jobs(c.every, c.context)
			}
			for i, at := range c.at {
				tc.logs.aws(at, call{
					id: fmt.Sprint("use-", i), key: "AKIAJJJJJJJJJINAJOB1", user: "ci", ip: c.ip,
				})
			}
			tc.secrets = []string{"key,aws-access-key,AKIAJJJJJJJJJINAJOB1,context:prod,2021-03-01," +
				"2023-01-05T10:00:00Z," + account}
			a := tc.write(t)
			r, err := a.run(t.Context(), runFlags{})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Secrets[0]; got.Verdict != c.verdict {
				t.Errorf("verdict %s, want %s: %q", got.Verdict, c.verdict, got.Because)
			}
			db := preparedCase(t, a)
			got := rowsOf(t, db, `SELECT coalesce(CAST(expected AS VARCHAR), '-') || ' ' || why ||
				' ' || coalesce(job, '-') FROM uses ORDER BY time LIMIT 1`)
			if diff := cmp.Diff([]string{c.want}, got); diff != "" {
				t.Errorf("the first use (-want +got):\n%s", diff)
			}
		})
	}
}

// Where the log has no jobs, or no contexts, the detection says that it cannot speak.
func TestBlindWithoutJobs(t *testing.T) {
	t.Parallel()
	var c testCase
	c.logs.background(nil)
	c.add(secretRow{id: "deploy", kind: "aws-access-key"})
	var got []string
	for _, b := range c.answer(t).Blind {
		if b.Query == "any/use-outside-any-job" {
			got = append(got, b.Why)
		}
	}
	if !slices.Equal(got, []string{"no context.secrets.accessed in a log of circleci"}) {
		t.Errorf("blind: %s", strings.Join(got, "; "))
	}
}
