package detect_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
)

func day(n int) time.Time { return time.Date(2023, 1, n, 0, 0, 0, 0, time.UTC) }

// before is a result; the tests change a copy of it.
func before() *detect.Result {
	return &detect.Result{
		Schema: 1, Case: "acme",
		Secrets: []detect.SecretAnswer{
			{ID: "deploy", Verdict: detect.Used, Rotation: "claimed"},
			{ID: "bot", Verdict: detect.Suspicious, Rotation: "missing"},
		},
		Findings: []detect.Finding{
			{ID: "f1", Level: detect.Medium, Secret: "bot", Count: 2, IPs: []string{"192.0.2.1"}},
			{ID: "f2", Level: detect.Low, Secret: "deploy", Count: 40},
		},
		Lineage:     []detect.Minting{{Secret: "bot", Parent: "AKIA1", Child: "ASIA1"}},
		ExposedNext: []detect.Exposure{{Secret: "bot", What: "secret", Name: "prod/db"}},
		Coverage: []detect.CoverageSpan{{
			Source: "cloudtrail", Scope: "1/us-east-1", From: day(1), To: day(9), Events: 50,
			Gaps: []detect.Gap{{From: day(3), To: day(5)}},
		}},
		Blind:    []detect.BlindDetection{{Query: "a/b", Why: "no agents"}},
		Problems: []detect.Problem{{What: "missing", Path: "x"}},
		Totals:   detect.Totals{Events: 100, Rejects: 1},
	}
}

// What is new is found, and whether it is news; what was told is not told again.
func TestDiff(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name         string
		change       func(*detect.Result)
		found, holes bool
		want         func(*detect.Changes)
	}{
		{"nothing", func(*detect.Result) {}, false, false, func(*detect.Changes) {}},
		{
			"a verdict got worse",
			func(r *detect.Result) { r.Secrets[0].Verdict = detect.Compromised },
			true, false,
			func(c *detect.Changes) {
				c.Secrets = []detect.SecretChange{{"deploy", "used", "compromised", "claimed", "claimed"}}
			},
		},
		{
			"the logs can no longer clear it",
			func(r *detect.Result) { r.Secrets[0].Verdict = detect.Unknown },
			true, false,
			func(c *detect.Changes) {
				c.Secrets = []detect.SecretChange{{"deploy", "used", "unknown", "claimed", "claimed"}}
			},
		},
		{
			"a verdict got better",
			func(r *detect.Result) { r.Secrets[1].Verdict = detect.Unused },
			false, false,
			func(c *detect.Changes) {
				c.Secrets = []detect.SecretChange{{"bot", "suspicious", "unused", "missing", "missing"}}
			},
		},
		{
			"a rotation was none",
			func(r *detect.Result) { r.Secrets[0].Rotation = "contradicted" },
			true, false,
			func(c *detect.Changes) {
				c.Secrets = []detect.SecretChange{{"deploy", "used", "used", "claimed", "contradicted"}}
			},
		},
		{
			"a rotation is not declared any more",
			func(r *detect.Result) { r.Secrets[0].Rotation = "missing" },
			true, false,
			func(c *detect.Changes) {
				c.Secrets = []detect.SecretChange{{"deploy", "used", "used", "claimed", "missing"}}
			},
		},
		{
			"a log was cut at both ends",
			func(r *detect.Result) { r.Coverage[0].From, r.Coverage[0].To, r.Coverage[0].Events = day(2), day(7), 9 },
			false, true,
			func(c *detect.Changes) {
				c.Gaps = []detect.ScopeGap{
					{"cloudtrail", "1/us-east-1", detect.Gap{From: day(1), To: day(2)}},
					{"cloudtrail", "1/us-east-1", detect.Gap{From: day(7), To: day(9)}},
				}
				c.Stalled = []detect.ScopeEnd{}
			},
		},
		{
			"a log lost events between its ends, another one has more",
			func(r *detect.Result) {
				r.Coverage[0].Events = 40
				r.Coverage = append(r.Coverage, detect.CoverageSpan{Source: "github", Scope: "a/git", Events: 20})
				r.Totals.Events += 10
			},
			false, true,
			func(c *detect.Changes) {
				c.Fewer = []detect.ScopeLoss{{"cloudtrail", "1/us-east-1", 50, 40}}
				c.Events, c.Reached = 10, true
			},
		},
		{
			"what was perhaps the owner's reading was the intruder's",
			func(r *detect.Result) { r.ExposedNext[0].Certain = true },
			true, false,
			func(c *detect.Changes) {
				c.ExposedNext = []detect.Exposure{{Secret: "bot", What: "secret", Name: "prod/db", Certain: true}}
			},
		},
		{
			"a new secret that is clear, and one that is gone",
			func(r *detect.Result) { r.Secrets[1] = detect.SecretAnswer{ID: "new", Verdict: detect.Unused} },
			false, true,
			func(c *detect.Changes) {
				c.Secrets = []detect.SecretChange{{ID: "new", Verdict: "unused"}}
				c.GoneSecrets = []string{"bot"}
			},
		},
		{
			"a new secret that is not clear",
			func(r *detect.Result) {
				r.Secrets = append(r.Secrets, detect.SecretAnswer{ID: "new", Verdict: detect.Unknown})
			},
			true, false,
			func(c *detect.Changes) { c.Secrets = []detect.SecretChange{{ID: "new", Verdict: "unknown"}} },
		},
		{
			"a new finding and one that is gone",
			func(r *detect.Result) { r.Findings[1] = detect.Finding{ID: "f3", Level: detect.Low} },
			true, false,
			func(c *detect.Changes) {
				c.NewFindings = []detect.Finding{{ID: "f3", Level: detect.Low}}
				c.GoneFindings = before().Findings[1:]
			},
		},
		{
			"a build goes on",
			func(r *detect.Result) { r.Findings[1].Count = 50 },
			false, false,
			func(c *detect.Changes) {
				f := before().Findings[1]
				f.Count = 50
				c.WentOn = []detect.WentOn{{
					Finding: f, WasCount: 40, WasLevel: detect.Low,
					NewIPs: []string{}, NewActors: []string{}, NewActions: []string{},
				}}
			},
		},
		{
			"an intruder goes on, from elsewhere",
			func(r *detect.Result) {
				r.Findings[0].Count, r.Findings[0].IPs = 3, []string{"192.0.2.1", "192.0.2.2"}
			},
			true, false,
			func(c *detect.Changes) {
				f := before().Findings[0]
				f.Count, f.IPs = 3, []string{"192.0.2.1", "192.0.2.2"}
				c.WentOn = []detect.WentOn{{
					Finding: f, WasCount: 2, WasLevel: detect.Medium,
					NewIPs: []string{"192.0.2.2"}, NewActors: []string{}, NewActions: []string{},
				}}
			},
		},
		{
			"what was triaged benign goes on",
			func(r *detect.Result) {
				r.Findings[0].Count = 3
				r.Findings[0].Triage = &detect.Triage{Decision: detect.Benign, State: detect.Holds}
			},
			false, false,
			func(c *detect.Changes) {
				f := before().Findings[0]
				f.Count, f.Triage = 3, &detect.Triage{Decision: detect.Benign, State: detect.Holds}
				c.WentOn = []detect.WentOn{{
					Finding: f, WasCount: 2, WasLevel: detect.Medium,
					NewIPs: []string{}, NewActors: []string{}, NewActions: []string{},
				}}
			},
		},
		{
			"more was made and read",
			func(r *detect.Result) {
				r.Lineage = append(r.Lineage, detect.Minting{Secret: "bot", Parent: "AKIA1", Child: "ASIA2"})
				r.ExposedNext = append(r.ExposedNext, detect.Exposure{Secret: "bot", What: "secret", Name: "x"})
			},
			true, false,
			func(c *detect.Changes) {
				c.Minted = []detect.Minting{{Secret: "bot", Parent: "AKIA1", Child: "ASIA2"}}
				c.ExposedNext = []detect.Exposure{{Secret: "bot", What: "secret", Name: "x"}}
			},
		},
		{
			"a hole is filled in part",
			func(r *detect.Result) {
				r.Coverage[0].To, r.Coverage[0].Gaps = day(12), []detect.Gap{{From: day(3), To: day(4)}}
			},
			false, false,
			func(c *detect.Changes) { c.Stalled, c.Reached = []detect.ScopeEnd{}, true },
		},
		{
			"a hole grows",
			func(r *detect.Result) { r.Coverage[0].Gaps[0].To = day(6) },
			false, true,
			func(c *detect.Changes) {
				c.Gaps = []detect.ScopeGap{{"cloudtrail", "1/us-east-1", detect.Gap{From: day(3), To: day(6)}}}
			},
		},
		{
			"a scope is gone",
			func(r *detect.Result) { r.Coverage = nil },
			false, true,
			func(c *detect.Changes) {
				c.Gaps = []detect.ScopeGap{{"cloudtrail", "1/us-east-1", detect.Gap{From: day(1), To: day(9)}}}
				c.Stalled = []detect.ScopeEnd{}
			},
		},
		{
			"blind, a problem, a reject",
			func(r *detect.Result) {
				r.Blind = append(r.Blind, detect.BlindDetection{Query: "a/b", Why: "no addresses"})
				r.Problems[0].Path = "y"
				r.Totals.Rejects++
			},
			false, true,
			func(c *detect.Changes) {
				c.Blind = []detect.BlindDetection{{Query: "a/b", Why: "no addresses"}}
				c.Problems = []detect.Problem{{What: "missing", Path: "y"}}
				c.Rejects = 1
			},
		},
	} {
		now := before()
		tc.change(now)
		want := &detect.Changes{
			Case: "acme", Secrets: []detect.SecretChange{}, GoneSecrets: []string{},
			GoneFindings: []detect.Finding{}, NewFindings: []detect.Finding{}, WentOn: []detect.WentOn{},
			Minted: []detect.Minting{}, ExposedNext: []detect.Exposure{}, Gaps: []detect.ScopeGap{},
			Fewer: []detect.ScopeLoss{}, Stalled: []detect.ScopeEnd{{"cloudtrail", "1/us-east-1", day(9)}},
			Blind: []detect.BlindDetection{}, Problems: []detect.Problem{},
		}
		tc.want(want)
		got := detect.Diff(before(), now)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
		if got.Found() != tc.found || got.Holes() != tc.holes || got.News() != (tc.found || tc.holes) {
			t.Errorf("%s: found %v, holes %v, news %v", tc.name, got.Found(), got.Holes(), got.News())
		}
		if diff := cmp.Diff(want, detect.Diff(before().Outline(), now)); diff != "" && len(want.GoneFindings) == 0 {
			t.Errorf("%s: against the outline (-want +got):\n%s", tc.name, diff)
		}
	}
}

// That nothing is new says nothing where the logs end where they ended before.
func TestNoNewLogs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*detect.Result)
		want   bool
	}{
		{"the same logs", func(*detect.Result) {}, true},
		{"they reach further", func(r *detect.Result) { r.Coverage[0].To = day(10) }, false},
		{"an older file was added", func(r *detect.Result) { r.Totals.Events++ }, false},
		{"another scope", func(r *detect.Result) {
			r.Coverage = append(r.Coverage, detect.CoverageSpan{Source: "github", Scope: "acme/git"})
		}, false},
	} {
		now := before()
		tc.change(now)
		if got := detect.Diff(before().Outline(), now).NoNewLogs(); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}
