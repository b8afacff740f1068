package report

import (
	"fmt"
	"strings"

	"breachwindow/detect"
)

// answer writes the answer in one sentence, then which incident and case it is about, and what
// is still to be done.
func (p *page) answer(r *detect.Result) {
	p.hang("", Answer(r))
	p.out.WriteByte('\n')
	p.facts(
		fact{"incident", incident(r.Incident)},
		fact{"case", r.Case},
		fact{"to rotate", p.toRotate(Worst(r.Secrets))},
		fact{"made by", r.Tool},
	)
}

// Answer is the answer for all secrets in one sentence, as Text begins. It counts a verdict that it
// does not know among those that cannot be cleared.
func Answer(r *detect.Result) string {
	secrets := r.Secrets
	counts := map[detect.Verdict]int{}
	for _, s := range secrets {
		v := s.Verdict
		if v.Rank() < 0 {
			v = detect.Unknown
		}
		counts[v]++
	}
	exposed := len(secrets) - counts[detect.Unexposed]
	switch {
	case len(secrets) == 0:
		return "No answer: the inventory names no secrets."
	case exposed == 0 && len(secrets) == 1:
		return "The one secret in the inventory was not exposed."
	case exposed == 0:
		return fmt.Sprintf("None of the %d secrets in the inventory was exposed.", len(secrets))
	}
	used, maybe, open := counts[detect.Compromised], counts[detect.Suspicious], counts[detect.Unknown]
	perhaps := "may have been used by someone else"
	if used > 0 {
		perhaps = "may have been"
	}
	parts := clauses(exposed, []clause{
		{n: used, one: "was used by someone else", many: "were used by someone else"},
		{n: maybe, one: perhaps, many: perhaps},
		{n: open, one: "cannot be cleared", many: "cannot be cleared", none: "can be cleared"},
		{n: exposed - used - maybe - open, one: "is clear", many: "are clear"},
		{n: counts[detect.Unexposed], one: "was not exposed", many: "were not exposed"},
	})
	return upperFirst(strings.Join(parts, "; ")) + "." + triaged(secrets)
}

// triaged says how many of the answers people made, so that nobody takes them for the logs'.
func triaged(secrets []detect.SecretAnswer) string {
	n := 0
	for _, s := range secrets {
		if s.RestsOnTriage {
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return " 1 answer rests on triage."
	}
	return fmt.Sprintf(" %d answers rest on triage.", n)
}

// clause is how many secrets share a fate, and its words for one and for many; none, where it has
// any, says of all of them what none of them is.
type clause struct {
	n               int
	one, many, none string
}

// clauses writes what is not zero. Only the first names the whole that the numbers are of.
func clauses(of int, all []clause) []string {
	var parts []string
	for _, c := range all {
		if c.n == 0 {
			continue
		}
		subject, verb := fmt.Sprint(c.n), c.many
		if c.n == 1 {
			verb = c.one
		}
		if len(parts) == 0 {
			subject = fmt.Sprintf("%d of %d exposed secrets", c.n, of)
			switch {
			case of == 1:
				subject = "the one exposed secret"
			case c.n == of && c.none != "":
				subject, verb = fmt.Sprintf("none of the %d exposed secrets", of), c.none
			case c.n == of:
				subject = fmt.Sprintf("all %d exposed secrets", of)
			}
		}
		parts = append(parts, subject+" "+verb)
	}
	return parts
}

// incident names an incident and its window.
func incident(i detect.IncidentSummary) string {
	name := i.Title
	switch {
	case name == "" && i.ID == "":
		name = "not named"
	case name == "":
		name = i.ID
	case i.ID != "":
		name += " (" + i.ID + ")"
	}
	if i.Starts == nil {
		return name + ", start unknown"
	}
	return name + ", from " + exact(*i.Starts) + " until " +
		orElse(i.Ends, exact, "each secret's rotation")
}

// toRotate names the exposed secrets that nothing shows to be dead, worst first.
func (p *page) toRotate(secrets []detect.SecretAnswer) string {
	var names []string
	for _, s := range secrets {
		if isAlive(s) {
			names = append(names, fmt.Sprintf("%s (%s)", s.ID, s.Rotation))
		}
	}
	if show := p.limit(len(names), maxRows); show < len(names) {
		left := len(names) - show
		names = append(names[:show], fmt.Sprintf("%d more", left))
	}
	return strings.Join(names, ", ")
}

// isAlive says whether an exposed secret may still work: never rotated, or said to be and
// disproved, and no log proves its end.
func isAlive(s detect.SecretAnswer) bool {
	return s.Verdict != detect.Unexposed && s.RevokedAt == nil &&
		(s.Rotation == "missing" || s.Rotation == "contradicted")
}
