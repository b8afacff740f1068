package report

import (
	"fmt"
	"slices"
	"strings"

	"breachwindow/detect"
)

// What stands below the table of responders.
const (
	likelyNote = "Likely: the case does not name them. No exposed secret, nor anything made with " +
		"one, ended these secrets; but an intruder may rotate too. Name under responders in case.yaml who " +
		"is yours: then what they did in the window is not told as activity."
	activityNote = "Of the activity in the window not tied to a secret, %s theirs: until the case " +
		"names them, it weighs like anybody's."
	sameNameNote = "In these names an exposed secret acts too: %s. Ask who it was."
)

// responders writes who ended the exposed secrets, whom the case does not name first.
func (p *page) responders(all []detect.Responder, known []detect.Address, rest string) error {
	if len(all) == 0 {
		return nil
	}
	p.section("responders: who ended the secrets")
	g := grid{cols: []column{
		{name: "who", want: 32, min: 16, middle: true},
		{name: "named"},
		{name: "ended"},
		{name: "secrets", want: 24, min: 10, middle: true, drop: 4},
		{name: "first – last", drop: 2},
		{name: "first", fallback: true},
		{name: "from", want: 24, drop: 3},
		{name: "activity", drop: 5},
	}}
	show := p.limit(len(all), maxRows)
	addresses := byIP(known)
	for i := range all[:show] {
		w := &all[i]
		g.rows = append(g.rows, []string{
			w.Actor, named(*w), fmt.Sprint(len(w.Secrets())), few(w.Secrets(), 2),
			seen(w.FirstSeen, w.LastSeen), day(w.FirstSeen), few(described(w.IPs, addresses), 1),
			fmt.Sprint(len(w.Findings)),
		})
	}
	if err := p.grid(g); err != nil {
		return err
	}
	p.more(len(all)-show, rest)
	for _, note := range responderNotes(all) {
		p.hang("", note)
	}
	return nil
}

// named is how sure it is that somebody is a responder.
func named(w detect.Responder) string {
	if w.Named {
		return "in the case"
	}
	return "likely"
}

// responderNotes say what is not sure, and what to do.
func responderNotes(all []detect.Responder) (notes []string) {
	var both []string
	likely, acts := false, 0
	for _, w := range all {
		likely = likely || !w.Named
		acts += len(w.Findings)
		if w.SameName {
			both = append(both, w.Actor)
		}
	}
	if likely {
		notes = append(notes, likelyNote)
	}
	if acts > 0 {
		is := " is"
		if acts > 1 {
			is = " are"
		}
		notes = append(notes, fmt.Sprintf(activityNote, count(acts, "finding")+is))
	}
	if len(both) > 0 {
		notes = append(notes, fmt.Sprintf(sameNameNote, few(both, maxNames)))
	}
	return notes
}

// endedBy are those who ended a secret, with their acts on that one only.
func endedBy(all []detect.Responder, secret string) (out []detect.Responder) {
	for _, w := range all {
		w.Rotations = slices.DeleteFunc(slices.Clone(w.Rotations), func(x detect.Rotation) bool {
			return x.Secret != secret
		})
		if len(w.Rotations) > 0 {
			out = append(out, w)
		}
	}
	return out
}

// enders writes who ended one secret, act by act.
func (p *page) enders(all []detect.Responder, known []detect.Address) error {
	if len(all) == 0 {
		return nil
	}
	p.section("ended by")
	g := grid{cols: []column{
		{name: "who", want: 32, min: 16, middle: true},
		{name: "named"},
		{name: "how"},
		{name: "at"},
		{name: "with", want: 20, drop: 3},
		{name: "from", want: 24, drop: 4},
		{name: "event", drop: 2},
	}}
	addresses := byIP(known)
	for _, w := range all {
		for _, x := range w.Rotations {
			g.rows = append(g.rows, []string{
				w.Actor, named(w), x.How, minute(x.At), x.Credential,
				strings.Join(described(present(x.IP), addresses), ""), x.Event,
			})
		}
	}
	if err := p.grid(g); err != nil {
		return err
	}
	for _, note := range responderNotes(all) {
		p.hang("", note)
	}
	return nil
}

// responderView is a row of the page's table.
type responderView struct {
	detect.Responder
	Status, First, Last, From string
	Ended                     []ref
	Acts                      []ref // findings
}

func respondersOf(r *detect.Result, x *index) (out []responderView) {
	for i := range r.Responders {
		w := &r.Responders[i]
		v := responderView{
			Responder: *w, Status: named(*w), First: minute(w.FirstSeen), Last: minute(w.LastSeen),
			From: few(described(w.IPs, x.known), maxListed),
		}
		for _, id := range w.Secrets() {
			v.Ended = append(v.Ended, x.ref(id))
		}
		for _, id := range w.Findings {
			v.Acts = append(v.Acts, ref{ID: id, Anchor: x.findings[id]})
		}
		out = append(out, v)
	}
	return out
}
