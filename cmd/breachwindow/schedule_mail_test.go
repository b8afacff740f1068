//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
	"breachwindow/store"
)

// mailedCase is a small case with a mail server, which takes mail to later@… at the second try only.
// No mail is tried twice at once. It returns what is in the recipients' boxes: their subjects.
func mailedCase(t *testing.T, recipients string) (dir string, subjects func() []string) {
	t.Helper()
	dir, box := smallCase(t), t.TempDir()
	certificate, key, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	port, stop, err := serveMail(box, certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	writeFile(t, filepath.Join(dir, "ca.pem"), certificate)
	writeFile(t, filepath.Join(dir, "password"), []byte("open sesame\n"))
	text, err := os.ReadFile(filepath.Join(dir, caseName))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, caseName), fmt.Appendf(text, `mail:
  host: 127.0.0.1
  port: %d
  ca: ca.pem
  username: bw
  password: {file: password}
  from: bw@acme.example
  to: [%s]
`, port, recipients))
	return dir, func() []string {
		files, err := filepath.Glob(filepath.Join(box, "*.eml"))
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, rest, _ := strings.Cut(string(text), "Subject: ")
			subject, _, _ := strings.Cut(rest, "\r\n")
			_, subject, _ = strings.Cut(subject, "] ")
			out = append(out, strings.TrimSuffix(filepath.Base(name), ".eml")+" "+subject)
		}
		return out
	}
}

// mailing is a scheduler that mails.
func mailing(t *testing.T, dir, from string, events func(stop func()) []clockEvent) (s *scheduler, run func()) {
	t.Helper()
	s, run = scheduled(t, dir, from, events)
	s.mails, s.mailWaits = true, []time.Duration{}
	if _, err := s.settings(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, run
}

// A mistake in case.yaml takes the settings of mail with it: those from before tell of it. So do they
// when only the password is gone.
func TestScheduleTellsOfMistakes(t *testing.T) {
	t.Parallel()
	dir, subjects := mailedCase(t, "lead@acme.example")
	name := filepath.Join(dir, caseName)
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, run := mailing(t, dir, "2026-10-23T20:00:00Z", func(stop func()) []clockEvent {
		return []clockEvent{
			{"2026-10-23T21:00:00Z", func() { writeFile(t, name, append(good, "sekrets: [x]\n"...)) }},
			{"2026-10-24T12:00:00Z", func() {
				writeFile(t, name, good)
				if err := os.Remove(filepath.Join(dir, "password")); err != nil {
					t.Error(err)
				}
			}},
			{"2026-10-25T12:00:00Z", func() { writeFile(t, filepath.Join(dir, "password"), []byte("open sesame")) }},
			{"2026-10-26T12:00:00Z", stop},
		}
	})
	run()
	want := []string{
		"lead@acme.example-1 the run FAILED: no answer",
		"lead@acme.example-2 the run FAILED: no answer",
		"lead@acme.example-3 UNKNOWN: 1 of 1 secret",
	}
	if diff := cmp.Diff(want, subjects()); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
}

// A mail that the server does not take now is tried again before the next slot, and nobody gets his
// twice.
func TestScheduleMailsAgain(t *testing.T) {
	t.Parallel()
	dir, subjects := mailedCase(t, "lead@acme.example, nobody@acme.example, later@acme.example")
	_, run := mailing(t, dir, "2026-11-01T05:00:00Z", func(stop func()) []clockEvent {
		return []clockEvent{{"2026-11-01T09:00:00Z", stop}}
	})
	run()
	want := []string{
		"later@acme.example-1 UNKNOWN: 1 of 1 secret", "lead@acme.example-1 UNKNOWN: 1 of 1 secret",
	}
	if diff := cmp.Diff(want, subjects()); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
}

// What was answered and not mailed, for it was stopped between or run by hand, is mailed at the start.
func TestScheduleMailsWhatWasLeft(t *testing.T) {
	t.Parallel()
	dir, subjects := mailedCase(t, "lead@acme.example")
	_, run := scheduled(t, dir, "2026-11-01T05:00:00Z", func(stop func()) []clockEvent {
		return []clockEvent{{"2026-11-01T07:00:00Z", stop}}
	})
	run()
	_, run = mailing(t, dir, "2026-11-01T08:00:00Z", func(stop func()) []clockEvent {
		return []clockEvent{{"2026-11-01T09:00:00Z", stop}}
	})
	run()
	if diff := cmp.Diff([]string{"lead@acme.example-1 UNKNOWN: 1 of 1 secret"}, subjects()); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
}

// A clock that was years ahead and is set back, as machines do when they start, delays nothing.
func TestScheduleClockSetBack(t *testing.T) {
	t.Parallel()
	dir := smallCase(t)
	ahead := true
	s, run := scheduled(t, dir, "2026-11-01T04:00:00Z", func(stop func()) []clockEvent {
		return []clockEvent{
			{"2026-11-01T05:00:00Z", func() { ahead = false }},
			{"2026-11-01T08:00:00Z", stop},
		}
	})
	now := s.now
	s.now = func() time.Time {
		if ahead {
			return now().AddDate(10, 0, 0)
		}
		return now()
	}
	run()
	if diff := cmp.Diff([]string{"2026-11-01T06 at 01 06:00 done"}, runsOf(t, s.app)); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

// A heartbeat is due when its time is near, or when the last mail is of the future.
func TestHeartbeatDue(t *testing.T) {
	t.Parallel()
	last := time.Date(2026, 11, 1, 7, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		h     heartbeat
		after time.Duration
		want  bool
	}{
		{heartbeat{}, time.Hour, false},
		{heartbeat{}, 22 * time.Hour, false},
		{heartbeat{}, 23 * time.Hour, true},
		{heartbeat{every: time.Hour}, 54 * time.Minute, true},
		{heartbeat{}, -time.Minute, true},
		{heartbeat{never: true}, 100 * time.Hour, false},
		{heartbeat{never: true}, -time.Hour, false},
	} {
		if got := tc.h.due(last, last.Add(tc.after)); got != tc.want {
			t.Errorf("%v, %v after: %v", tc.h, tc.after, got)
		}
	}
}

// Who got a mail that nothing can be compared with, for it cannot be read or was of another incident,
// gets all of the result; nobody is left out for it.
func TestMailOfAll(t *testing.T) {
	t.Parallel()
	dir, subjects := mailedCase(t, "lead@acme.example, second@acme.example")
	a := testApp(t, &bytes.Buffer{})
	a.caseDir, a.now, a.mailWaits = dir, time.Now, []time.Duration{}
	run := func() {
		t.Helper()
		err := a.mailed(t.Context(), runFlags{}, func(*detect.Result) error { return nil })
		if err != nil {
			t.Error(err)
		}
	}
	run()
	last, err := a.lastResult()
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), a.path(databaseName))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.KeepOutline(t.Context(), last.hash, "{}"), db.Close()); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "secrets.csv"), []byte("id,kind,identifier\nwebhook,other,x\nx,other,x\n"))
	run()
	name := filepath.Join(dir, caseName)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, name, bytes.Replace(text, []byte("circleci-2023-01"), []byte("codecov-2021-04"), 1))
	run()
	var want []string
	for _, to := range []string{"lead", "second"} {
		for i, n := range []string{"1 of 1 secret", "2 of 2 secrets", "2 of 2 secrets"} {
			want = append(want, fmt.Sprintf("%s@acme.example-%d UNKNOWN: %s", to, i+1, n))
		}
	}
	if diff := cmp.Diff(want, subjects()); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
}
