package report

import (
	"fmt"
	"strings"
	"time"

	"breachwindow/detect"
)

const oneDay = 24 * time.Hour

// calendar draws a line per scope with a mark per day, so that holes are seen at a glance. Where
// the days do not fit, a mark stands for several and shows the worst of them.
func (p *page) calendar(r *detect.Result) {
	first, last, ok := calendarSpan(r.Coverage)
	if !ok {
		return
	}
	names := 0
	for _, s := range r.Coverage {
		names = max(names, min(width(Clean(s.Source+" "+s.Scope)), 34))
	}
	room := 120
	if p.cols > 0 {
		room = max(p.cols-names-4, 10)
	}
	days := int(last.Sub(first)/oneDay) + 1
	step := (days + room - 1) / room
	p.section(fmt.Sprintf("calendar: %s – %s, %s a mark", day(first), day(last), count(step, "day")))
	cells := (days + step - 1) / step
	p.line("  " + pad("", names, false) + "  " + months(first, step, cells))
	for _, s := range r.Coverage {
		name := pad(clip(Clean(s.Source+" "+s.Scope), names), names, false)
		p.line("  " + name + "  " + marks(s, first, step, cells))
	}
	if line := incidentMarks(r.Incident, first, step, cells); line != "" {
		p.line("  " + pad("the incident", names, false) + "  " + line)
	}
	p.hang("", "█ events   · none, as is usual there   ✗ a gap   blank: outside the log   "+
		"═ the incident's own window")
}

// calendarSpan is the first and the last day that any log has, at most ten years.
func calendarSpan(spans []detect.CoverageSpan) (first, last time.Time, ok bool) {
	for _, s := range spans {
		from := s.From.Truncate(oneDay)
		to := from.AddDate(0, 0, max(len(s.EventsPerDay)-1, 0))
		if !ok || from.Before(first) {
			first = from
		}
		if !ok || to.After(last) {
			last = to
		}
		ok = true
	}
	return first, last, ok
}

// marks draws a scope's days.
func marks(s detect.CoverageSpan, first time.Time, step, cells int) string {
	var b strings.Builder
	offset := int(first.Sub(s.From.Truncate(oneDay)) / oneDay) // not above 0
	for c := range cells {
		worst := ' '
		for d := c * step; d < (c+1)*step; d++ {
			worst = worse(worst, markOf(s, first.AddDate(0, 0, d), d+offset))
		}
		b.WriteRune(worst)
	}
	return b.String()
}

// markOf is the mark of one day, the i-th of the scope's.
func markOf(s detect.CoverageSpan, at time.Time, i int) rune {
	if i < 0 || i >= len(s.EventsPerDay) {
		return ' '
	}
	for _, g := range s.Gaps {
		if g.From.Before(at.Add(oneDay)) && g.To.After(at) && (s.EventsPerDay[i] == 0 ||
			g.To.Sub(g.From) >= oneDay/2) {
			return '✗'
		}
	}
	if s.EventsPerDay[i] == 0 {
		return '·'
	}
	return '█'
}

// worse is the mark that says more: a gap before all, then events, then a quiet day.
func worse(a, b rune) rune {
	for _, r := range "✗█·" {
		if a == r || b == r {
			return r
		}
	}
	return ' '
}

// months writes each month's name where it begins.
func months(first time.Time, step, cells int) string {
	line := []rune(strings.Repeat(" ", cells))
	next := 0
	for c := range cells {
		from := first.AddDate(0, 0, c*step)
		to := from.AddDate(0, 0, step)
		begins := c == 0 || from.Day() == 1 || to.AddDate(0, 0, -1).Month() != from.Month()
		if !begins || c < next {
			continue
		}
		name := to.AddDate(0, 0, -1).Format("Jan 06")
		if c+len(name) > cells {
			name = name[:len("Jan")]
		}
		if c+len(name) <= cells {
			copy(line[c:], []rune(name))
		}
		next = c + len(name) + 1
	}
	return string(line)
}

// incidentMarks draws the incident's window, "" if it has no start.
func incidentMarks(in detect.IncidentSummary, first time.Time, step, cells int) string {
	if in.Starts == nil {
		return ""
	}
	var b strings.Builder
	for c := range cells {
		from := first.AddDate(0, 0, c*step)
		to := from.AddDate(0, 0, step)
		if to.After(*in.Starts) && (in.Ends == nil || from.Before(*in.Ends)) {
			b.WriteRune('═')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// kinds lists what each scope's log has of each kind of events.
func (p *page) kinds(spans []detect.CoverageSpan) error {
	g := grid{cols: []column{
		{name: "source"},
		{name: "scope", want: 22, min: 12, middle: true},
		{name: "kind"},
		{name: "from", drop: 2},
		{name: "to", drop: 1},
		{name: "events"},
		{name: "days without", drop: 3},
		{name: "longest silence", drop: 4},
	}}
	for _, s := range spans {
		for i, k := range s.Kinds {
			quiet, silence := "", ""
			if i == 0 {
				quiet, silence = fmt.Sprint(emptyDays(s)), "none"
				if s.LongestSilence != nil {
					silence = length(s.LongestSilence.To.Sub(s.LongestSilence.From)) + " from " +
						minute(s.LongestSilence.From)
				}
			}
			g.rows = append(g.rows, []string{
				s.Source, s.Scope, k.Kind, minute(k.From), minute(k.To), fmt.Sprint(k.Events),
				quiet, silence,
			})
		}
	}
	if len(g.rows) == 0 {
		return nil
	}
	p.section("kinds: what each log has")
	return p.grid(g)
}

func emptyDays(s detect.CoverageSpan) int {
	n := 0
	for _, events := range s.EventsPerDay {
		if events == 0 {
			n++
		}
	}
	return n
}

// caveats says what no log at hand can show.
func (p *page) caveats(caveats []detect.Caveat) {
	if len(caveats) == 0 {
		return
	}
	p.section("caveats: what these logs can never show")
	for _, c := range caveats {
		p.hang("• ", c.Text)
	}
}
