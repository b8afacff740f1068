package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"breachwindow/detect"
)

// coverage writes what span of time the logs of each scope cover, those with gaps first.
func (p *page) coverage(spans []detect.CoverageSpan) error {
	if len(spans) == 0 {
		p.section("coverage: no logs, so no use could have been seen")
		return nil
	}
	p.section("coverage: what the logs can show")
	g := grid{cols: []column{
		{name: "source"},
		{name: "scope", want: 22, min: 12, middle: true},
		{name: "from", drop: 2},
		{name: "from", fallback: true},
		{name: "to", drop: 2},
		{name: "to", fallback: true},
		{name: "events", drop: 3},
		{name: "gaps", drop: 1},
		{name: "gaps", fallback: true},
	}}
	show := p.limit(len(spans), maxRows)
	for _, s := range gapsFirst(spans)[:show] {
		g.rows = append(g.rows, []string{
			s.Source, s.Scope, minute(s.From), day(s.From), minute(s.To), day(s.To),
			fmt.Sprint(s.Events), gapSummary(s.Gaps), fmt.Sprint(len(s.Gaps)),
		})
	}
	if err := p.grid(g); err != nil {
		return err
	}
	p.more(len(spans)-show, "breachwindow coverage")
	return nil
}

// gapsFirst returns the spans with gaps before those without.
func gapsFirst(spans []detect.CoverageSpan) []detect.CoverageSpan {
	return slices.SortedStableFunc(slices.Values(spans), func(a, b detect.CoverageSpan) int {
		return min(len(b.Gaps), 1) - min(len(a.Gaps), 1)
	})
}

// gapSummary names the first gap and counts the others.
func gapSummary(gaps []detect.Gap) string {
	if len(gaps) == 0 {
		return "none"
	}
	text := day(gaps[0].From)
	if to := day(gaps[0].To); to != text {
		text += " – " + to
	}
	if n := len(gaps) - 1; n > 0 {
		text += fmt.Sprintf(" +%d", n)
	}
	return text
}

// gaps lists every gap.
func (p *page) gaps(spans []detect.CoverageSpan) {
	titled := false
	for _, s := range spans {
		for _, g := range s.Gaps {
			if !titled {
				p.section("gaps: silences too long to be quiet")
				titled = true
			}
			p.hang("• ", s.Source+" "+s.Scope+": "+gapText(g))
		}
	}
}

func gapText(g detect.Gap) string {
	return fmt.Sprintf("%s – %s (%s)", exact(g.From), exact(g.To), length(g.To.Sub(g.From)))
}

// blind names the detections that could not speak, by what they lack: a log that is not there
// silences dozens.
func (p *page) blind(blind []detect.BlindDetection) {
	if len(blind) == 0 {
		return
	}
	p.section("blind: detections that cannot speak on these logs")
	for _, lack := range byLack(blind) {
		show := p.limit(len(lack.Queries), maxNames)
		text := lack.Why + ": " + strings.Join(lack.Queries[:show], ", ")
		if left := len(lack.Queries) - show; left > 0 {
			text += fmt.Sprintf(" and %d more", left)
		}
		p.hang("• ", text)
	}
}

// lack is what silences detections.
type lack struct {
	Why     string
	Queries []string
}

func byLack(blind []detect.BlindDetection) (lacks []lack) {
	at := map[string]int{}
	for _, b := range blind {
		i, known := at[b.Why]
		if !known {
			i, at[b.Why] = len(lacks), len(lacks)
			lacks = append(lacks, lack{Why: b.Why})
		}
		lacks[i].Queries = append(lacks[i].Queries, b.Query)
	}
	return lacks
}

// problems says what is wrong with the logs themselves.
func (p *page) problems(problems []detect.Problem) {
	if len(problems) == 0 {
		return
	}
	title := "problems: what is wrong with the logs"
	if slices.ContainsFunc(problems, func(x detect.Problem) bool { return x.Blocks }) {
		title += " (! keeps secrets from being cleared)"
	}
	p.section(title)
	show := p.limit(len(problems), maxRows)
	for _, x := range problems[:show] {
		mark := "• "
		if x.Blocks {
			mark = "! "
		}
		p.hang(mark, x.What+": "+x.Path+": "+x.Why)
	}
	p.more(len(problems)-show, "breachwindow coverage")
}

// totals accounts for everything that was read.
func (p *page) totals(r *detect.Result) {
	p.section(account(r.Totals))
	if r.Totals.Rejects > 0 && !p.all {
		p.hang("", "rejected records by file: breachwindow coverage")
	}
}

func account(t detect.Totals) string {
	text := fmt.Sprintf("files %d, records %d = events %d + duplicates %d + rejects %d",
		t.Files, t.Records, t.Events, t.Duplicates, t.Rejects)
	if left := t.Records - t.Events - t.Duplicates - t.Rejects; left != 0 {
		text += fmt.Sprintf("; the sum is off by %d: do not rely on this result", left)
	}
	return text
}

// rejects lists the files in which records were rejected.
func (p *page) rejects(inputs []detect.Input) error {
	g := grid{cols: []column{
		{name: "file", want: 30, min: 20, middle: true},
		{name: "form", want: 13, drop: 1},
		{name: "records"},
		{name: "rejects"},
	}}
	for _, in := range inputs {
		if in.Rejects > 0 {
			g.rows = append(g.rows,
				[]string{in.Path, in.Form, fmt.Sprint(in.Records), fmt.Sprint(in.Rejects)})
		}
	}
	if len(g.rows) == 0 {
		return nil
	}
	p.section("files with rejected records")
	return p.grid(g)
}

const columnsOnly = "only the columns that were selected: without errorCode every call passes for a " +
	"success, without responseElements credentials made by a call cannot be followed"

// formLimits are what forms cannot show, whatever their log has.
var formLimits = map[string]string{
	"cloudtrail/athena":      columnsOnly,
	"cloudtrail/lake":        columnsOnly,
	"cloudtrail/cloudwatch":  "no events of more than 256 KB",
	"cloudtrail/elastic":     "only the fields that the shipper kept",
	"cloudtrail/eventbridge": "delivery without warranty; read-only calls only if asked for",
	"cloudtrail/event-history": "no parameters, no responses: credentials made by a call cannot be " +
		"followed; management events of one region in 90 days",
	"cloudtrail/ocsf": "Security Lake renames, joins lists to text and drops what has no place in " +
		"its schema: parameters and responses are not as logged",
	"cloudtrail/lookup-events": "management events of one region in 90 days, no data events",
}

// limits says what the forms of the logs at hand cannot show.
func (p *page) limits(inputs []detect.Input) {
	for i, form := range limitedForms(inputs) {
		if i == 0 {
			p.section("what these forms of a log cannot show")
		}
		p.hang("• ", form+": "+formLimits[form])
	}
}

func limitedForms(inputs []detect.Input) []string {
	var forms []string
	for _, in := range inputs {
		if formLimits[in.Form] != "" && in.Events+in.Duplicates > 0 {
			forms = append(forms, in.Form)
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// empties lists the files that hold nothing: an export may have broken off there.
func (p *page) empties(inputs []detect.Input) {
	var names []string
	for _, in := range inputs {
		if in.Form == "empty" {
			names = append(names, in.Path)
		}
	}
	if len(names) == 0 {
		return
	}
	p.section("empty files: did an export break off?")
	for _, name := range names {
		p.hang("• ", name)
	}
}

// CoverageText writes what the logs cover, every gap, the detections that are blind, what is wrong
// with the logs, and the account of what was read.
func CoverageText(w io.Writer, r *detect.Result, o Options) error {
	p := newPage(o)
	p.all = true
	if err := p.coverage(r.Coverage); err != nil {
		return err
	}
	p.calendar(r)
	if err := p.kinds(r.Coverage); err != nil {
		return err
	}
	p.gaps(r.Coverage)
	p.caveats(r.Caveats)
	p.blind(r.Blind)
	p.problems(r.Problems)
	if err := p.rejects(r.Inputs); err != nil {
		return err
	}
	p.empties(r.Inputs)
	p.limits(r.Inputs)
	p.totals(r)
	return p.writeTo(w)
}
