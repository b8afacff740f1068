package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"breachwindow/detect"
)

// weight orders levels. One that this program does not know weighs most: it must be seen.
func weight(l detect.Level) int {
	levels := []detect.Level{
		detect.Critical, detect.High, detect.Medium, detect.Low, detect.Informational,
	}
	return slices.Index(levels, l)
}

// byLevel returns the findings, worst first, then in the order in which it happened. What was
// triaged benign comes last: it is there, and weighs nothing.
func byLevel(findings []detect.Finding) []detect.Finding {
	return slices.SortedStableFunc(slices.Values(findings), func(a, b detect.Finding) int {
		return cmp.Or(
			compareBool(a.Benign(), b.Benign()),
			cmp.Compare(weight(a.Level), weight(b.Level)),
			a.FirstSeen.Compare(b.FirstSeen),
			cmp.Compare(a.Query, b.Query),
			cmp.Compare(a.Secret, b.Secret),
			cmp.Compare(a.ID, b.ID),
		)
	})
}

// WorstFindings returns the findings in the order in which a report lists them: those tied to a
// secret before the others, worst first.
func WorstFindings(all []detect.Finding) []detect.Finding {
	return slices.SortedStableFunc(slices.Values(byLevel(all)), func(a, b detect.Finding) int {
		return compareBool(a.Secret == "", b.Secret == "")
	})
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// findings writes the findings that are tied to a secret and, apart from them, the others.
func (p *page) findings(all []detect.Finding) error {
	var tied, loose []detect.Finding
	for _, f := range byLevel(all) {
		if f.Secret == "" {
			loose = append(loose, f)
		} else {
			tied = append(tied, f)
		}
	}
	if len(all) == 0 {
		p.section("No findings.")
	}
	const rest = "breachwindow detect"
	if err := p.findingsTable("findings", tied, true, rest); err != nil {
		return err
	}
	return p.findingsTable("activity in the window not tied to a secret", loose, false, rest)
}

// findingsTable writes findings under a title, with a column for the secret or without, and
// where those are that a terminal does not show.
func (p *page) findingsTable(title string, findings []detect.Finding, secret bool,
	rest string,
) error {
	if len(findings) == 0 {
		return nil
	}
	p.section(title)
	g := grid{cols: []column{
		{name: "level"},
		{name: "triage", want: 10, min: 6, drop: 1},
		{name: "query", want: 29, min: 16, middle: true},
		{name: "secret", want: 15, min: 8, middle: true},
		{name: "count"},
		{name: "first – last", drop: 4},
		{name: "first", drop: 2, fallback: true},
		{name: "from", want: 15, drop: 3},
		{name: "id", drop: 5},
		{name: "title", want: 40, drop: 6},
	}}
	show := p.limit(len(findings), maxRows)
	for _, f := range findings[:show] {
		g.rows = append(g.rows, []string{
			string(f.Level), triageMark(f.Triage), f.Query, f.Secret, fmt.Sprint(f.Count),
			seen(f.FirstSeen, f.LastSeen), day(f.FirstSeen), few(f.IPs, 1), f.ID, f.Title,
		})
	}
	if !secret {
		g.without(3)
	}
	if err := p.grid(g); err != nil {
		return err
	}
	p.more(len(findings)-show, rest)
	return nil
}

// FindingsText writes all findings, those tied to a secret first.
func FindingsText(w io.Writer, r *detect.Result, o Options) error {
	p := newPage(o)
	p.all = true
	if err := p.findings(r.Findings); err != nil {
		return err
	}
	if err := p.addresses(r.Addresses, r.Findings); err != nil {
		return err
	}
	p.blind(r.Blind)
	p.databases(r)
	return p.writeTo(w)
}

// FindingText writes one finding with everything that is known of it and, by known, of its
// addresses.
func FindingText(w io.Writer, f *detect.Finding, known []detect.Address, o Options) error {
	p := newPage(o)
	p.hang(clip(Clean(string(f.Level)), nameMax)+"  ", f.Title)
	secret := f.Secret
	if secret == "" {
		secret = "none: activity in the window not tied to a secret"
	}
	facts := []fact{
		{"finding", f.ID},
		{"triage", TriageText(f.Triage)},
		{"query", f.Query},
		{"secret", secret},
		{"credential", f.Credential},
		{"first seen", exact(f.FirstSeen)},
		{"last seen", exact(f.LastSeen)},
		{"count", fmt.Sprint(f.Count)},
		{"from", strings.Join(described(f.IPs, byIP(known)), ", ")},
		{"actors", strings.Join(f.Actors, ", ")},
		{"actions", strings.Join(f.Actions, ", ")},
	}
	p.facts(append(facts, attributes(*f)...)...)
	if len(f.Events) > 0 {
		p.section(events(f))
		for _, id := range f.Events {
			p.hang("  ", id)
		}
	}
	return p.writeTo(w)
}

// events heads the list of a finding's events; the list may be shorter than the count.
func events(f *detect.Finding) string {
	if n := int64(len(f.Events)); n < f.Count {
		return fmt.Sprintf("the first %d of %d events", n, f.Count)
	}
	return "events"
}

// attributes are a query's extra columns, cleaned.
func attributes(f detect.Finding) (facts []fact) {
	for _, name := range slices.Sorted(maps.Keys(f.Attributes)) {
		facts = append(facts, fact{Clean(name), Clean(attribute(f.Attributes[name]))})
	}
	return facts
}

// attribute formats a value of a query's extra column.
func attribute(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	text, err := encode(v, "")
	if err != nil {
		return fmt.Sprint(v) // a value that JSON does not know, such as NaN
	}
	return strings.TrimSpace(string(text))
}
