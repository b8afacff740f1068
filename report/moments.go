package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"breachwindow/detect"
)

// MomentsText writes stories of secrets in the order of time, and how many moments before these are
// left out.
func MomentsText(w io.Writer, moments []detect.Moment, left int64, o Options) error {
	p := newPage(o)
	if len(moments) == 0 {
		p.hang("", "The logs at hand show nothing that fits. Not seen is not the same as not used: "+
			"breachwindow coverage tells what they cover.")
		return p.writeTo(w)
	}
	if left > 0 {
		p.hang("", fmt.Sprintf("%s before these are not shown: --limit 0 shows all, --from and "+
			"--to others.", count(left, "moment")))
		p.out.WriteByte('\n')
	}
	several := slices.ContainsFunc(moments, func(m detect.Moment) bool {
		return m.Secret != moments[0].Secret
	})
	if err := p.moments(moments, several); err != nil {
		return err
	}
	return p.writeTo(w)
}

// SecretStory writes the story of one secret under a title, and how many moments before these are
// left out.
func SecretStory(w io.Writer, moments []detect.Moment, left int64, id string, o Options) error {
	p := newPage(o)
	p.out.WriteByte('\n') // after what is known of it
	p.hang("", "in the order of time")
	if err := p.moments(moments, false); err != nil {
		return err
	}
	p.more(int(left), "breachwindow timeline --limit 0 --secret "+id)
	return p.writeTo(w)
}

func (p *page) moments(moments []detect.Moment, secret bool) error {
	g := grid{cols: []column{
		{name: "time"},
		{name: "until", drop: 4},
		{name: "secret", want: 14, min: 8, middle: true},
		{name: "what", want: 18, min: 10},
		{name: "did", want: 20, min: 12},
		{name: "credential", want: 20, min: 12, middle: true, drop: 6},
		{name: "by", want: 16, min: 8, middle: true, drop: 5},
		{name: "from", want: 17, min: 13, drop: 3},
		{name: "where", want: 16, min: 8, drop: 7},
		{name: "events", drop: 2},
		{name: "event", drop: 8},
	}}
	for _, m := range folded(moments) {
		until, events := "", ""
		if m.Until.After(m.Time) {
			until = m.Until.UTC().Format(secondLayout)
		}
		if m.Events > 0 {
			events = fmt.Sprint(m.Events)
		}
		g.rows = append(g.rows, []string{
			m.Time.UTC().Format(secondLayout), until, m.Secret, happened(m), m.Did, m.Credential, m.Actor,
			m.IP, m.Place, events, m.Event,
		})
	}
	if !secret {
		g.without(2)
	}
	return p.grid(g)
}

// happened names the kind of a moment. Of a finding the level comes first, since a narrow terminal
// clips the end.
func happened(m detect.Moment) string {
	if level, ok := strings.CutPrefix(m.What, detect.FindingMoment); ok {
		return level + " finding"
	}
	return m.What
}

// folded joins the findings that a secret had at one time into one line: the worst, and how many
// more there are.
func folded(moments []detect.Moment) []detect.Moment {
	var out []detect.Moment
	more := 0
	level := func(m detect.Moment) int {
		return weight(detect.Level(strings.TrimPrefix(m.What, detect.FindingMoment)))
	}
	for _, m := range moments {
		last := len(out) - 1
		isFinding := strings.HasPrefix(m.What, detect.FindingMoment)
		if !isFinding || last < 0 || !strings.HasPrefix(out[last].What, detect.FindingMoment) ||
			out[last].Secret != m.Secret || !out[last].Time.Equal(m.Time) {
			out, more = append(out, m), 0
			continue
		}
		more++
		if level(m) < level(out[last]) {
			out[last] = m
		}
		did, _, _ := strings.Cut(out[last].Did, foldMark)
		out[last].Did = fmt.Sprintf("%s%s%d more", did, foldMark, more)
	}
	return out
}

// foldMark stands before the number of findings that are not shown.
const foldMark = "; "

// MomentsCSV writes them as a table for a spreadsheet.
func MomentsCSV(w io.Writer, moments []detect.Moment) error {
	out := csv.NewWriter(w)
	rows := [][]string{{
		"time", "until", "secret", "what", "did", "credential", "actor", "ip", "place", "events", "event",
	}}
	for _, m := range moments {
		row := []string{
			stamp(m.Time), stamp(m.Until), m.Secret, m.What, m.Did, m.Credential, m.Actor, m.IP, m.Place,
			fmt.Sprint(m.Events), m.Event,
		}
		for i := range row {
			row[i] = CSVCell(row[i])
		}
		rows = append(rows, row)
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write timeline: %w", err)
	}
	return nil
}

// MomentsJSONL writes a line of JSON for each.
func MomentsJSONL(w io.Writer, moments []detect.Moment) error {
	return writeLines(w, "timeline", moments)
}
