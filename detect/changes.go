package detect

import (
	"cmp"
	"slices"
	"time"
)

// Changes is what a result tells that an earlier one of the same case did not. Arrays are in the
// order of the later result, worst first.
type Changes struct {
	Case string `json:"case"`
	// Secrets are those whose verdict or rotation status is another, and new ones.
	Secrets []SecretChange `json:"secrets"`
	// Gone are secrets and findings that the later result does not have: the inventory, the list of
	// expected use or the program is another.
	GoneSecrets  []string  `json:"gone_secrets"`
	GoneFindings []Finding `json:"gone_findings"`
	NewFindings  []Finding `json:"new_findings"`
	// WentOn are findings with more events than before, or of a higher level.
	WentOn []WentOn `json:"went_on"`
	// Minted and ExposedNext are what was made and read with exposed secrets, and not known before.
	Minted      []Minting  `json:"minted"`
	ExposedNext []Exposure `json:"exposed_next"`
	// Gaps are spans that a scope's logs do not cover and of which the earlier result did not say so:
	// also those at either end that were covered then.
	Gaps []ScopeGap `json:"gaps"`
	// Fewer are the scopes that have fewer events than before, between the same ends.
	Fewer []ScopeLoss `json:"fewer"`
	// Stalled are the scopes whose logs reach no further than before.
	Stalled  []ScopeEnd       `json:"stalled"`
	Blind    []BlindDetection `json:"blind"`
	Problems []Problem        `json:"problems"`
	// Events and Rejects are how many more there are, or fewer.
	Events  int64 `json:"events"`
	Rejects int64 `json:"rejects"`
	// Reached tells that the logs of some scope reach further than before, or are new.
	Reached bool `json:"reached"`
}

// SecretChange is a secret whose answer is another than before. Was is empty for a new one.
type SecretChange struct {
	ID          string  `json:"id"`
	Was         Verdict `json:"was"`
	Verdict     Verdict `json:"verdict"`
	RotationWas string  `json:"rotation_was"`
	Rotation    string  `json:"rotation"`
}

// Worse tells that it is no all-clear, and was a better answer or none before: unused that becomes
// used is a build at work. So is a rotation that turns out to be none, or of which nothing is left.
func (c SecretChange) Worse() bool {
	open := c.Verdict.Alarm() || c.Verdict == Unknown
	return open && (c.Was == "" || c.Verdict.Rank() < c.Was.Rank()) ||
		c.Rotation == "contradicted" && c.RotationWas != c.Rotation ||
		c.Rotation == "missing" && slices.Contains(rotated, c.RotationWas)
}

// rotated are the rotation statuses that say that the secret is dead.
var rotated = []string{"claimed", "vendor", "confirmed"}

// WentOn is a finding that the earlier result had with fewer events or at a lower level. NewIPs,
// NewActors and NewActions are those that it did not name.
type WentOn struct {
	Finding    Finding  `json:"finding"`
	WasCount   int64    `json:"was_count"`
	WasLevel   Level    `json:"was_level"`
	NewIPs     []string `json:"new_ips"`
	NewActors  []string `json:"new_actors"`
	NewActions []string `json:"new_actions"`
}

// Weighs tells that it is news: what is below medium goes on with every build, and what was triaged
// benign is known.
func (w WentOn) Weighs() bool {
	return w.Finding.Level.rank() >= Medium.rank() && !w.Finding.Benign()
}

// ScopeGap is a gap and the scope whose logs have it.
type ScopeGap struct {
	Source string `json:"source"`
	Scope  string `json:"scope"`
	Gap
}

// ScopeLoss is how many events of a scope the earlier result had, and how many this one has.
type ScopeLoss struct {
	Source string `json:"source"`
	Scope  string `json:"scope"`
	Was    int64  `json:"was"`
	Events int64  `json:"events"`
}

// ScopeEnd is until when the logs of a scope reach.
type ScopeEnd struct {
	Source string    `json:"source"`
	Scope  string    `json:"scope"`
	To     time.Time `json:"to"`
}

// News tells that there is something to say: not that things got better, and not what goes on with
// every build.
func (c *Changes) News() bool { return c.Found() || c.Holes() }

// Found tells that there is more to say of the secrets than before.
func (c *Changes) Found() bool {
	return slices.ContainsFunc(c.Secrets, SecretChange.Worse) || len(c.NewFindings) > 0 ||
		slices.ContainsFunc(c.WentOn, WentOn.Weighs) || len(c.Minted) > 0 || len(c.ExposedNext) > 0
}

// Holes tells that less is known than before: the logs tell less, or a secret is no longer in the
// inventory. Answers that look better because of that are not.
func (c *Changes) Holes() bool {
	return len(c.Gaps) > 0 || len(c.Fewer) > 0 || len(c.Blind) > 0 || len(c.Problems) > 0 ||
		c.Rejects > 0 || len(c.GoneSecrets) > 0
}

// NoNewLogs tells that there were logs and all of them end where they ended before: that nothing is
// new says nothing then.
func (c *Changes) NoNewLogs() bool { return len(c.Stalled) > 0 && !c.Reached && c.Events <= 0 }

// Comparable tells whether two results are of one case and one incident. Of another incident the
// windows are others, and what has the same id is not what was told before.
func (r *Result) Comparable(other *Result) bool {
	return r.Case == other.Case && r.Incident.ID == other.Incident.ID
}

// Diff compares two results of one case.
func Diff(before, now *Result) *Changes {
	c := &Changes{
		Case:    now.Case,
		Events:  now.Totals.Events - before.Totals.Events,
		Rejects: now.Totals.Rejects - before.Totals.Rejects,
		Secrets: []SecretChange{}, GoneSecrets: []string{}, WentOn: []WentOn{},
		Gaps: []ScopeGap{}, Fewer: []ScopeLoss{}, Stalled: []ScopeEnd{},
	}
	c.secrets(before.Secrets, now.Secrets)
	c.findings(before.Findings, now.Findings)
	c.GoneFindings = missing(now.Findings, before.Findings, idOf)
	c.Minted = missing(before.Lineage, now.Lineage, func(m Minting) [3]string {
		return [3]string{m.Secret, m.Parent, m.Child}
	})
	c.ExposedNext = newlyExposed(before.ExposedNext, now.ExposedNext)
	c.Blind = missing(before.Blind, now.Blind, func(b BlindDetection) [2]string {
		return [2]string{b.Query, b.Why}
	})
	c.Problems = missing(before.Problems, now.Problems, func(p Problem) [2]string {
		return [2]string{p.What, p.Path}
	})
	c.coverage(before.Coverage, now.Coverage)
	return c
}

func idOf(f Finding) string { return f.ID }
func same(s string) string  { return s }

// missing are the elements of list whose key none of known has.
func missing[T any, K comparable](known, list []T, key func(T) K) []T {
	have := make(map[K]bool, len(known))
	for _, x := range known {
		have[key(x)] = true
	}
	out := []T{}
	for _, x := range list {
		if !have[key(x)] {
			out = append(out, x)
		}
	}
	return out
}

// newlyExposed are what was not known to have been read, or not for certain: what may have been the
// owner's own reading is not on the list to rotate.
func newlyExposed(before, now []Exposure) []Exposure {
	name := func(e Exposure) [3]string { return [3]string{e.Secret, e.What, e.Name} }
	certain := map[[3]string]bool{}
	for _, e := range before {
		certain[name(e)] = certain[name(e)] || e.Certain
	}
	out := []Exposure{}
	for _, e := range now {
		if was, known := certain[name(e)]; !known || e.Certain && !was {
			out = append(out, e)
		}
	}
	return out
}

func (c *Changes) secrets(before, now []SecretAnswer) {
	was := map[string]SecretAnswer{}
	for _, s := range before {
		was[s.ID] = s
	}
	for _, s := range now {
		old := was[s.ID]
		delete(was, s.ID)
		if old.Verdict != s.Verdict || old.Rotation != s.Rotation {
			c.Secrets = append(c.Secrets, SecretChange{
				ID: s.ID, Was: old.Verdict, Verdict: s.Verdict,
				RotationWas: old.Rotation, Rotation: s.Rotation,
			})
		}
	}
	for _, s := range before {
		if _, gone := was[s.ID]; gone {
			c.GoneSecrets = append(c.GoneSecrets, s.ID)
		}
	}
}

func (c *Changes) findings(before, now []Finding) {
	c.NewFindings = missing(before, now, idOf)
	was := map[string]Finding{}
	for _, f := range before {
		was[f.ID] = f
	}
	for _, f := range now {
		old, ok := was[f.ID]
		if ok && (f.Count > old.Count || f.Level.rank() > old.Level.rank()) {
			c.WentOn = append(c.WentOn, WentOn{
				Finding: f, WasCount: old.Count, WasLevel: old.Level,
				NewIPs:     missing(old.IPs, f.IPs, same),
				NewActors:  missing(old.Actors, f.Actors, same),
				NewActions: missing(old.Actions, f.Actions, same),
			})
		}
	}
}

// coverage finds the holes that were not told before, and a scope of which nothing is left. What is
// left of a hole that new logs fill in part is none.
func (c *Changes) coverage(before, now []CoverageSpan) {
	type scope struct{ source, name string }
	was := map[scope]CoverageSpan{}
	for _, s := range before {
		was[scope{s.Source, s.Scope}] = s
	}
	for _, s := range now {
		old, ok := was[scope{s.Source, s.Scope}]
		delete(was, scope{s.Source, s.Scope})
		for _, g := range s.Gaps {
			within := func(o Gap) bool { return !g.From.Before(o.From) && !g.To.After(o.To) }
			if !slices.ContainsFunc(old.Gaps, within) {
				c.Gaps = append(c.Gaps, ScopeGap{Source: s.Source, Scope: s.Scope, Gap: g})
			}
		}
		c.Reached = c.Reached || !ok || s.To.After(old.To)
		if ok {
			c.lost(old, s)
		}
	}
	for key, s := range was {
		c.Gaps = append(c.Gaps, ScopeGap{
			Source: key.source, Scope: key.name, Gap: Gap{From: s.From, To: s.To},
		})
	}
	slices.SortFunc(c.Gaps, func(a, b ScopeGap) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Scope, b.Scope),
			a.From.Compare(b.From))
	})
}

// lost finds what a scope's logs no longer have: time at either end, or events in between. A log
// that was cut or replaced takes its findings with it, and must not pass for a better answer.
func (c *Changes) lost(old, now CoverageSpan) {
	ends := len(c.Gaps)
	for _, g := range []Gap{{From: old.From, To: now.From}, {From: now.To, To: old.To}} {
		if g.To.After(g.From) {
			c.Gaps = append(c.Gaps, ScopeGap{Source: now.Source, Scope: now.Scope, Gap: g})
		}
	}
	if now.Events < old.Events && len(c.Gaps) == ends {
		c.Fewer = append(c.Fewer, ScopeLoss{now.Source, now.Scope, old.Events, now.Events})
	}
	if now.To.Equal(old.To) {
		c.Stalled = append(c.Stalled, ScopeEnd{Source: now.Source, Scope: now.Scope, To: now.To})
	}
}

// Outline is as much of a result as Diff compares: what is kept of one that was mailed.
func (r *Result) Outline() *Result {
	o := &Result{
		Schema: r.Schema, Tool: r.Tool, Case: r.Case, Incident: r.Incident,
		Lineage: r.Lineage, ExposedNext: r.ExposedNext, Blind: r.Blind, Problems: r.Problems,
		Totals: r.Totals,
	}
	for _, s := range r.Secrets {
		o.Secrets = append(o.Secrets, SecretAnswer{
			ID: s.ID, Kind: s.Kind, Verdict: s.Verdict, Rotation: s.Rotation,
		})
	}
	for _, f := range r.Findings {
		o.Findings = append(o.Findings, Finding{
			ID: f.ID, Query: f.Query, Level: f.Level, Secret: f.Secret, Title: f.Title,
			FirstSeen: f.FirstSeen, LastSeen: f.LastSeen, Count: f.Count,
			IPs: f.IPs, Actors: f.Actors, Actions: f.Actions,
		})
	}
	for _, c := range r.Coverage {
		o.Coverage = append(o.Coverage, CoverageSpan{
			Source: c.Source, Scope: c.Scope, From: c.From, To: c.To, Events: c.Events, Gaps: c.Gaps,
		})
	}
	return o
}
