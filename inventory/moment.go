package inventory

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// moment is a time as a file gives it: UTC, and whether only the date was written.
type moment struct {
	time time.Time
	date bool
}

var momentShape = regexp.MustCompile(
	`^(\d{4}-\d\d-\d\d)(?:[Tt ]+(\d\d:\d\d)(:\d\d(?:[.,]\d{1,9})?)?\s*(.*))?$`)

var zoneShape = regexp.MustCompile(`^(?:[Zz]|[Uu][Tt][Cc]|[Gg][Mm][Tt]|[+-]\d\d(?::?\d\d)?)$`)

// dayFirst is how people write dates, some with the day first and some with the month.
var dayFirst = regexp.MustCompile(`^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b`)

// parseMoment reads a date, or a time with its zone. A time without a zone is refused:
// guessing it would move a window by hours.
func parseMoment(s string) (moment, *fault) {
	const format = "write 2023-01-05T10:11:00Z, or with an offset, or the date alone"
	m := momentShape.FindStringSubmatch(s)
	if m == nil && dayFirst.MatchString(s) {
		return moment{}, &fault{"not a time: " + echo(s), "write the year first, as in 2023-01-05: " +
			"which number is the month differs from country to country"}
	}
	if m == nil {
		return moment{}, &fault{"not a time: " + echo(s), format}
	}
	date, clock, seconds, zone := m[1], m[2], m[3], m[4]
	if clock == "" {
		t, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return moment{}, &fault{"no such day: " + date, format}
		}
		return moment{time: t, date: true}, nil
	}
	if zone == "" {
		return moment{}, &fault{
			"a time without a zone: " + date + " " + clock + seconds,
			"append Z if it is UTC, or the offset, as in " + date + "T" + clock + "+01:00",
		}
	}
	if !zoneShape.MatchString(zone) {
		return moment{}, &fault{"a time with a zone that is not understood", format}
	}
	if seconds == "" {
		seconds = ":00"
	}
	text := date + "T" + clock + strings.Replace(seconds, ",", ".", 1) + offset(zone)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return moment{}, &fault{"no such time: " + date + " " + clock + seconds, format}
	}
	return moment{time: t.UTC()}, nil
}

// ParseTime reads a time as an inventory's columns have it, with a zone, and gives it in UTC. A
// date alone is its midnight UTC, and isDate says so. The error says what to write.
func ParseTime(s string) (t time.Time, isDate bool, err error) {
	m, bad := parseMoment(s)
	if bad != nil {
		return time.Time{}, false, errors.New(bad.msg + "; " + bad.hint)
	}
	return m.time, m.date, nil
}

// offset writes a zone as RFC 3339 does.
func offset(zone string) string {
	if zone[0] != '+' && zone[0] != '-' {
		return "Z"
	}
	digits := strings.ReplaceAll(zone[1:], ":", "") + "00"
	return zone[:1] + digits[:2] + ":" + digits[2:4]
}

// times sets the two times of a secret. A date alone as rotation ends the window with
// that day, so that no use of the day is missed; as creation it is the start of its day.
func (s *Secret) times(created, rotated cell, p *problems) {
	before := len(p.list)
	s.CreatedAt = s.moment(created, p, func(m moment) (time.Time, string) {
		return m.time, "created_at is a date alone: taken as %s"
	})
	s.RotatedAt = s.moment(rotated, p, func(m moment) (time.Time, string) {
		return m.time.AddDate(0, 0, 1), "rotated_at is a date alone: the window ends at %s"
	})
	if len(p.list) == before && s.CreatedAt != nil && s.RotatedAt != nil &&
		s.RotatedAt.Before(*s.CreatedAt) {
		p.add(rotated.at, fault{
			"rotated before it was created, at " + s.CreatedAt.Format(time.RFC3339),
			"created_at is the creation of the secret that the vendor held, not of its successor",
		})
	}
}

// moment reads one time; day says what a date alone means.
func (s *Secret) moment(c cell, p *problems, day func(moment) (time.Time, string)) *time.Time {
	if c.value == "" {
		return nil
	}
	m, bad := parseMoment(c.value)
	if bad != nil {
		bad.msg = fold(c.column) + ": " + bad.msg
		bad.hint += "; leave it empty if it is not known"
		p.add(c.at, *bad)
		return nil
	}
	if m.date {
		var notice string
		m.time, notice = day(m)
		s.Notices = append(s.Notices, fmt.Sprintf(notice, m.time.Format(time.RFC3339)))
	}
	return &m.time
}
