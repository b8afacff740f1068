package inventory

import (
	"errors"
	"fmt"
	"time"
)

// ParseRotation reads a time of rotation as an inventory's column rotated_at has it: with a zone,
// or a date alone, which ends with that day. notice says so then.
func ParseRotation(s string) (t time.Time, notice string, err error) {
	m, bad := parseMoment(s)
	if bad != nil {
		return time.Time{}, "", errors.New(bad.msg + "; " + bad.hint)
	}
	if m.date {
		m.time = m.time.AddDate(0, 0, 1)
		notice = fmt.Sprintf(", a date alone: the window ends at %s", m.time.Format(time.RFC3339))
	}
	return m.time, notice, nil
}
