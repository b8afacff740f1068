package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
	"breachwindow/internal/quiet"
)

// A company where nothing happens but work, and forty-one secrets that its builds use: each is
// cleared of suspicion. Then thirteen of them are abused, in thirteen ways: those are accused, and no
// other. One is only told, for the hour alone proves nothing: the backup by day. Nobody else's hours
// are told. BREACHWINDOW_TEST_EVENTS makes the logs larger: with 3000000 it holds too.
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
		if abuse != (len(truth) == 13) {
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
		if len(r.Secrets) != 41 {
			t.Errorf("%d secrets", len(r.Secrets))
		}
		checkHours(t, r, abuse)
		for _, s := range r.Secrets {
			guilty := s.Verdict == detect.Compromised || s.Verdict == detect.Suspicious
			plan, abused := truth[s.ID]
			abused = abused && s.ID != quiet.Backup
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

// checkHours wants the backup by day told, with less confidence in its verdict, and no other hour.
func checkHours(t *testing.T, r *detect.Result, abuse bool) {
	t.Helper()
	told := map[string]int64{}
	for _, f := range r.Findings {
		if f.Query == "any/use-at-unusual-hour" {
			told[f.Secret] += f.Count
		}
	}
	want, confidence := map[string]int64{}, detect.HighConfidence
	if abuse {
		want, confidence = map[string]int64{quiet.Backup: 2}, detect.MediumConfidence
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("uses at unusual hours (-want +got):\n%s", diff)
	}
	for _, s := range r.Secrets {
		if s.ID == quiet.Backup && s.Confidence != confidence {
			t.Errorf("the confidence in %s of %s is %s: %q", s.Verdict, s.ID, s.Confidence,
				s.ConfidenceBecause)
		}
	}
}
