package report_test

import (
	"slices"
	"strings"
	"testing"

	"breachwindow/detect"
	"breachwindow/report"
)

// nastyTriage has decisions by somebody whose every word is hostile.
func nastyTriage(r *detect.Result, mixed, long string) {
	for i, t := range []*detect.Triage{
		{Decision: detect.Benign, Note: mixed, Author: hostile, State: detect.Outgrew, Since: mixed},
		{Decision: hostile, Note: "=HYPERLINK(1)", Author: long, State: mixed, Of: mixed},
	} {
		r.Findings[i].Triage, r.Secrets[i].Triage = t, t
		for _, kind := range []string{"finding", "use", mixed} {
			r.Triage = append(r.Triage, detect.Decision{
				Kind: kind, Subject: mixed, Secret: long, IP: hostile, Agent: mixed, Actor: long, Triage: *t,
			})
		}
	}
}

// triaged is the sample after two people looked at it.
func triaged(tb testing.TB) *detect.Result {
	tb.Helper()
	r := sample(tb)
	mark := func(what, note, state string) detect.Triage {
		return detect.Triage{
			Decision: what, Note: note, Author: "anna", At: at(tb, "2026-11-28 09:15:00"), State: state,
		}
	}
	pentest := mark(detect.Benign, "our pentest, ticket 42", detect.Holds)
	grown := mark(detect.Benign, "the new <b>runner</b>", detect.Outgrew)
	grown.Since = "new address 192.0.2.9"
	word := mark(detect.Confirmed, "=HYPERLINK(\"https://evil.example\")", detect.Holds)
	r.Findings[0].Triage, r.Findings[1].Triage = &pentest, &grown
	r.Secrets[0].Triage, r.Secrets[0].RestsOnTriage = &word, true
	for i := range r.Secrets {
		if r.Secrets[i].Verdict == detect.Used {
			r.Secrets[i].RestsOnTriage = true
			r.Secrets[i].Because = []string{"Only triage makes it so: without it the verdict would be suspicious."}
		}
	}
	lost := mark(detect.Benign, "the old office", "matches nothing")
	r.Triage = []detect.Decision{
		{Kind: "finding", Subject: r.Findings[0].ID, Secret: r.Findings[0].Secret, Triage: pentest, Matches: 1},
		{Kind: "finding", Subject: r.Findings[1].ID, Secret: r.Findings[1].Secret, Triage: grown, Matches: 1},
		{Kind: "secret", Subject: r.Secrets[0].ID, Triage: word},
		{Kind: "use", IP: "192.0.2.0/24", Actor: "*:user/ci", Triage: lost},
	}
	return r
}

func TestTriageText(t *testing.T) {
	r := triaged(t)
	for name, columns := range map[string]int{"triage-0": 0, "triage-80": 80} {
		golden(t, name, render(t, formats(r, report.Options{Width: columns})["text"]))
	}
}

// What was triaged benign comes last, in whatever order, and is never left out.
func TestBenignComesLast(t *testing.T) {
	r := triaged(t)
	worst := report.WorstFindings(r.Findings)
	if len(worst) != len(r.Findings) {
		t.Fatalf("%d of %d findings", len(worst), len(r.Findings))
	}
	benign, loose := slices.IndexFunc(worst, detect.Finding.Benign),
		slices.IndexFunc(worst, func(f detect.Finding) bool { return f.Secret == "" })
	if benign != loose-1 {
		t.Errorf("the benign finding is number %d, the first that is tied to none %d", benign, loose)
	}
	if i := slices.IndexFunc(worst, func(f detect.Finding) bool { return f.Triage != nil && !f.Benign() }); i > 1 {
		t.Errorf("the outgrown finding is number %d", i)
	}
}

func TestTriagePage(t *testing.T) {
	r := triaged(t)
	before := jsonOf(t, r)
	text := page(t, r)
	if jsonOf(t, r) != before {
		t.Error("the page changed its result")
	}
	var section, mark, card string
	for _, n := range nodes(t, text) {
		switch {
		case n.Data == "section" && attr(n, "aria-labelledby") == "triage":
			section = textOf(n)
		case n.Data == "details" && attr(n, "id") == "f-"+r.Findings[0].ID:
			mark = textOf(n)
		case n.Data == "details" && attr(n, "class") == "card" && card == "" &&
			strings.Contains(textOf(n), r.Secrets[0].ID):
			card = textOf(n)
		case n.Data == "b" && textOf(n) == "runner":
			t.Error("a note made an element")
		}
	}
	for _, want := range []string{
		"our pentest, ticket 42", "anna", "2026-11-28 09:15Z", "the new <b>runner</b>",
		"outgrown; since then new address 192.0.2.9", "uses from 192.0.2.0/24 by *:user/ci", "matches nothing",
	} {
		if !strings.Contains(section, want) {
			t.Errorf("section Triage does not say %q: %s", want, section)
		}
	}
	if !strings.Contains(mark, "critical benign ") || !strings.Contains(mark, "our pentest, ticket 42") {
		t.Errorf("the finding does not say it: %s", mark)
	}
	if !strings.Contains(card, "Triage: confirmed, by anna on 2026-11-28 09:15Z") {
		t.Errorf("the secret does not say it: %s", card)
	}
	for _, n := range nodes(t, page(t, sample(t))) {
		if attr(n, "id") == "triage" {
			t.Error("a section without decisions")
		}
	}
}
