package report

import (
	"fmt"
	"strings"
	"time"
)

const (
	dayLayout    = "2006-01-02"
	minuteLayout = "2006-01-02 15:04Z"
	secondLayout = "2006-01-02 15:04:05Z"
)

// minute is a time as tables show it: UTC, seconds cut off.
func minute(t time.Time) string { return t.UTC().Format(minuteLayout) }

// exact is a time as prose shows it: with its seconds where it has any.
func exact(t time.Time) string {
	if t.UTC().Truncate(time.Minute).Equal(t) {
		return minute(t)
	}
	return t.UTC().Format(secondLayout)
}

// orElse formats a time that may be missing.
func orElse(t *time.Time, format func(time.Time) string, none string) string {
	if t == nil {
		return none
	}
	return format(*t)
}

func day(t time.Time) string { return t.UTC().Format(dayLayout) }

// window formats a half-open window; it has no start where nothing was exposed.
func window(from, to *time.Time, format func(time.Time) string) string {
	if from == nil {
		return "none"
	}
	return format(*from) + " – " + orElse(to, format, "open")
}

// seen formats the first and last time of something, without saying the same twice.
func seen(first, last time.Time) string {
	from, to := minute(first), minute(last)
	switch {
	case from == to:
		return from
	case day(first) == day(last):
		return strings.TrimSuffix(from, "Z") + "–" + last.UTC().Format("15:04Z")
	}
	return from + " – " + to
}

// length formats how long a gap is, in the two largest units that matter.
func length(d time.Duration) string {
	days, hours := int64(d/(24*time.Hour)), int64(d%(24*time.Hour)/time.Hour)
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case days > 0:
		return fmt.Sprintf("%d d", days)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d min", int64(d/time.Minute))
}
