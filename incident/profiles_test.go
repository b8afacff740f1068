package incident_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/incident"
)

// The dates of each profile that decide over verdicts, checked against the sources by hand: start
// and end of the window, the cut-off of exposure, the day on which customers were told. No profile
// has an end of its own: the end of the vendor's part is a phase, and what was stolen works on.
func TestProfileDates(t *testing.T) {
	const none = "none"
	type dates struct{ starts, ends, before, disclosed string }
	want := map[string]dates{
		"axios-npm-2026-03": {
			starts: "2026-03-31T00:21:58Z", ends: none, before: none, disclosed: none,
		},
		"circleci-2023-01": {
			starts: "2022-12-16T00:00:00Z", ends: none,
			before: "2023-01-05T00:00:00Z", disclosed: "2023-01-05T02:30:00Z",
		},
		"cloudflare-thanksgiving-2023": {
			starts: "2023-11-14T00:00:00Z", ends: none, before: none, disclosed: none,
		},
		"codecov-2021-04": {
			starts: "2021-01-31T00:00:00Z", ends: none,
			before: "2021-04-02T00:00:00Z", disclosed: "2021-04-15T00:00:00Z",
		},
		"gainsight-2025-11": {
			starts: "2025-10-23T00:00:00Z", ends: none, before: none, disclosed: none,
		},
		"github-internal-repos-2026-05": {
			starts: "2026-05-18T12:30:00Z", ends: none,
			before: none, disclosed: "2026-05-19T00:00:00Z",
		},
		"heroku-travis-github-oauth-2022-04": {
			starts: "2022-04-07T00:00:00Z", ends: none,
			before: "2022-05-06T00:00:00Z", disclosed: "2022-04-15T00:00:00Z",
		},
		"lastpass-2022": {
			starts: "2022-08-12T00:00:00Z", ends: none,
			before: "2022-10-27T00:00:00Z", disclosed: none,
		},
		"nx-s1ngularity-2025-08": {
			starts: "2025-08-26T22:32:00Z", ends: none, before: none, disclosed: none,
		},
		"okta-support-2023-10": {
			starts: "2023-09-28T00:00:00Z", ends: none,
			before: "2023-10-18T00:00:00Z", disclosed: "2023-10-19T00:00:00Z",
		},
		"reviewdog-action-setup-2025-03": {
			starts: "2025-03-11T18:42:00Z", ends: none,
			before: "2025-03-11T20:33:00Z", disclosed: none,
		},
		"salesloft-drift-2025-08": {
			starts: "2025-08-08T00:00:00Z", ends: none,
			before: "2025-08-21T00:00:00Z", disclosed: none,
		},
		"shai-hulud-1-2025-09": {
			starts: "2025-09-14T00:00:00Z", ends: none, before: none, disclosed: none,
		},
		"shai-hulud-2-2025-11": {
			starts: "2025-11-23T00:00:00Z", ends: none, before: none, disclosed: none,
		},
		"sisense-2024-04": {
			starts: none, ends: none, before: none, disclosed: "2024-04-10T00:00:00Z",
		},
		"snowflake-unc5537-2024": {
			starts: "2024-04-01T00:00:00Z", ends: none,
			before: none, disclosed: "2024-05-31T00:00:00Z",
		},
		"tanstack-mini-shai-hulud-2026-05": {
			starts: "2026-05-11T19:20:00Z", ends: none, before: none, disclosed: none,
		},
		"tj-actions-changed-files-2025-03": {
			starts: "2025-03-14T00:00:00Z", ends: none,
			before: "2025-03-16T00:00:00Z", disclosed: none,
		},
		"travis-ci-2021-09": {
			starts: "2021-09-03T00:00:00Z", ends: none,
			before: "2021-09-11T00:00:00Z", disclosed: none,
		},
		"trivy-teampcp-2026-03": {
			starts: "2026-03-19T17:43:00Z", ends: none,
			before: "2026-03-20T06:00:00Z", disclosed: none,
		},
	}
	got := map[string]dates{}
	for _, in := range builtins(t) {
		got[in.ID] = dates{
			starts: stamp(in.Starts), ends: stamp(in.Ends),
			before: stamp(in.CreatedBefore), disclosed: stamp(in.Disclosed),
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(dates{})); diff != "" {
		t.Errorf("dates (-want +got):\n%s", diff)
	}
}

func builtins(t *testing.T) []*incident.Incident {
	t.Helper()
	all, err := incident.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func stamp(t *time.Time) string {
	if t == nil {
		return "none"
	}
	return t.Format(time.RFC3339)
}

// What a vendor revoked closes windows, so each is checked too.
func TestProfileRevocations(t *testing.T) {
	want := map[string][]string{
		"circleci-2023-01": {
			"circleci-personal-token  2023-01-06T05:00:00Z",
			"circleci-project-token  2023-01-05T03:26:00Z",
			"github-oauth-grant circleci/* 2023-01-07T07:30:00Z",
			"other bitbucket* 2023-01-06T10:15:00Z",
		},
		"heroku-travis-github-oauth-2022-04": {
			"github-oauth-grant 145909/* 2022-04-17T00:00:00Z",
			"github-oauth-grant 313468/* 2022-04-17T00:00:00Z",
			"github-oauth-grant 363831/* 2022-04-17T00:00:00Z",
			"github-oauth-grant 628778/* 2022-04-17T00:00:00Z",
			"github-oauth-grant heroku dashboard*/* 2022-04-17T00:00:00Z",
			"other heroku* 2022-05-06T00:00:00Z",
		},
		"salesloft-drift-2025-08": {"other drift* 2025-08-21T00:00:00Z"},
	}
	got := map[string][]string{}
	for _, in := range builtins(t) {
		for _, r := range in.Revocations {
			got[in.ID] = append(got[in.ID], fmt.Sprintf("%s %s %s", r.Kind, r.Identifier, stamp(&r.At)))
		}
		slices.Sort(got[in.ID])
	}
	if diff := cmp.Diff(want, got, cmp.Transformer("filled", filled)); diff != "" {
		t.Errorf("revocations (-want +got):\n%s", diff)
	}
}

// filled drops the profiles without any.
func filled(m map[string][]string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		if len(v) > 0 {
			out[k] = strings.Join(v, "\n")
		}
	}
	return out
}

// What logs can show of each incident, counted by type. Addresses that others use as well are never
// of high confidence, and say so.
func TestProfileIndicators(t *testing.T) {
	want := map[string]map[string]int{
		"axios-npm-2026-03":                  {"ip": 1, "user_agent": 1},
		"circleci-2023-01":                   {"ip": 8},
		"codecov-2021-04":                    {"ip": 4},
		"gainsight-2025-11":                  {"ip": 1, "user_agent": 1},
		"heroku-travis-github-oauth-2022-04": {"oauth_app": 5},
		"nx-s1ngularity-2025-08":             {"repository": 1},
		"okta-support-2023-10":               {"ip": 23, "user_agent": 2},
		"reviewdog-action-setup-2025-03":     {"commit": 1},
		"salesloft-drift-2025-08":            {"ip": 20, "user_agent": 5},
		"shai-hulud-1-2025-09":               {"repository": 1},
		"snowflake-unc5537-2024":             {"ip": 66},
		"tj-actions-changed-files-2025-03":   {"commit": 1},
		"trivy-teampcp-2026-03":              {"ip": 1},
	}
	got := map[string]map[string]int{}
	for _, in := range builtins(t) {
		if len(in.Kinds) == 0 || !in.DownstreamOpen {
			t.Errorf("%s: %d kinds, downstream_open %v", in.ID, len(in.Kinds), in.DownstreamOpen)
		}
		for _, i := range in.Indicators {
			if i.Logged() {
				if got[in.ID] == nil {
					got[in.ID] = map[string]int{}
				}
				got[in.ID][i.Type]++
			}
			if i.Confidence != "high" && i.Note == "" {
				t.Errorf("%s: %s %s is of %s confidence and does not say why", in.ID, i.Type, i.Value,
					i.Confidence)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indicators (-want +got):\n%s", diff)
	}
}

// The note of an indicator tells its caveats; a Tor exit, which anybody uses, weighs little.
func TestProfileSharedAddresses(t *testing.T) {
	counts := map[string]int{}
	for _, in := range builtins(t) {
		if in.ID != "salesloft-drift-2025-08" {
			continue
		}
		for _, i := range in.Indicators {
			if i.Type == "ip" {
				counts[i.Confidence]++
			}
		}
	}
	if want := map[string]int{"low": 18, "medium": 2}; !maps.Equal(counts, want) {
		t.Errorf("confidences %v, want %v", counts, want)
	}
}
