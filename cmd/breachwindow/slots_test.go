package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A daily run comes once a day, also where clocks go forward or back; an hourly one every hour.
func TestSlots(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, cron, zone, from string
		want                   []string
	}{
		{
			"in winter and summer", "0 7 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z",
			[]string{"2026-03-28T06:00:00Z", "2026-03-29T05:00:00Z", "2026-03-30T05:00:00Z"},
		},
		{
			"in the hour that is not there", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"},
		},
		{
			"in the hour that comes twice", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		},
		{
			"asked between the two", "30 1 * * *", "America/New_York", "2026-11-01T05:45:00Z",
			[]string{"2026-11-02T06:30:00Z"},
		},
		{
			"two of which the later is due first", "10,45 2,3 29 3 *", "Europe/Berlin", "2026-03-29T00:00:00Z",
			[]string{"2026-03-29T01:10:00Z", "2026-03-29T01:45:00Z", "2027-03-29T00:10:00Z"},
		},
		{
			"every hour, clocks go back", "0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z",
			[]string{"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"},
		},
		{
			"every hour, clocks go forward", "0 * * * *", "Europe/Berlin", "2026-03-29T00:30:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"},
		},
		{
			"half an hour of summer time", "15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00:00Z",
			[]string{"2026-10-03T15:45:00Z", "2026-10-04T15:15:00Z"},
		},
		{
			"weekdays", "0 9 * * 1-5", "UTC", "2026-11-27T10:00:00Z",
			[]string{"2026-11-30T09:00:00Z", "2026-12-01T09:00:00Z"},
		},
		{
			"a name", "@daily", "UTC", "2026-11-27T00:00:00Z", []string{"2026-11-28T00:00:00Z"},
		},
	} {
		s, err := newSlots(tc.cron, tc.zone)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		at, err := time.Parse(time.RFC3339, tc.from)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range tc.want {
			before := at
			at = s.next(at)
			got = append(got, at.UTC().Format(time.RFC3339))
			if last := s.last(at); !last.Equal(at) {
				t.Errorf("%s: the last until %s is %s", tc.name, at, last)
			}
			if last := s.last(at.Add(-time.Second)); last.After(before) {
				t.Errorf("%s: between %s and %s comes %s", tc.name, before, at, last)
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestBadSlots(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ cron, zone, want string }{
		{"0 0 31 2 *", "UTC", "there is no such day"},
		{"0 7 * *", "UTC", "expected exactly 5 fields"},
		{"0 25 * * *", "UTC", "above maximum"},
		{"", "UTC", "empty"},
		{"@every 1h", "UTC", "write five fields"},
		{"CRON_TZ=Asia/Tokyo 0 7 * * *", "UTC", "a setting of its own"},
		{"0 7 * * *", "Mars/Olympus", "write a name such as"},
		{"0 7 * * *", "Local", "write a name such as"},
	} {
		_, err := newSlots(tc.cron, tc.zone)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q in %s: %v, want %q", tc.cron, tc.zone, err, tc.want)
		}
	}
}
