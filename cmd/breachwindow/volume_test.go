package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"breachwindow/detect"
	"breachwindow/internal/quiet"
)

// A company where nothing happens but work, and forty secrets that its builds use: each is cleared
// of suspicion. Then twelve of them are abused, in twelve ways: those are accused, and no other.
// BREACHWINDOW_TEST_EVENTS makes the logs larger: with 3000000 it holds too.
func TestQuietCompany(t *testing.T) {
	t.Parallel()
	events := 40_000
	if text := os.Getenv("BREACHWINDOW_TEST_EVENTS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("BREACHWINDOW_TEST_EVENTS: %v", err)
		}
		events = n
	}
	for _, abuse := range []bool{false, true} {
		dir := t.TempDir()
		truth, err := quiet.Write(dir, quiet.Options{Events: events, Abuse: abuse})
		if err != nil {
			t.Fatal(err)
		}
		if abuse != (len(truth) == 12) {
			t.Fatalf("%d secrets are abused", len(truth))
		}
		a := &app{
			in: strings.NewReader(""), out: io.Discard, errw: testWriter{t},
			getenv: func(string) string { return "" }, now: time.Now, caseDir: dir,
		}
		r, err := a.run(t.Context(), runFlags{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Secrets) != 40 {
			t.Errorf("%d secrets", len(r.Secrets))
		}
		for _, s := range r.Secrets {
			guilty := s.Verdict == detect.Compromised || s.Verdict == detect.Suspicious
			plan, abused := truth[s.ID]
			switch {
			case abused && !guilty:
				t.Errorf("%s, whose thief %s, is %s: %q", s.ID, plan, s.Verdict, s.Because)
			case !abused && s.Verdict != detect.Used:
				t.Errorf("%s, which nobody abused, is %s: %q", s.ID, s.Verdict, s.Because)
			case !abused && s.Rotation != "confirmed":
				t.Errorf("the rotation of %s is %s: %q", s.ID, s.Rotation, s.RotationBecause)
			case abused:
				t.Logf("%s, whose thief %s, is %s: %q", s.ID, plan, s.Verdict, s.Because)
			}
		}
	}
}
