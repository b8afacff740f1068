package mail

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"breachwindow/detect"
	"breachwindow/report"
)

// sheet is what both parts of a mail say, in words: all texts in it are clean.
type sheet struct {
	Subject, Answer      string
	News                 *news // nil: a first mail
	Case, Incident, Tool string
	Since                string
	Counts               []count
	Secrets              []secretRow
	MoreSecrets          int // that are not clear either
	Clear                int // secrets that are not listed, since nothing is to be done
	Findings             []findingRow
	MoreFindings         int
	Next                 []string // what was read with the secrets
	MoreNext             int
	Limits               []string // what the logs cannot tell
	Attached, LeftOut    []string
	Timeline             timeline
	Triage               string // how much people decided
	Picture              bool
}

// count is how many secrets have a verdict.
type count struct {
	Verdict, Colour string
	N               int
}

type secretRow struct {
	Verdict, Colour string
	ID, What        string
	Window, Triage  string
	Rotation, Uses  string
	Because, Next   []string
	More            int // reasons that are not shown
}

type findingRow struct {
	Level, Colour string
	Title, Secret string
	When, From    string
	Query, Triage string
	Count         int64
}

func sheetOf(r *detect.Result) *sheet {
	s := &sheet{
		Answer: clean(report.Answer(r), textMax),
		Case:   clean(r.Case, nameMax), Tool: clean(r.Tool, nameMax),
		Incident: clean(cmp.Or(r.Incident.Title, r.Incident.ID, "not named"), 2*nameMax),
		Counts:   counts(r.Secrets),
		Limits:   limits(r),
		Timeline: timelineOf(r),
	}
	s.Subject = fmt.Sprintf("[%s] %s", s.Case, headline(s.Counts, len(r.Secrets)))
	if r.Incident.Starts != nil {
		s.Since = moment(*r.Incident.Starts)
	}
	open := slices.DeleteFunc(report.Worst(r.Secrets), func(a detect.SecretAnswer) bool {
		return isClear(a.Verdict)
	})
	s.Clear = len(r.Secrets) - len(open)
	for _, a := range open[:min(maxRows, len(open))] {
		s.Secrets = append(s.Secrets, secretRowOf(a))
	}
	s.MoreSecrets = len(open) - len(s.Secrets)
	s.findings(r.Findings, r.Addresses)
	s.Triage = triaged(r)
	s.Next, s.MoreNext = exposedNext(r.ExposedNext)
	return s
}

// findings shows the worst of some findings and counts the others.
func (s *sheet) findings(all []detect.Finding, known []detect.Address) {
	s.Findings = nil
	worst := report.WorstFindings(all)
	for _, f := range worst[:min(maxRows, len(worst))] {
		s.Findings = append(s.Findings, findingRowOf(f, known))
	}
	s.MoreFindings = len(worst) - len(s.Findings)
}

// triaged says how much people decided, and what of it does not hold; "" if nothing.
func triaged(r *detect.Result) string {
	n := len(r.Triage)
	if n == 0 {
		return ""
	}
	text := some(n, "decision")
	broken := 0
	for _, d := range r.Triage {
		if d.State != detect.Holds {
			broken++
		}
	}
	if broken > 0 {
		text += fmt.Sprintf(", %d of which no longer holds or matches nothing", broken)
	}
	var clears []string
	for _, a := range r.Secrets {
		if isClear(a.Verdict) && a.RestsOnTriage {
			clears = append(clears, cleanName(a.ID))
		}
	}
	if len(clears) > 0 {
		shown := clears[:min(len(clears), maxRows)]
		text += "; clear with the help of it: " + strings.Join(shown, ", ")
		if left := len(clears) - len(shown); left > 0 {
			text += fmt.Sprintf(" and %d more", left)
		}
	}
	return text
}

func isClear(v detect.Verdict) bool {
	return v == detect.Used || v == detect.Unused || v == detect.Unexposed
}

// counts says how many secrets have each verdict, worst first. A verdict that this program does not
// know counts as unknown.
func counts(secrets []detect.SecretAnswer) []count {
	n := map[detect.Verdict]int{}
	for _, s := range secrets {
		if s.Verdict.Rank() < 0 {
			n[detect.Unknown]++
			continue
		}
		n[s.Verdict]++
	}
	var out []count
	for _, v := range detect.Verdicts() {
		if n[v] > 0 {
			out = append(out, count{Verdict: string(v), Colour: verdictColour(v), N: n[v]})
		}
	}
	return out
}

// headline is the answer in the subject: the worst verdict, then the others.
func headline(counts []count, all int) string {
	if len(counts) == 0 {
		return "no answer: the inventory names no secrets"
	}
	worst := counts[0]
	text := fmt.Sprintf("%s: %d of %s", strings.ToUpper(worst.Verdict), worst.N, some(all, "secret"))
	var others []string
	for _, c := range counts[1:] {
		others = append(others, fmt.Sprintf("%d %s", c.N, c.Verdict))
	}
	if len(others) > 0 {
		text += "; " + strings.Join(others, ", ")
	}
	return text
}

// some is a number of things.
func some(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Colours have the contrast that small text needs on white; the words say the same.
func verdictColour(v detect.Verdict) string {
	switch v {
	case detect.Compromised:
		return "#b00020"
	case detect.Suspicious:
		return "#9a4a00"
	case detect.Used, detect.Unused:
		return "#1b6e3c"
	case detect.Unexposed:
		return "#555555"
	}
	return "#6a1b9a"
}

func levelColour(l detect.Level) string {
	switch l {
	case detect.Critical, detect.High:
		return "#b00020"
	case detect.Medium:
		return "#9a4a00"
	}
	return "#555555"
}

func secretRowOf(a detect.SecretAnswer) secretRow {
	row := secretRow{
		Verdict: clean(string(a.Verdict), nameMax), Colour: verdictColour(a.Verdict),
		ID: cleanName(a.ID), Window: span(a.ExposedAt, a.WindowEnd),
		Rotation: clean(cmp.Or(a.Rotation, "none"), nameMax),
		Uses:     fmt.Sprintf("%d in the window", a.Uses.Window),
	}
	if a.Uses.Window > 0 {
		row.Uses += fmt.Sprintf(" (%d expected)", a.Uses.Expected)
	}
	if a.Uses.After > 0 {
		row.Uses += fmt.Sprintf(", %d after it", a.Uses.After)
	}
	if a.Uses.Derived > 0 {
		row.Uses += fmt.Sprintf(", %d by derived credentials", a.Uses.Derived)
	}
	what := []string{a.Kind, a.Identifier}
	if a.StoredIn != "" {
		what = append(what, "in", a.StoredIn)
	}
	if a.Owner != "" {
		what = append(what, "of", a.Owner)
	}
	row.What = clean(strings.Join(what, " "), 2*nameMax)
	row.Triage = clean(report.TriageText(a.Triage), 2*nameMax)
	row.Because, row.More = cleanAll(a.Because, 2, textMax)
	row.Next, _ = cleanAll(a.Next, 2, stepMax)
	return row
}

func findingRowOf(f detect.Finding, known []detect.Address) findingRow {
	row := findingRow{
		Level: clean(string(f.Level), nameMax), Colour: levelColour(f.Level),
		Title: clean(f.Title, 2*nameMax), Query: cleanName(f.Query), Count: f.Count,
		Secret: cleanName(cmp.Or(f.Secret, "tied to no secret")),
		When:   seen(f.FirstSeen, f.LastSeen),
		Triage: clean(report.TriageText(f.Triage), 2*nameMax),
	}
	if len(f.IPs) == 0 {
		return row
	}
	from := f.IPs[0]
	for _, a := range known {
		if a.IP == from {
			from = strings.Join(slices.DeleteFunc(
				[]string{from, a.Country, a.Organisation}, func(s string) bool { return s == "" }), ", ")
			break
		}
	}
	row.From = clean(from, nameMax)
	if n := len(f.IPs) - 1; n > 0 {
		row.From += fmt.Sprintf(" and %d more", n)
	}
	return row
}

// exposedNext names what was read with the secrets for certain: the second list to rotate.
func exposedNext(all []detect.Exposure) (shown []string, left int) {
	for _, e := range all {
		switch {
		case !e.Certain:
		case len(shown) == maxRows:
			left++
		default:
			shown = append(shown, cleanName(e.What+" "+e.Name)+" (with "+cleanName(e.Secret)+")")
		}
	}
	return shown, left
}

// limits says what the logs cannot tell.
func limits(r *detect.Result) []string {
	var out []string
	gaps := 0
	for _, c := range r.Coverage {
		gaps += len(c.Gaps)
	}
	if gaps > 0 {
		out = append(out, fmt.Sprintf("%s in what the logs cover.", some(gaps, "gap")))
	}
	if n := len(r.Problems); n > 0 {
		p := r.Problems[0]
		out = append(out, fmt.Sprintf("%s with the logs, first: %s, %s.", some(n, "problem"),
			clean(p.Path, nameMax), clean(p.What, nameMax)))
	}
	if n := r.Totals.Rejects; n > 0 {
		out = append(out, fmt.Sprintf("%s could not be read.", some(int(n), "record")))
	}
	if n := len(r.Blind); n > 0 {
		out = append(out, fmt.Sprintf("%s cannot speak on these logs.", some(n, "detection")))
	}
	return append(out, "Not seen is not the same as not used: only coverage clears a secret.")
}
