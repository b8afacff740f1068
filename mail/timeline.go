package mail

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"breachwindow/detect"
	"breachwindow/report"
)

// timeline is what the picture shows: a strip per secret.
type timeline struct {
	From, To time.Time
	Strips   []strip
	More     int // exposed secrets without a strip
}

// strip is a secret's window and what happened in it. A nil time is one that never came.
type strip struct {
	ID, Verdict, Colour string
	Opens               time.Time
	Closes, Rotated     *time.Time
	FirstUse, LastUse   *time.Time
	Found               []spell // of findings that weigh
}

// spell is the time of a finding.
type spell struct{ from, to time.Time }

// timelineOf takes the worst secrets that have a window.
func timelineOf(r *detect.Result) (t timeline) {
	found := map[string][]spell{}
	for _, f := range r.Findings {
		if f.Level != detect.Low && f.Level != detect.Informational {
			found[f.Secret] = append(found[f.Secret], spell{f.FirstSeen, f.LastSeen})
		}
	}
	for _, a := range report.Worst(r.Secrets) {
		switch {
		case a.ExposedAt == nil:
			continue
		case len(t.Strips) == maxRows:
			t.More++
			continue
		}
		t.Strips = append(t.Strips, strip{
			ID: cleanName(a.ID), Verdict: clean(string(a.Verdict), nameMax),
			Colour: verdictColour(a.Verdict), Opens: *a.ExposedAt, Closes: a.WindowEnd,
			Rotated: a.RotatedAt, FirstUse: a.FirstUse, LastUse: a.LastUse, Found: found[a.ID],
		})
	}
	t.bound(r)
	return t
}

// bound finds the days that the picture spans: all that a strip shows, and some air.
func (t *timeline) bound(r *detect.Result) {
	var at []time.Time
	for _, s := range t.Strips {
		at = append(at, s.Opens)
		for _, p := range []*time.Time{s.Closes, s.Rotated, s.FirstUse, s.LastUse} {
			if p != nil {
				at = append(at, *p)
			}
		}
		for _, f := range s.Found {
			at = append(at, f.from, f.to)
		}
	}
	if len(at) == 0 {
		return
	}
	t.From, t.To = slices.MinFunc(at, time.Time.Compare), slices.MaxFunc(at, time.Time.Compare)
	if t.hasOpen() { // an open window reaches until the logs end
		for _, c := range r.Coverage {
			if c.To.After(t.To) {
				t.To = c.To
			}
		}
	}
	air := max(t.To.Sub(t.From)/25, 12*time.Hour)
	t.From, t.To = t.From.Add(-air), t.To.Add(air)
}

func (t *timeline) hasOpen() bool {
	return slices.ContainsFunc(t.Strips, func(s strip) bool { return s.Closes == nil })
}

// altMax bounds the words in place of the picture, which some programs read aloud.
const altMax = 5

// Alt says what the picture shows: images are blocked in most inboxes.
func (t timeline) Alt() string {
	var said []string
	for _, s := range t.Strips[:min(altMax, len(t.Strips))] {
		text := fmt.Sprintf("%s %s, exposed from %s until ", s.ID, s.Verdict, day(s.Opens))
		if s.Closes == nil {
			text += "now"
		} else {
			text += day(*s.Closes)
		}
		switch {
		case len(s.Found) > 0:
			first := slices.MinFunc(s.Found, func(a, b spell) int { return a.from.Compare(b.from) })
			text += ", first finding " + moment(first.from)
		case s.FirstUse != nil:
			text += ", first used " + moment(*s.FirstUse)
		}
		said = append(said, text)
	}
	text := "Timeline in UTC: " + strings.Join(said, "; ")
	if more := len(t.Strips) - len(said) + t.More; more > 0 {
		text += "; and " + some(more, "more secret")
	}
	return text + "."
}
