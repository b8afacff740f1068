package report

import (
	"fmt"
	"strconv"
	"time"

	"breachwindow/detect"
)

// A strip is a row of a picture of days: coordinates across are in per cent of its width, so that
// it is as wide as the page, on a phone and on paper, and nothing in it is distorted.

// axis is the span of days that strips share.
type axis struct {
	from time.Time
	days int

	Name   string // of the lines that all of its strips share
	Height int    // of its strips
	Ticks  []mark
	Steps  []mark // of the incident
}

// mark is a place on an axis, and what stands there.
type mark struct {
	X, Text, Title string
	End            bool // its text stands before it: behind it is the edge
}

// bar is a part of a strip.
type bar struct {
	X, Width, Class, Title string
}

func newAxis(from, to time.Time, phases []detect.Phase) *axis {
	a := &axis{from: from.UTC().Truncate(oneDay)}
	a.days = max(int(to.Sub(a.from)/oneDay)+1, 1)
	a.Ticks = a.ticks()
	a.Steps = a.steps(phases)
	return a
}

// x is where a time is; what is outside of the axis is at its edge.
func (a *axis) x(t time.Time) float64 {
	at := 100 * t.Sub(a.from).Hours() / 24 / float64(a.days)
	return min(max(at, 0), 100)
}

func (a *axis) has(t time.Time) bool {
	return !t.Before(a.from) && t.Before(a.from.AddDate(0, 0, a.days))
}

func percent(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) + "%" }

// bar spans from one time to another, "" if nothing of it is on the axis.
func (a *axis) bar(from, to time.Time, class, title string) (bar, bool) {
	left, right := a.x(from), a.x(to)
	return bar{percent(left), percent(right - left), class, title}, right > left
}

// maxTicks is how many dates fit beside each other on a phone.
const maxTicks = 6

// ticks are Mondays, evenly spaced; the first days of weeks show the rhythm of weekends.
func (a *axis) ticks() (ticks []mark) {
	weeks := (a.days + 7*maxTicks - 1) / (7 * maxTicks)
	layout := "2 Jan"
	if a.days > 300 {
		layout = "Jan 06"
	}
	monday := a.from.AddDate(0, 0, (8-int(a.from.Weekday()))%7)
	for t := monday; a.x(t.AddDate(0, 0, 2)) < 100; t = t.AddDate(0, 0, 7*weeks) {
		ticks = append(ticks, mark{
			X: percent(a.x(t)), Text: t.Format(layout), Title: day(t), End: a.x(t) > 85,
		})
	}
	return ticks
}

// steps marks the phases of the incident by their numbers. Where several are too close to label,
// the first carries the numbers of all.
func (a *axis) steps(phases []detect.Phase) (steps []mark) {
	const apart = 6.0 // per cent: the width of two numbers on a phone
	label, first, at := -1, 0, 0.0
	for i, p := range phases {
		if !a.has(p.At) {
			continue
		}
		x := a.x(p.At)
		m := mark{X: percent(x), Title: fmt.Sprintf("%d %s", i+1, phaseText(p))}
		if label < 0 || x-at >= apart {
			m.Text = strconv.Itoa(i + 1)
			label, first, at = len(steps), i, x
		} else {
			steps[label].Text = fmt.Sprintf("%d–%d", first+1, i+1)
		}
		steps = append(steps, m)
	}
	return steps
}

// phaseText says what happened when, as exactly as is known.
func phaseText(p detect.Phase) string {
	at := exact(p.At)
	switch p.Precision {
	case "day":
		at = day(p.At)
	case "month":
		at = p.At.UTC().Format("2006-01")
	}
	return at + ": " + p.What
}

// shade is the class of a day with n uses or events: more is darker, by powers of about three.
func shade(n int64) string {
	level := 1
	for limit := int64(3); n > limit && level < 5; limit *= 3 {
		level++
	}
	return "n" + strconv.Itoa(level)
}

// cells draws days next to each other as one bar while their class is the same.
type cells struct {
	axis  *axis
	bars  []bar
	class string
	from  time.Time
	to    time.Time
	sum   int64
	noun  string
}

func (c *cells) add(at time.Time, class string, n int64) {
	if class != c.class || !at.Equal(c.to) {
		c.flush()
		c.class, c.from = class, at
	}
	c.to, c.sum = at.AddDate(0, 0, 1), c.sum+n
}

func (c *cells) flush() {
	if c.sum > 0 && c.class != "" {
		title := day(c.from)
		if last := c.to.AddDate(0, 0, -1); !last.Equal(c.from) {
			title += " – " + day(last)
		}
		if b, ok := c.axis.bar(c.from, c.to, c.class, title+": "+count(c.sum, c.noun)); ok {
			c.bars = append(c.bars, b)
		}
	}
	c.class, c.sum = "", 0
}
