package inventory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/inventory"
)

func TestTimes(t *testing.T) {
	tests := []struct {
		name, in, want string
	}{
		{name: "utc", in: "2023-01-05T10:11:12Z", want: "2023-01-05T10:11:12Z"},
		{name: "offset", in: "2023-01-05T00:11:12+01:00", want: "2023-01-04T23:11:12Z"},
		{name: "offset without colon", in: "2023-01-05 10:11:12 -0530", want: "2023-01-05T15:41:12Z"},
		{name: "offset of hours", in: "2023-01-05 10:11:12+01", want: "2023-01-05T09:11:12Z"},
		{name: "minutes", in: "2023-01-05T10:11Z", want: "2023-01-05T10:11:00Z"},
		{name: "words", in: "2023-01-05 10:11:12 utc", want: "2023-01-05T10:11:12Z"},
		{name: "fraction", in: "2023-01-05T10:11:12.345678Z", want: "2023-01-05T10:11:12.345678Z"},
		{name: "small letters", in: "2023-01-05t10:11:12z", want: "2023-01-05T10:11:12Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := readOne(t, "id,kind,rotated_at", "a,other,"+tt.in)
			if got := s.RotatedAt.Format(time.RFC3339Nano); got != tt.want || len(s.Notices) > 0 {
				t.Errorf("%s read as %s, notices %q, want %s", tt.in, got, s.Notices, tt.want)
			}
		})
	}
}

// A date alone must not cut off the day of the rotation.
func TestDatesAlone(t *testing.T) {
	s := readOne(t, "id,kind,created_at,rotated_at", "a,other,2022-12-31,2022-12-31")
	if !s.CreatedAt.Equal(*at(2022, 12, 31, 0, 0)) || !s.RotatedAt.Equal(*at(2023, 1, 1, 0, 0)) {
		t.Errorf("created %v, rotated %v", s.CreatedAt, s.RotatedAt)
	}
	want := []string{
		"created_at is a date alone: taken as 2022-12-31T00:00:00Z",
		"rotated_at is a date alone: the window ends at 2023-01-01T00:00:00Z",
	}
	if diff := cmp.Diff(want, s.Notices); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if s := readOne(t, "id,kind,created_at", "a,other,"); s.CreatedAt != nil || s.RotatedAt != nil {
		t.Errorf("no dates: created %v, rotated %v, want nil", s.CreatedAt, s.RotatedAt)
	}
}

func TestTimesRefused(t *testing.T) {
	const line = "secrets:2:9: "
	tests := []struct {
		name, in, want string
	}{
		{name: "no zone", in: "2023-01-05 10:11", want: "rotated_at: a time without a zone: 2023-01-05 10:11"},
		{name: "no zone, seconds", in: "2023-01-05T10:11:12", want: "rotated_at: a time without a zone: 2023-01-05 10:11:12"},
		{name: "other zone", in: "2023-01-05 10:11 PST", want: "rotated_at: a time with a zone that is not understood"},
		{name: "wide offset", in: "2023-01-05T10:11+99:00", want: "rotated_at: no such time: 2023-01-05 10:11:00"},
		{name: "no such day", in: "2023-02-29", want: "rotated_at: no such day: 2023-02-29"},
		{name: "no such hour", in: "2023-01-05T25:00Z", want: "rotated_at: no such time: 2023-01-05 25:00:00"},
		{name: "american", in: "01/05/2023", want: `rotated_at: not a time: "01/05/2023"`},
		{name: "epoch", in: "1672913472", want: `rotated_at: not a time: "1672913472"`},
		{name: "word", in: "never", want: `rotated_at: not a time: "never"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := messages(t, "id,kind,Rotated At\na,other,"+tt.in+"\n")
			if diff := cmp.Diff([]string{line + tt.want}, got); diff != "" {
				t.Errorf("Read (-want +got):\n%s", diff)
			}
		})
	}
	if got := messages(t, "id,kind,created_at\na,other,soon\n"); !strings.Contains(got[0], "created_at: not a time") {
		t.Errorf("created_at: %q", got)
	}
}

func TestParseTime(t *testing.T) {
	tests := []struct {
		name, in, want string
		isDate         bool
	}{
		{name: "time", in: "2023-01-05T10:11:00+01:00", want: "2023-01-05T09:11:00Z"},
		{name: "date", in: "2023-01-05", want: "2023-01-05T00:00:00Z", isDate: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, isDate, err := inventory.ParseTime(tt.in)
			if err != nil || got.Format(time.RFC3339) != tt.want || isDate != tt.isDate {
				t.Errorf("ParseTime(%q) = %v, %t, %v, want %s, %t", tt.in, got, isDate, err,
					tt.want, tt.isDate)
			}
		})
	}
	if _, _, err := inventory.ParseTime("2023-01-05 10:11"); err == nil ||
		!strings.Contains(err.Error(), "append Z") {
		t.Errorf("a time without a zone: error %v, want a hint", err)
	}
}
