package main

import (
	"slices"
	"testing"
	"time"

	"breachwindow/detect"
)

// A company that works from eight to six, Monday to Friday. Its nights and weekends are no holes, nor
// is a holiday beside one; a lost working day is, though a weekend is longer.
func TestVerdictsOnOfficeHours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		lost    []string // days of which the log has nothing
		from    string   // the log's first day
		until   string   // its last
		created string
		rotated string
		because string // "": cleared
	}{
		{name: "whole"},
		{name: "a holiday on Monday", lost: []string{"2022-12-26"}},
		{name: "two of them", lost: []string{"2022-12-26", "2023-01-02"}},
		{
			name: "a Wednesday", lost: []string{"2022-12-21"},
			because: "us-east-1 has a gap from 2022-12-20 17:07:00Z to 2022-12-22 08:07:00Z",
		},
		{
			name: "two days", lost: []string{"2022-12-21", "2022-12-22"},
			because: "us-east-1 has a gap from 2022-12-20 17:07:00Z to 2022-12-23 08:07:00Z",
		},
		{
			name: "a Friday and a Monday", lost: []string{"2022-12-23", "2022-12-26"},
			because: "us-east-1 has a gap from 2022-12-22 17:07:00Z to 2022-12-27 08:07:00Z",
		},
		{name: "rotated over the weekend", until: "2023-01-06", rotated: "2023-01-09T07:00:00Z"},
		{
			name: "rotated two working days later", until: "2023-01-03", rotated: "2023-01-06T07:00:00Z",
			because: "us-east-1 ends too early: nothing is known from 2023-01-03 17:07:00Z",
		},
		{
			name: "made on the eve of two lost days", created: "2022-12-20T18:00:00Z",
			lost:    []string{"2022-12-21", "2022-12-22"},
			because: "us-east-1 has a gap from 2022-12-20 18:00:00Z",
		},
		{
			name: "the log begins two working days later", created: "2022-12-19T06:00:00Z",
			from: "2022-12-21", because: "us-east-1 begins only later: nothing is known from 2022-12-19",
		},
		{
			name: "the log begins after the weekend", created: "2022-12-17T06:00:00Z", from: "2022-12-19",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var tc testCase
			tc.logs.background(func(scope string, t time.Time) bool {
				day := t.Format(time.DateOnly)
				weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
				return weekend || t.Hour() < 8 || t.Hour() >= 18 || slices.Contains(c.lost, day) ||
					day < c.from || c.until != "" && day > c.until
			})
			row := secretRow{
				id: "it", kind: "aws-access-key", account: account, created: c.created,
				declared: c.rotated, rotation: "claimed", verdict: detect.Unused, because: c.because,
			}
			if row.declared == "" {
				row.declared = declaredDate
			}
			if c.because != "" {
				row.verdict = detect.Unknown
			}
			tc.add(row)
			check(t, tc.answer(t), []secretRow{row})
		})
	}
}
