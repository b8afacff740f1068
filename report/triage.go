package report

import (
	"fmt"

	"breachwindow/detect"
)

// What people decided is shown wherever what it is about is shown, and all of it in one list: with
// who, when and why. Nothing that was triaged is left out.

// triageMark is a decision in one or two words, "" where there is none.
func triageMark(t *detect.Triage) string {
	switch {
	case t == nil:
		return ""
	case t.State == detect.Holds || t.State == "":
		return t.Decision
	}
	return t.State
}

// TriageText says what was decided on a finding or secret, what came since, by whom it was decided,
// when and why; "" where nothing was. The note, which may be long, is the end.
func TriageText(t *detect.Triage) string {
	if t == nil {
		return ""
	}
	text := t.Decision
	if t.Of != "" {
		text += " with its " + t.Of
	}
	switch {
	case t.State == detect.Outgrew:
		text += " (outgrown, it counts again: " + t.Since + ")"
	case t.Since != "":
		text += " (since then " + t.Since + ")"
	}
	text += fmt.Sprintf(", by %s on %s", t.Author, minute(t.At))
	if t.Note != "" {
		text += ": " + t.Note
	}
	return text
}

// stateOf says whether a decision holds, and what came since.
func stateOf(d detect.Decision) string {
	if d.Since == "" {
		return d.State
	}
	return d.State + "; since then " + d.Since
}

// triage lists the decisions, in words: a column would be dropped where a terminal is narrow.
func (p *page) triage(all []detect.Decision) {
	if len(all) == 0 {
		return
	}
	p.section("triage: what people decided")
	show := p.limit(len(all), maxRows)
	for _, d := range all[:show] {
		text := fmt.Sprintf("%s: %s, by %s on %s", d.On(), d.Decision, d.Author, minute(d.At))
		if d.Note != "" {
			text += ": " + d.Note
		}
		p.hang("  • ", text+" ("+stateOf(d)+")")
	}
	p.more(len(all)-show, "breachwindow triage")
}

// decisionView is a decision on the page.
type decisionView struct {
	Decision, Class, On, Anchor, Author, At, State, Note string
}

func decisionsOf(all []detect.Decision, x *index) (out []decisionView) {
	for _, d := range all {
		v := decisionView{
			Decision: d.Decision, Class: d.Decision, On: d.On(), Author: d.Author,
			At: exact(d.At), State: stateOf(d), Note: d.Note,
		}
		if d.State != detect.Holds {
			v.Class = "open"
		}
		switch d.Kind {
		case "finding":
			v.Anchor = x.findings[d.Subject]
		case "secret":
			v.Anchor = x.secrets[d.Subject].Anchor
		}
		out = append(out, v)
	}
	return out
}
