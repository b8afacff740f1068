package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"breachwindow/detect"
)

// timeline is the picture of uses: a strip per secret, a cell per day.
type timeline struct {
	Axis         *axis
	Strips, More []strip
	Phases       []string
	From, To     string
}

// strip is one secret's row. What is usual is low and blue, what is not is high and red: shape
// tells them apart where colour does not.
type strip struct {
	ref
	Axis     *axis
	Side     string // how long it was exposed, how many findings
	Desc     string // the strip in words
	Usual    []bar
	Odd      []bar
	Window   bar
	Open     bool // the window has no end
	Declared mark // the day of its rotation, if it is not proved
	Proved   mark // when it stopped working
	Found    []mark
}

// maxPicture bounds what one wrong clock can make of the picture.
const maxPicture = 3 * 366 * oneDay

func timelineOf(r *detect.Result, secrets []detect.SecretAnswer, x *index) timeline {
	from, to, ok := pictureSpan(r)
	if !ok {
		return timeline{}
	}
	t := timeline{Axis: newAxis(from, to, r.Incident.Phases), From: day(from), To: day(to)}
	t.Axis.Name, t.Axis.Height = "days", 40
	for _, p := range r.Incident.Phases {
		t.Phases = append(t.Phases, phaseText(p))
	}
	found := map[string][]detect.Finding{}
	for _, f := range r.Findings {
		if weight(f.Level) <= weight(detect.Medium) {
			found[f.Secret] = append(found[f.Secret], f)
		}
	}
	for _, s := range secrets {
		if s.ExposedAt != nil {
			t.Strips = append(t.Strips, t.Axis.strip(s, found[s.ID], x.ref(s.ID)))
		}
	}
	if len(t.Strips) > maxStrips {
		t.Strips, t.More = t.Strips[:maxStrips], t.Strips[maxStrips:]
		for _, s := range t.More { // thousands of days: what they hold is the picture's to say
			for i := range s.Usual {
				s.Usual[i].Title = ""
			}
			for i := range s.Found {
				s.Found[i].Title, _, _ = strings.Cut(s.Found[i].Title, "\n")
			}
		}
	}
	return t
}

// pictureSpan is from thirty days before the first window to the last thing that is known of a
// secret. An open window reaches to the end of the logs.
func pictureSpan(r *detect.Result) (from, to time.Time, ok bool) {
	open := false
	reach := func(t *time.Time) {
		if t != nil && t.After(to) {
			to = *t
		}
	}
	for _, s := range r.Secrets {
		if s.ExposedAt == nil {
			continue
		}
		if !ok || s.ExposedAt.Before(from) {
			from, ok = *s.ExposedAt, true
		}
		open = open || s.WindowEnd == nil
		for _, t := range []*time.Time{s.ExposedAt, s.WindowEnd, s.RotatedAt, s.RevokedAt} {
			reach(t)
		}
		if n := len(s.Days); n > 0 {
			if last, err := time.Parse(dayLayout, s.Days[n-1].Day); err == nil {
				reach(&last)
			}
		}
	}
	if open {
		for _, c := range r.Coverage {
			reach(&c.To)
		}
	}
	from = from.AddDate(0, 0, -30).Truncate(oneDay)
	if to.Sub(from) > maxPicture {
		to = from.Add(maxPicture)
	}
	return from, to, ok
}

func (a *axis) strip(s detect.SecretAnswer, found []detect.Finding, who ref) strip {
	v := strip{ref: who, Axis: a, Open: s.WindowEnd == nil}
	end := a.from.AddDate(0, 0, a.days)
	if s.WindowEnd != nil {
		end = *s.WindowEnd
	}
	v.Window, _ = a.bar(*s.ExposedAt, end, "", "window "+window(s.ExposedAt, s.WindowEnd, exact))
	v.Side = "open"
	if s.WindowEnd != nil {
		v.Side = length(s.WindowEnd.Sub(*s.ExposedAt)) + " exposed"
	}
	if isAlive(s) {
		v.Side += ", rotation " + s.Rotation
	}
	if n := len(found); n > 0 {
		v.Side += ", " + count(n, "finding")
	}
	if s.RevokedAt != nil && a.has(*s.RevokedAt) {
		v.Proved = mark{X: percent(a.x(*s.RevokedAt)), Title: "dead since " + exact(*s.RevokedAt)}
	}
	if s.RotatedAt != nil && a.has(*s.RotatedAt) {
		v.Declared = mark{X: percent(a.x(*s.RotatedAt)), Title: "declared rotated " + exact(*s.RotatedAt)}
	}
	odd := v.days(a, s.Days)
	v.Found = a.found(found)
	v.Desc = v.describe(s, odd, len(found))
	return v
}

// days fills in the uses and returns in words the days that are not as they should be.
func (v *strip) days(a *axis, days []detect.UseDay) (odd []string) {
	usual := &cells{axis: a, noun: "use"}
	for _, d := range days {
		at, err := time.Parse(dayLayout, d.Day)
		if err != nil || !a.has(at) {
			continue
		}
		if d.Unexpected == 0 && d.Untold == 0 && d.After == 0 {
			usual.add(at, shade(d.Expected), d.Expected)
			continue
		}
		class := "bad"
		switch {
		case d.Unexpected > 0:
		case d.After > 0:
			class = "late"
		default:
			class = "untold"
		}
		if d.Failed == d.All() {
			class += " failed"
		}
		text := dayText(d)
		odd = append(odd, text)
		if b, ok := a.bar(at, at.AddDate(0, 0, 1), class, text); ok {
			v.Odd = append(v.Odd, b)
		}
	}
	usual.flush()
	v.Usual = usual.bars
	return odd
}

// dayText says what a day's uses were.
func dayText(d detect.UseDay) string {
	var parts []string
	for _, p := range []struct {
		n    int64
		what string
	}{
		{d.Unexpected, "unexpected"},
		{d.Untold, "cannot be told"},
		{d.Expected, "expected"},
		{d.Failed, "of all refused"},
		{d.Derived, "of all by what it made"},
		{d.After, "of all after its window had closed"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return d.Day + ": " + count(d.All(), "use") + ", " + strings.Join(parts, ", ")
}

// found marks the days on which findings begin.
func (a *axis) found(findings []detect.Finding) (marks []mark) {
	byDay := map[string][]string{}
	for _, f := range findings {
		if a.has(f.FirstSeen) {
			byDay[day(f.FirstSeen)] = append(byDay[day(f.FirstSeen)], string(f.Level)+": "+f.Title)
		}
	}
	for _, d := range slices.Sorted(maps.Keys(byDay)) {
		at, err := time.Parse(dayLayout, d)
		if err != nil {
			continue
		}
		titles := slices.Compact(byDay[d])
		if left := len(titles) - maxReasons; left > 0 {
			titles = append(titles[:maxReasons], fmt.Sprintf("%d more", left))
		}
		marks = append(marks, mark{
			X: percent(a.x(at.Add(oneDay / 2))), Title: d + "\n" + strings.Join(titles, "\n"),
		})
	}
	return marks
}

// describe is the strip for who cannot see it.
func (v *strip) describe(s detect.SecretAnswer, odd []string, found int) string {
	text := "Window " + window(s.ExposedAt, s.WindowEnd, exact) + ". Uses: " + uses(s.Uses) + "."
	if found > 0 {
		text += " " + count(found, "finding") + " of level medium or higher."
	}
	if left := len(odd) - maxReasons; left > 0 {
		odd = append(slices.Clone(odd[:maxReasons]), fmt.Sprintf("%d more days", left))
	}
	if len(odd) > 0 {
		text += " Days to look at: " + strings.Join(odd, "; ") + "."
	}
	return text
}
