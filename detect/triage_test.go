package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// These tests are inside the package, as those of judge are: the rules are functions of values.

func mark(decision, state string) *Triage {
	return &Triage{
		Decision: decision, State: state, Author: "anna", Note: "our pentest.",
		At: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC),
	}
}

func TestJudgeTriage(t *testing.T) {
	finding := func(query string, level Level, m *Triage) Finding {
		return Finding{ID: query + "#", Query: query, Level: level, Title: "A title.", Triage: m}
	}
	benign, outgrown := mark(Benign, Holds), mark(Benign, Outgrew)
	outgrown.Had, outgrown.Since = "1 event", "new address 192.0.2.9"
	confirmed, open := mark(Confirmed, Holds), mark(NeedsWork, Holds)
	gap := []hole{{source: "cloudtrail", scope: "1/us-east-1", why: "gap"}}
	const only = "Only triage makes it so: without it the verdict would be "

	for _, c := range []struct {
		name     string
		facts    facts
		secret   *Triage
		findings []Finding
		verdict  Verdict
		because  []string
		rests    bool
	}{
		{
			name: "benign clears", facts: used(3, 2), verdict: Used, rests: true,
			findings: []Finding{finding("any/use-unexpected", Medium, benign)},
			because: []string{
				only + "suspicious.", "1 finding was triaged benign by anna on 2026-11-28: our pentest [any/use-unexpected#].",
				"3 uses in the window, 2 of them expected; what is not expected stands in findings that were triaged benign;",
			},
		},
		{
			name: "two in one sentence", verdict: Unused, rests: true,
			findings: []Finding{finding("a/b", High, benign), finding("a/c", High, benign)},
			because:  []string{only + "compromised.", "2 findings were triaged benign by anna"},
		},
		{
			name: "benign beside one that is not", verdict: Suspicious, rests: true,
			findings: []Finding{finding("a/b", Critical, benign), finding("a/c", Medium, nil)},
			because:  []string{only + "compromised.", "medium: A title"},
		},
		{
			name: "benign that changes nothing", verdict: Suspicious,
			findings: []Finding{finding("a/b", Medium, benign), finding("a/c", Medium, nil)},
			because:  []string{"1 finding was triaged benign"},
		},
		{
			name: "benign fills no gap", facts: facts{holes: gap}, verdict: Unknown, rests: true,
			findings: []Finding{finding("a/b", Medium, benign)},
			because:  []string{only + "suspicious.", "has a gap"},
		},
		{
			name: "outgrown counts", verdict: Suspicious,
			findings: []Finding{finding("a/b", Medium, outgrown)},
			because: []string{
				"outgrown: triaged benign by anna on 2026-11-28: our pentest; it had 1 event then; " +
					"since then new address 192.0.2.9: it counts again [a/b a/b#].",
			},
		},
		{
			name: "outgrown of no weight is no reason", facts: used(1, 1), verdict: Used,
			findings: []Finding{finding("any/use-in-window", Low, outgrown)},
		},
		{
			name: "a low finding confirmed", verdict: Compromised, rests: true,
			findings: []Finding{finding("any/use-in-window", Low, confirmed)},
			because:  []string{only + "unused.", "1 finding was confirmed as the intruder's by anna", "low: A title"},
		},
		{
			name: "needs work changes nothing", verdict: Suspicious,
			findings: []Finding{finding("a/b", Medium, open)},
		},
		{
			name: "secret confirmed", secret: confirmed, facts: used(1, 1), verdict: Compromised, rests: true,
			because: []string{"Confirmed as used by the intruder by anna on 2026-11-28: our pentest.", only + "used."},
		},
		{
			name: "a confirmed finding that is gone", verdict: Compromised, rests: true,
			facts: facts{
				SecretAnswer: used(1, 1).SecretAnswer,
				gone:         []Decision{{Kind: "finding", Subject: "f1", Triage: *confirmed}},
			},
			because: []string{
				"A finding was confirmed as the intruder's by anna on 2026-11-28: our pentest; it is not found " +
					"any more, and counts until that is taken back [f1].", only + "used.",
			},
		},
		{name: "secret benign alone", secret: benign, facts: facts{holes: gap}, verdict: Unknown},
		{
			name: "a confirmed use", verdict: Compromised, rests: true,
			findings: []Finding{finding(confirmedUses, Critical, nil)},
			because:  []string{only + "unused.", "critical: A title"},
		},
		{
			name: "uses that only a decision makes expected", verdict: Used, rests: true,
			facts: facts{
				SecretAnswer: used(2, 2).SecretAnswer,
				triaged:      []triagedUses{{author: "bob", note: "new runners", at: benign.At, uses: 2}},
			},
			because: []string{"2 uses are expected only because they were triaged benign by bob on 2026-11-28: new runners."},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := c.facts
			f.exposed, f.Kind, f.Identifier, f.joinable, f.watched = true, "aws-access-key", "AKIA…", 1, 2
			f.Triage = c.secret
			got := judge(f, c.findings)
			if got.Verdict != c.verdict || got.RestsOnTriage != c.rests {
				t.Errorf("verdict %s, rests on triage %v; want %s, %v", got.Verdict, got.RestsOnTriage,
					c.verdict, c.rests)
			}
			text := strings.Join(got.Because, "\n")
			for _, want := range c.because {
				if !strings.Contains(text, want) {
					t.Errorf("because\n%s\nwant it to say\n%s", text, want)
				}
			}
			if strings.Contains(text, only) != (c.rests && len(f.triaged) == 0) {
				t.Errorf("because %q", text)
			}
			if c.rests && got.Confidence == HighConfidence {
				t.Error("triage alone gives high confidence")
			}
			if len(got.Findings) != len(c.findings) {
				t.Errorf("it names %q", got.Findings)
			}
		})
	}
}

// What a person confirmed of a secret that was not exposed by its dates is not explained away.
func TestUnexposedConfirmed(t *testing.T) {
	var f facts
	f.Triage = mark(Confirmed, Holds)
	got := judge(f, nil)
	if got.Verdict != Compromised || !got.RestsOnTriage || len(got.Because) != 2 {
		t.Errorf("%s because %q", got.Verdict, got.Because)
	}
	f.Triage = nil
	f.gone = []Decision{{Kind: "finding", Subject: "f1", Triage: *mark(Confirmed, Holds)}}
	if got := judge(f, nil); got.Verdict != Compromised || !got.RestsOnTriage || len(got.Because) != 2 {
		t.Errorf("%s because %q", got.Verdict, got.Because)
	}
	f.gone, f.Triage = nil, mark(Benign, Holds)
	if got := judge(f, nil); got.Verdict != Unexposed {
		t.Errorf("%s because %q", got.Verdict, got.Because)
	}
}

func TestSince(t *testing.T) {
	then := Sighting{
		Level: Medium, Count: 2, IPs: []string{"192.0.2.1", "192.0.2.2"}, Actors: []string{"ci"},
		Actions: []string{"GetObject"}, Targets: []string{"acme/app"},
	}
	many := make([]string, maxSeen+1)
	for i := range many {
		many[i] = fmt.Sprint("eve ", i)
	}
	for _, c := range []struct {
		name   string
		change func(*Sighting)
		want   string
		grown  bool
	}{
		{name: "the same", change: func(*Sighting) {}},
		{name: "fewer", change: func(s *Sighting) { s.IPs, s.Count = s.IPs[:1], 1 }},
		{name: "more of the same", change: func(s *Sighting) { s.Count = 3 }, want: "1 more event of the same kind"},
		{
			name: "an address", change: func(s *Sighting) { s.IPs = append(s.IPs, "192.0.2.3"); s.Count = 9 },
			want: "new address 192.0.2.3", grown: true,
		},
		{
			name: "addresses", change: func(s *Sighting) { s.IPs = []string{"a", "b", "c", "d", "e"} },
			want: "new addresses a, b, c and 2 more", grown: true,
		},
		{
			name: "without an address", change: func(s *Sighting) { s.IPs = append([]string{""}, s.IPs...) },
			want: "new events without address", grown: true,
		},
		{
			name: "without an address, elsewhere", grown: true, want: "new target acme/payroll",
			change: func(s *Sighting) { s.Targets = append(s.Targets, "acme/payroll") },
		},
		{
			name: "without an address, nowhere", grown: true, want: "new events without target",
			change: func(s *Sighting) { s.Targets = append([]string{""}, s.Targets...) },
		},
		{
			name: "actor and action", grown: true, want: "new actor eve, new action PutObject",
			change: func(s *Sighting) { s.Actors, s.Actions = []string{"ci", "eve"}, []string{"GetObject", "PutObject"} },
		},
		{name: "a level", change: func(s *Sighting) { s.Level = High }, want: "new level high", grown: true},
		{name: "a lower level", change: func(s *Sighting) { s.Level = Low }},
		{
			name: "too many to compare", change: func(s *Sighting) { s.Actors = many }, grown: true,
			want: "more of it than can be compared, new actors eve 0, eve 1, eve 2 and 9998 more",
		},
	} {
		now := then
		now.IPs = slices.Clone(then.IPs)
		c.change(&now)
		if text, grown := now.since(then); text != c.want || grown != c.grown {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, text, grown, c.want, c.grown)
		}
	}
}

// Of the decision on a finding and that on its secret the newer counts, a confirmed one always.
func TestMarkOf(t *testing.T) {
	f := Finding{ID: "f", Query: "any/use-unexpected", Level: Medium}
	same := Sighting{Finding: "f", Level: Medium, IPs: []string{"192.0.2.1"}}
	grown := Sighting{Finding: "f", Level: Medium, IPs: []string{"192.0.2.1", "192.0.2.2"}}
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	decision := func(kind, what string, hour int, seen ...Sighting) *decided {
		d := &decided{seen: map[string]Sighting{}}
		d.Kind, d.Triage.Decision, d.At = kind, what, at.Add(time.Duration(hour)*time.Hour)
		for _, s := range seen {
			d.seen[s.Finding] = s
		}
		return d
	}
	own := func(what string, hour int) *decided { return decision("finding", what, hour, same) }
	secret := func(what string, hour int) *decided { return decision("secret", what, hour, same) }

	for _, c := range []struct {
		name        string
		now         Sighting
		own, secret *decided
		want        string // decision state of
	}{
		{name: "nothing", now: same},
		{name: "own", now: same, own: own(Benign, 0), want: "benign holds "},
		{name: "own, outgrown", now: grown, own: own(Benign, 0), want: "benign outgrown "},
		{name: "own, of which nothing is recorded", now: same, own: decision("finding", Benign, 0), want: "benign outgrown "},
		{name: "taken back", now: same, own: own(Open, 0)},
		{name: "needs work", now: grown, own: own(NeedsWork, 0), want: "needs-work holds "},
		{name: "confirmed, grown", now: grown, own: own(Confirmed, 0), want: "confirmed holds "},
		{name: "of the secret", now: same, secret: secret(Benign, 0), want: "benign holds secret"},
		{name: "of the secret, outgrown", now: grown, secret: secret(Benign, 0), want: "benign outgrown secret"},
		{name: "not among what the secret had", now: same, secret: decision("secret", Benign, 0)},
		{name: "the secret confirmed marks the secret", now: same, secret: secret(Confirmed, 0)},
		{name: "own taken back, then the secret", now: same, own: own(Open, 0), secret: secret(Benign, 1), want: "benign holds secret"},
		{name: "the secret, then own taken back", now: same, own: own(Open, 1), secret: secret(Benign, 0)},
		{name: "at the same time", now: same, own: own(Open, 0), secret: secret(Benign, 0)},
		{name: "the secret, then needs work", now: same, own: own(NeedsWork, 1), secret: secret(Benign, 0), want: "needs-work holds "},
		{name: "needs work, then the secret", now: same, own: own(NeedsWork, 0), secret: secret(Benign, 1), want: "benign holds secret"},
		{name: "confirmed, then the secret", now: same, own: own(Confirmed, 0), secret: secret(Benign, 1), want: "confirmed holds "},
		{
			name: "looked at again with the secret", now: grown, own: own(Benign, 0),
			secret: decision("secret", Benign, 1, grown), want: "benign holds secret",
		},
	} {
		got := ""
		if m := markOf(f, c.now, c.own, c.secret); m != nil {
			got = m.Decision + " " + m.State + " " + m.Of
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	f.Query = confirmedUses
	for _, what := range []string{Benign, Confirmed, NeedsWork} {
		if m := markOf(f, same, own(what, 0), secret(Benign, 1)); m != nil {
			t.Errorf("a finding on confirmed uses is marked %s", m.Decision)
		}
	}
}

// A finding is found again under another name of the case, and only there.
func TestSightingIn(t *testing.T) {
	s := Sighting{Query: "any/use", Secret: "deploy", Group: [][2]string{{"credential", "AKIA"}, {"why", ""}}}
	want := findingID([]string{"beta", "any/use", "deploy", "credential", "AKIA", "why", ""})
	if got := s.In("beta").Finding; got != want {
		t.Errorf("id %s, want %s", got, want)
	}
	if s.In("beta").Finding == s.In("acme").Finding {
		t.Error("the name of the case does not matter")
	}
}
