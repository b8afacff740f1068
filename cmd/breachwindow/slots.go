package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// slots are the times at which a schedule is due, by the clock on the wall of a zone.
//
// The library follows elapsed time: where clocks go forward it leaves out what was due in the hour
// that is not there, where they go back it comes twice. A daily run must come once a day. So the
// times are counted on a clock that never jumps, and each is then found in the zone: what falls
// into a missing hour is due as much later as clocks went forward, what comes twice is due the
// first time. A schedule that is due in every hour follows elapsed time, as nothing is missed
// there.
type slots struct {
	schedule cron.Schedule
	zone     *time.Location
	hourly   bool
}

// newSlots reads five fields (minute, hour, day, month, weekday) or a name such as @daily.
func newSlots(expression, zone string) (*slots, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, fmt.Errorf("zone %q: write a name such as Europe/Berlin, or UTC", zone)
	}
	if strings.Contains(expression, "TZ=") {
		return nil, fmt.Errorf("cron %q: the zone has a setting of its own", expression)
	}
	schedule, err := cron.ParseStandard(expression)
	if err != nil {
		return nil, fmt.Errorf("cron %q: %w; write minute, hour, day, month and weekday, "+
			"such as 0 7 * * 1-5", expression, err)
	}
	spec, ok := schedule.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("cron %q: write five fields, such as 0 7 * * 1-5", expression)
	}
	s := &slots{schedule: spec, zone: loc}
	const allHours = 1<<24 - 1
	s.hourly = spec.Hour&allHours == allHours
	spec.Location = time.UTC
	if s.hourly {
		spec.Location = loc
	}
	if spec.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, fmt.Errorf("cron %q: there is no such day", expression)
	}
	return s, nil
}

// next is the first slot after a time.
func (s *slots) next(after time.Time) time.Time {
	if s.hourly {
		return s.schedule.Next(after).UTC()
	}
	var first time.Time
	for wall, until := s.wall(after).Add(-longestJump), (time.Time{}); ; {
		wall = s.schedule.Next(wall)
		if !first.IsZero() && wall.After(until) {
			return first
		}
		// Of two on the wall the later one may be due first, where clocks go forward between them.
		at := s.instant(wall)
		if at.After(after) && (first.IsZero() || at.Before(first)) {
			first, until = at, wall.Add(longestJump)
		}
	}
}

// longestJump is more than clocks are put forward or back.
const longestJump = 3 * time.Hour

// last is the latest slot that is not after a time; none in the nine years before it is zero.
func (s *slots) last(until time.Time) time.Time {
	const day = 24 * time.Hour
	for _, back := range []time.Duration{2 * time.Hour, 2 * day, 40 * day, 400 * day, 9 * 366 * day} {
		var found time.Time
		for at := s.next(until.Add(-back)); !at.After(until); at = s.next(at) {
			found = at
		}
		if !found.IsZero() {
			return found
		}
	}
	return time.Time{}
}

// wall is what clocks of the zone show, as a time that knows no zone.
func (s *slots) wall(t time.Time) time.Time {
	t = t.In(s.zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// instant is when the zone's clocks first show a time. For a time that they skip, it is when they
// would have shown it had they not been put forward.
func (s *slots) instant(wall time.Time) time.Time {
	offset := func(near time.Time) time.Duration {
		_, seconds := near.In(s.zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	const day = 24 * time.Hour
	before, after := wall.Add(-offset(wall.Add(-day))), wall.Add(-offset(wall.Add(day)))
	for _, at := range slices.SortedFunc(slices.Values([]time.Time{before, after}), time.Time.Compare) {
		if s.wall(at).Equal(wall) {
			return at
		}
	}
	return before
}
