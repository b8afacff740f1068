package report

import (
	"fmt"

	"breachwindow/detect"
)

// exposedNext writes what was read with the exposed secrets: the second list to rotate. What the
// log cannot tell from the owner's own reading is only counted.
func (p *page) exposedNext(all []detect.Exposure, secret bool, rest string) error {
	if len(all) == 0 {
		return nil
	}
	p.section("exposed next: read with the secrets, rotate these too")
	g := grid{cols: []column{
		{name: "what", want: 12, min: 6},
		{name: "name", want: 32, min: 14, middle: true},
		{name: "read with", want: 14, min: 8, middle: true},
		{name: "by", drop: 4},
		{name: "first", drop: 3},
		{name: "first", fallback: true},
		{name: "reads"},
		{name: "event", drop: 5},
	}}
	if !secret {
		g.cols[2].name = "credential"
	}
	doubtful := 0
	for _, e := range all {
		if !e.Certain {
			doubtful++
			continue
		}
		with := e.Secret
		if !secret {
			with = e.Credential
		}
		g.rows = append(g.rows, []string{
			e.What, e.Name, with, e.Action, minute(e.FirstSeen), day(e.FirstSeen),
			fmt.Sprint(e.Reads), e.Event,
		})
	}
	total := len(g.rows)
	g.rows = g.rows[:p.limit(total, maxRows)]
	if total > 0 {
		if err := p.grid(g); err != nil {
			return err
		}
		p.more(total-len(g.rows), rest)
	}
	if doubtful > 0 {
		p.hang("", fmt.Sprintf("%d more that the log cannot tell from the owner's own reading: "+
			"exposed_next in result.json", doubtful))
	}
	return nil
}
