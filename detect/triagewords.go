package detect

import (
	"fmt"
	"strings"
	"time"
)

// The sentences that say which decisions of people a verdict rests on.

func date(t time.Time) string { return t.UTC().Format("2006-01-02") }

// by says who decided when and why.
func (t *Triage) by() string {
	text := "by " + t.Author + " on " + date(t.At)
	if note := strings.TrimRight(t.Note, "."); note != "" {
		text += ": " + note
	}
	return text
}

func (t triagedUses) words() string {
	are, were := "are", "they were"
	if t.uses == 1 {
		are, were = "is", "it was"
	}
	by := Triage{Author: t.author, Note: t.note, At: t.at}
	return fmt.Sprintf("%s %s expected only because %s triaged benign %s", plural(t.uses, "use"), are,
		were, by.by())
}

// confirmedSentences say what was confirmed of a secret beside the findings that it has.
func confirmedSentences(f facts) (out []string) {
	if f.Triage.confirms() {
		out = append(out, "Confirmed as used by the intruder "+f.Triage.by()+".")
	}
	for _, d := range f.gone {
		out = append(out, goneSentence(d))
	}
	return out
}

// triageSentences name every decision that a verdict rests on: first what weighs most. without is
// the verdict that there would be without them.
func triageSentences(f facts, findings []Finding, verdict, without Verdict) []string {
	out := append([]string{}, confirmedSentences(f)...)
	out = append(out, markSentences(findings, func(t *Triage) bool { return t.Decision == Confirmed },
		"confirmed as the intruder's")...)
	for _, x := range findings {
		if t := x.Triage; t != nil && t.State == Outgrew && x.weighs() {
			out = append(out, outgrownSentence(x))
		}
	}
	if verdict != without {
		out = append(out, fmt.Sprintf("Only triage makes it so: without it the verdict would be %s.",
			without))
	}
	for _, t := range f.triaged {
		out = append(out, t.words()+".")
	}
	return append(out, markSentences(findings, func(t *Triage) bool {
		return t.Decision == Benign && t.State == Holds
	}, "triaged benign")...)
}

func outgrownSentence(f Finding) string {
	t := f.Triage
	text := "outgrown: triaged benign " + t.by()
	if t.Had != "" {
		text += "; it had " + t.Had + " then"
	}
	return fmt.Sprintf("%s; since then %s: it counts again [%s %s].", text, t.Since, f.Query, f.ID)
}

// markSentences tell the findings of one decision together.
func markSentences(findings []Finding, chosen func(*Triage) bool, how string) (out []string) {
	type key struct {
		author, note, of string
		at               time.Time
	}
	at := map[key]int{}
	var groups [][]Finding
	for _, f := range findings {
		t := f.Triage
		if t == nil || !chosen(t) {
			continue
		}
		k := key{t.Author, t.Note, t.Of, t.At}
		if t.Of == "" {
			k.at = t.At.UTC().Truncate(24 * time.Hour) // one after the other, for one reason
		}
		i, known := at[k]
		if !known {
			i, at[k] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	for _, g := range groups {
		were := "finding was"
		if len(g) > 1 {
			were = "findings were"
		}
		t, whole := g[0].Triage, ""
		if t.Of == "secret" {
			whole = " with the whole secret"
		}
		var ids, grown []string
		for _, f := range g {
			ids = append(ids, f.ID)
			if f.Triage.Since != "" && f.Triage.Decision == Benign {
				grown = append(grown, f.Triage.Since)
			}
		}
		text := fmt.Sprintf("%d %s %s%s %s [%s]", len(g), were, how, whole, t.by(), some(ids, 4))
		if len(grown) > 0 {
			text += "; since then " + some(distinctSorted(grown), 3)
		}
		out = append(out, text+".")
	}
	return out
}
