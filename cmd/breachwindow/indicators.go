package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"breachwindow/geo"
	"breachwindow/incident"
	"breachwindow/report"
)

// indicatorFile is a list of indicators that the case names, as its path is written there.
type indicatorFile struct {
	path string
	list incident.List
}

// readIndicators reads the customer's own lists of indicators. Where they name a network in which
// everybody is, they are refused, as under expected.
func (c *investigation) readIndicators(name string) error {
	var errs []error
	for _, path := range c.file.Indicators {
		text, err := os.ReadFile(c.beside(path))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: indicators: %w", name, err))
			continue
		}
		list, err := incident.ReadList(path, text, c.data.Incident.Starts)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, i := range list.Indicators {
			if i.Type == "network" && geo.TooWide(i.Value) {
				errs = append(errs, fmt.Errorf("%s: %s is so wide that everybody is in it: list at most "+
					"a /8 of IPv4 or a /16 of IPv6", i.Source, i.Value))
			}
		}
		c.own = append(c.own, indicatorFile{path, list})
		c.data.Indicators = incident.Merge(c.data.Indicators, list.Indicators)
	}
	return errors.Join(errs...)
}

// noteIndicators tells of each list what a log can show, what none can, and what was not read.
func (a *app) noteIndicators(c *investigation) {
	for _, f := range c.own {
		shown, other := 0, map[string]int{}
		for _, i := range f.list.Indicators {
			if i.Logged() {
				shown++
			} else {
				other[i.Type]++
			}
		}
		text := fmt.Sprintf("%s: %d indicators (%s), of which a log can show %d",
			report.Clean(f.path), len(f.list.Indicators), f.list.Form, shown)
		var kinds []string
		for kind, n := range other {
			kinds = append(kinds, fmt.Sprintf("%d %s", n, kind))
		}
		slices.Sort(kinds)
		if len(kinds) > 0 {
			text += "; no log shows " + strings.Join(kinds, ", ")
		}
		a.note("%s", text)
		for _, notice := range f.list.Notices[:min(len(f.list.Notices), maxListed)] {
			a.note("  %s", report.Clean(notice))
		}
		if more := len(f.list.Notices) - maxListed; more > 0 {
			a.note("  and %d more like these", more)
		}
	}
}
