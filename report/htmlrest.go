package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"breachwindow/detect"
)

// chain is what was made with one secret, and with what was made.
type chain struct {
	Secret ref
	Links  []link
	Living int // credentials that outlived the secret's window
}

// link is a credential in the chain. Its rails are lines in columns, which lead to it from the one
// that made it.
type link struct {
	Credential, How, Target, At, Ends, Event string
	Uses                                     int64
	Outlived, Root, Last, Parent             bool
	Depth                                    int
	Rails                                    []int // columns that lines pass through
	Width, From, To                          int   // of the picture; where the branch begins and ends
}

const columnWidth = 22

func columnAt(depth int) int { return depth*columnWidth + columnWidth/2 }

func chainsOf(r *detect.Result, x *index) (chains []chain) {
	nodes := treeOf(r.Lineage)
	for i, n := range nodes {
		if k := len(chains); k == 0 || chains[k-1].Secret.ID != n.secret {
			chains = append(chains, chain{Secret: x.ref(n.secret)})
		}
		c := &chains[len(chains)-1]
		l := link{
			Credential: n.credential, Root: n.minting == nil, Last: n.last, Depth: min(n.depth, maxDepth+1),
			Parent: i+1 < len(nodes) && nodes[i+1].depth > n.depth,
		}
		for depth, goesOn := range n.rails[:min(len(n.rails), maxDepth)] {
			if goesOn {
				l.Rails = append(l.Rails, columnAt(depth))
			}
		}
		l.From, l.To = columnAt(l.Depth-1), columnAt(l.Depth)
		l.Width = (l.Depth + 1) * columnWidth
		if m := n.minting; m != nil {
			l.How, l.Target, l.At, l.Uses, l.Event = m.How, m.Target, exact(m.At), m.Uses, m.Event
			l.Outlived = m.Outlived
			l.Ends = orElse(m.Ends, exact, "")
			if m.Outlived {
				c.Living++
			}
		}
		c.Links = append(c.Links, l)
	}
	return chains
}

// origin is a network and country from which secrets were used.
type origin struct {
	Network, Owner, Country, Labels string
	Status, Class                   string
	NewFor, Secrets                 []ref
	Addresses, Uses, Unexpected     int64
	First, Last                     string
	first, last                     time.Time
	fresh, unknown                  int
}

// originsOf sums the origins over all secrets, the new ones and those of unexpected uses first.
func originsOf(r *detect.Result, x *index) []origin {
	at := map[[2]string]int{}
	var all []origin
	for _, o := range r.Origins {
		k := [2]string{o.Network, o.Country}
		i, known := at[k]
		if !known {
			i, at[k] = len(all), len(all)
			all = append(all, origin{
				Network: o.Network, Owner: o.Organisation, Country: o.Country,
				Labels: strings.Join(o.Labels, " "), first: o.FirstSeen, last: o.LastSeen,
			})
		}
		all[i].add(o, x.ref(o.Secret))
	}
	for i := range all {
		all[i].judge()
	}
	slices.SortStableFunc(all, func(a, b origin) int {
		return cmp.Or(cmp.Compare(b.Unexpected, a.Unexpected), cmp.Compare(b.fresh, a.fresh),
			cmp.Compare(b.Uses, a.Uses))
	})
	return all
}

func (o *origin) add(part detect.Origin, secret ref) {
	o.Addresses = max(o.Addresses, part.Addresses)
	o.Uses += part.Uses
	o.Unexpected += part.Unexpected
	o.Secrets = append(o.Secrets, secret)
	switch {
	case part.Before > 0:
	case part.Baseline:
		o.fresh++
		o.NewFor = append(o.NewFor, secret)
	default:
		o.unknown++
	}
	if part.FirstSeen.Before(o.first) {
		o.first = part.FirstSeen
	}
	if part.LastSeen.After(o.last) {
		o.last = part.LastSeen
	}
}

func (o *origin) judge() {
	o.First, o.Last = minute(o.first), minute(o.last)
	switch n := len(o.Secrets); {
	case o.fresh == n:
		o.Status, o.Class = "new", "new"
	case o.fresh > 0:
		o.Status, o.Class = fmt.Sprintf("new for %d of %d", o.fresh, n), "new"
	case o.unknown == n:
		o.Status, o.Class = "nothing to compare with", "untold"
	default:
		o.Status, o.Class = "known", "known"
	}
}

// coverageView is what the logs cover, as a calendar and in words.
type coverageView struct {
	Axis     *axis
	From, To string
	Scopes   []scope
	Window   bar // the incident's
	Caveats  []string
	Limits   []string
	Problems []detect.Problem
}

// scope is a row of the calendar.
type scope struct {
	detect.CoverageSpan
	Axis     *axis
	During   bar // the incident
	Days     []bar
	Holes    []bar
	Logged   bar // from its first event to its last
	Side     string
	Begins   string
	Until    string
	Silence  string
	GapTexts []string
	Kind     string
}

func coverageOf(r *detect.Result) coverageView {
	v := coverageView{Problems: r.Problems}
	for _, c := range r.Caveats {
		v.Caveats = append(v.Caveats, c.Text)
	}
	for _, form := range limitedForms(r.Inputs) {
		v.Limits = append(v.Limits, form+": "+formLimits[form])
	}
	first, last, ok := calendarSpan(r.Coverage)
	if !ok {
		return v
	}
	if last.Sub(first) > maxPicture { // a wrong clock, or a log of many years: what matters is near
		if start := r.Incident.Starts; start != nil {
			first = later(first, start.AddDate(-1, 0, 0))
		}
		if last.Sub(first) > maxPicture {
			last = first.Add(maxPicture)
		}
	}
	v.Axis, v.From, v.To = newAxis(first, last, nil), day(first), day(last)
	v.Axis.Name, v.Axis.Height = "coverage-days", 26
	if start := r.Incident.Starts; start != nil {
		end := last.Add(oneDay)
		if r.Incident.Ends != nil {
			end = *r.Incident.Ends
		}
		v.Window, _ = v.Axis.bar(*start, end, "", "the incident: "+window(start, r.Incident.Ends, exact))
	}
	for _, c := range gapsFirst(r.Coverage) {
		s := v.Axis.scope(c)
		s.During = v.Window
		v.Scopes = append(v.Scopes, s)
	}
	return v
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (a *axis) scope(c detect.CoverageSpan) scope {
	s := scope{CoverageSpan: c, Axis: a, Begins: exact(c.From), Until: exact(c.To)}
	s.Logged, _ = a.bar(c.From, c.To, "", "")
	days := &cells{axis: a, noun: "event"}
	from := c.From.UTC().Truncate(oneDay)
	for i, n := range c.EventsPerDay {
		if at := from.AddDate(0, 0, i); n > 0 && a.has(at) {
			days.add(at, shade(n/10+1), n)
		}
	}
	days.flush()
	s.Days = days.bars
	var lost time.Duration
	for _, g := range c.Gaps {
		lost += g.To.Sub(g.From)
		s.GapTexts = append(s.GapTexts, gapText(g))
		if b, ok := a.bar(g.From, g.To, "", "gap: "+gapText(g)); ok {
			s.Holes = append(s.Holes, b)
		}
	}
	s.Side = "no gap"
	if n := len(c.Gaps); n > 0 {
		s.Side = count(n, "gap") + ", " + length(lost)
	}
	s.Silence = "none"
	if l := c.LongestSilence; l != nil {
		s.Silence = length(l.To.Sub(l.From)) + " from " + minute(l.From)
	}
	var kinds []string
	for _, k := range c.Kinds {
		if k.Kind != "-" {
			kinds = append(kinds, fmt.Sprintf("%s %d", k.Kind, k.Events))
		}
	}
	s.Kind = strings.Join(kinds, ", ")
	return s
}

// queryView is a detection that found something.
type queryView struct {
	detect.QueryText
	Anchor   string
	Findings int
	Links    []string // references that are addresses of pages
	Others   []string
}

func queriesOf(r *detect.Result, x *index) (out []queryView) {
	found := map[string]int{}
	for _, f := range r.Findings {
		found[f.Query]++
	}
	for _, q := range r.Queries {
		v := queryView{QueryText: q, Anchor: x.queries[q.ID], Findings: found[q.ID]}
		for _, reference := range q.References {
			if strings.HasPrefix(reference, "https://") {
				v.Links = append(v.Links, reference)
			} else {
				v.Others = append(v.Others, reference)
			}
		}
		out = append(out, v)
	}
	return out
}

// made is what made the report.
type made struct {
	Tool, Case, Account string
	Inputs              []detect.Input
	Databases           []detect.Database
	DatabaseTexts       []string
	Settings            []detect.Setting
}

func madeOf(r *detect.Result) made {
	m := made{
		Tool: r.Tool, Case: r.Case, Account: account(r.Totals), Inputs: r.Inputs, Settings: r.Settings,
		Databases: r.Databases,
	}
	for _, d := range r.Databases {
		m.DatabaseTexts = append(m.DatabaseTexts, databaseText(d))
	}
	return m
}
