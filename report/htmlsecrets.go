package report

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"breachwindow/detect"
)

// task is what to do about secrets whose steps are the same.
type task struct {
	Secrets []ref
	Steps   []string
}

// tasksOf groups what is to do, worst secrets first.
func tasksOf(secrets []detect.SecretAnswer, x *index) (tasks []task) {
	at := map[string]int{}
	for _, s := range secrets {
		if len(s.Next) == 0 {
			continue
		}
		same := string(s.Verdict) + "\n" + strings.Join(s.Next, "\n")
		i, known := at[same]
		if !known {
			i, at[same] = len(tasks), len(tasks)
			tasks = append(tasks, task{Steps: s.Next})
		}
		tasks[i].Secrets = append(tasks[i].Secrets, x.ref(s.ID))
	}
	return tasks
}

// card is one secret's answer.
type card struct {
	ref
	Open                                bool
	What, Window, Uses, FirstUse, Name  string
	Rotation, Rotated, Revoked, LastUse string
	Confidence, Triage, Mark            string
	Because, RotationBecause            []sentenceView
	Findings                            int
	Group                               string // the anchor of its findings
}

// sentenceView is a sentence in which ids of findings are links.
type sentenceView []span

type span struct{ Text, Anchor string }

// findingID is what an id of a finding looks like in a sentence.
var findingID = regexp.MustCompile(`[0-9a-f]{12,16}`)

func (x *index) sentence(text string) (out sentenceView) {
	from := 0
	for _, at := range findingID.FindAllStringIndex(text, -1) {
		to := x.findings[text[at[0]:at[1]]]
		if to == "" {
			continue
		}
		out = append(out, span{Text: text[from:at[0]]}, span{text[at[0]:at[1]], to})
		from = at[1]
	}
	return append(out, span{Text: text[from:]})
}

func (x *index) sentences(texts []string) (out []sentenceView) {
	for _, text := range texts {
		out = append(out, x.sentence(text))
	}
	return out
}

// cardsOf makes the cards, those that need a decision unfolded.
func cardsOf(r *detect.Result, secrets []detect.SecretAnswer, x *index) (cards []card) {
	found := map[string]int{}
	for _, f := range r.Findings {
		found[f.Secret]++
	}
	for _, s := range secrets {
		cards = append(cards, card{
			ref:  x.ref(s.ID),
			Open: s.Verdict.Rank() < detect.Unknown.Rank() || s.RestsOnTriage || len(secrets) <= openSecrets,
			What: what(s), Name: s.Name, Window: window(s.ExposedAt, s.WindowEnd, exact),
			Uses: uses(s.Uses), FirstUse: orElse(s.FirstUse, exact, ""),
			LastUse: orElse(s.LastUse, exact, ""), Rotation: s.Rotation,
			Rotated: orElse(s.RotatedAt, exact, ""), Revoked: orElse(s.RevokedAt, exact, ""),
			Triage: TriageText(s.Triage), Mark: triageMark(s.Triage),
			Confidence: confidenceOf(s), Because: x.sentences(s.Because), RotationBecause: x.sentences(s.RotationBecause),
			Findings: found[s.ID], Group: groupAnchor(x.ref(s.ID)),
		})
	}
	return cards
}

func groupAnchor(s ref) string {
	if s.Anchor == "" {
		return ""
	}
	return "findings-of-" + s.Anchor
}

// group is the findings of one secret, or of none, worst first.
type group struct {
	Secret   ref
	Anchor   string
	Open     bool
	Counts   string // 2 critical, 5 high
	Findings []findingView
}

type findingView struct {
	Anchor, Level, Title, Query, QueryAnchor string
	Mark                                     string // of triage

	// Brief is how often, when and from where; Body is lines of what is known, aligned. Both are one
	// text each: there may be thousands of findings, and what a browser counts is elements.
	Brief, Body string
}

// groupsOf sorts the findings to their secrets.
func groupsOf(r *detect.Result, secrets []detect.SecretAnswer, x *index) (tied []group, loose group) {
	found := map[string][]detect.Finding{}
	for _, f := range byLevel(r.Findings) {
		found[f.Secret] = append(found[f.Secret], f)
	}
	of := func(s ref, list []detect.Finding) group {
		g := group{Secret: s, Anchor: groupAnchor(s), Open: len(r.Findings) <= openFindings}
		var levels []string
		for _, f := range list {
			g.Findings = append(g.Findings, x.finding(f))
			level := string(f.Level)
			if f.Benign() {
				level += " triaged benign"
			}
			levels = append(levels, level)
		}
		g.Counts = runs(levels)
		return g
	}
	loose = of(ref{}, found[""])
	delete(found, "")
	for _, s := range secrets {
		if list := found[s.ID]; len(list) > 0 {
			tied = append(tied, of(x.ref(s.ID), list))
			delete(found, s.ID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(found)) { // of a result that was put together by hand
		tied = append(tied, of(x.ref(id), found[id]))
	}
	return tied, loose
}

// runs counts equal neighbours: 2 critical, 5 high.
func runs(words []string) string {
	var parts []string
	for i := 0; i < len(words); {
		n := i
		for n < len(words) && words[n] == words[i] {
			n++
		}
		parts = append(parts, fmt.Sprintf("%d %s", n-i, words[i]))
		i = n
	}
	return strings.Join(parts, ", ")
}

func (x *index) finding(f detect.Finding) findingView {
	v := findingView{
		Anchor: x.place(f.ID), Level: string(f.Level), Title: f.Title, Query: f.Query,
		QueryAnchor: x.queries[f.Query], Mark: triageMark(f.Triage),
		Brief: count(f.Count, "event") + " · " + seen(f.FirstSeen, f.LastSeen),
	}
	if len(f.IPs) > 0 {
		v.Brief += " · " + few(f.IPs, 1)
	}
	facts := []fact{
		{"finding", f.ID},
		{"triage", TriageText(f.Triage)},
		{"seen", window(&f.FirstSeen, &f.LastSeen, exact)},
		{"credential", f.Credential},
		{"from", few(described(f.IPs, x.known), maxListed)},
		{"actors", few(f.Actors, maxListed)},
		{"actions", few(f.Actions, maxListed)},
	}
	facts = append(append(facts, attributes(f)...), placesOf(f)...)
	names := 0
	for _, x := range facts {
		if x.value != "" {
			names = max(names, width(clip(x.name, nameMax)))
		}
	}
	var lines []string
	for _, x := range facts {
		if x.value != "" {
			lines = append(lines, pad(clip(x.name, nameMax), names, false)+"  "+x.value)
		}
	}
	v.Body = strings.Join(lines, "\n")
	return v
}

// placesOf lists where a finding's first events are, those in one file under its name, and how to
// see the others.
func placesOf(f detect.Finding) (facts []fact) {
	listed, name, file := 0, "events", ""
	for _, p := range f.Places {
		if p.File != file {
			facts = append(facts, fact{name, "in " + p.File})
			name, file = " ", p.File
		}
		facts = append(facts, fact{" ", fmt.Sprintf("%d  %s", p.Pos, p.Event)})
		listed++
	}
	if listed == 0 {
		for _, e := range f.Events[:min(len(f.Events), maxListed)] {
			facts = append(facts, fact{name, e})
			name = " "
			listed++
		}
	}
	if left := f.Count - int64(listed); listed > 0 && left > 0 {
		facts = append(facts, fact{" ", fmt.Sprintf("%d more: breachwindow show %s", left, f.ID)})
	}
	return facts
}
