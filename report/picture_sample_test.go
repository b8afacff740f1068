package report_test

import (
	"testing"
	"time"

	"breachwindow/detect"
)

// pictured adds to a sample what only pictures and explanations need.
func pictured(tb testing.TB, r *detect.Result) {
	tb.Helper()
	told := at(tb, "2023-01-05 02:30:00")
	r.Incident.Disclosed = &told
	r.Incident.Phases = []detect.Phase{
		{At: at(tb, "2022-12-16 00:00:00"), Precision: "day", What: "a laptop is compromised"},
		{At: at(tb, "2022-12-22 00:00:00"), Precision: "day", What: "the secrets are copied"},
		{At: told, Precision: "minute", What: "customers are told"},
	}
	worst := &r.Secrets[len(r.Secrets)-1]
	worst.Days = []detect.UseDay{
		{Day: "2022-11-20", Expected: 40},
		{Day: "2022-11-21", Expected: 41},
		{Day: "2022-12-22", Expected: 30, Unexpected: 12, Failed: 4, Derived: 9},
		{Day: "2022-12-23", Expected: 2, Untold: 5},
		{Day: "2023-01-06", Unexpected: 3, Derived: 3},
		{Day: "2023-01-07", Expected: 2, After: 2},
	}
	r.Findings[0].Places = []detect.Place{{
		Event: r.Findings[0].Events[0], File: r.Inputs[0].Path, Pos: 17,
	}}
	r.Origins = []detect.Origin{
		{
			Secret: worst.ID, Network: "AS14618", Country: "US", Organisation: "Amazon.com, Inc.",
			Labels: []string{"aws", "ci"}, Addresses: 8, Before: 1804, Uses: 396, Baseline: true,
			FirstSeen: at(tb, "2022-12-16 00:12:09"), LastSeen: at(tb, "2023-01-05 09:12:44"),
		},
		{
			Secret: worst.ID, Network: "AS212238", Country: "CA", Organisation: "Datacamp Limited",
			Labels: []string{"hosting", "vpn"}, Addresses: 1, Uses: 16, Unexpected: 16, Baseline: true,
			FirstSeen: at(tb, "2022-12-22 03:00:00"), LastSeen: at(tb, "2023-01-06 02:11:00"),
		},
		{
			Secret: "backup", Network: "198.51.100.0/24", Labels: []string{}, Addresses: 2, Uses: 20,
			FirstSeen: at(tb, "2022-12-20 03:00:00"), LastSeen: at(tb, "2022-12-21 02:11:00"),
		},
	}
	r.Queries = []detect.QueryText{{
		ID: r.Findings[0].Query, Title: r.Findings[0].Title, Level: "critical",
		Description: "Shared exits carry other people's traffic too.", Attack: []string{"T1078.004"},
		FalsePositives: "a responder testing from the same exit",
		References:     []string{"https://circleci.com/blog/jan-4-2023-incident-report/"},
		SQL:            "SELECT\n  u.secret\nFROM uses u\nWHERE u.indicator IS NOT NULL",
	}}
	addressed(tb, r)
	r.Settings = []detect.Setting{{
		Name: "denied_calls", Value: 12, Default: 10, Meaning: "this many refused calls are a search",
	}}
}

// addressed adds what came from the addresses: the intruder's, one that is his and others', one that
// the customer's build had before, and one that nothing speaks for or against.
func addressed(tb testing.TB, r *detect.Result) {
	tb.Helper()
	ptr := func(s string) *time.Time { v := at(tb, s); return &v }
	for i, a := range []detect.Activity{
		{
			Indicator: "178.249.214.10", IndicatorConfidence: "medium", Since: 47, Unexpected: 47,
			FirstSeen: ptr("2022-12-22 03:00:41"), LastSeen: ptr("2023-01-09 22:00:03"),
		},
		{
			Since: 9, Unexpected: 4, Others: 5,
			FirstSeen: ptr("2022-12-22 03:00:41"), LastSeen: ptr("2022-12-24 07:00:00"),
		},
		{
			Since: 3, Unexpected: 3,
			FirstSeen: ptr("2023-01-06 01:59:00"), LastSeen: ptr("2023-01-06 02:05:00"),
		},
		{
			Before: 1804, Since: 412, Expected: 2200, Unexpected: 16,
			FirstSeen: ptr("2022-12-16 00:12:09"), LastSeen: ptr("2023-01-05 09:12:44"),
		},
	} {
		r.Addresses[i].Activity = a
	}
}

// nastyPicture makes the same hostile.
func nastyPicture(r *detect.Result, mixed, long string) {
	r.Incident.Phases = []detect.Phase{{What: mixed, Precision: long}}
	for i := range r.Secrets {
		r.Secrets[i].Days = []detect.UseDay{
			{Day: mixed, Unexpected: 1 << 62}, {Day: "2022-12-22", Expected: 1 << 62, Failed: 1 << 62},
		}
	}
	for i := range r.Findings {
		r.Findings[i].Places = []detect.Place{{Event: mixed, File: mixed, Pos: 1 << 62}}
	}
	for i := range r.Origins {
		o := &r.Origins[i]
		o.Secret, o.Network, o.Country, o.Organisation = mixed, long, hostile, mixed
		o.Labels = []string{mixed, long}
	}
	r.Queries = []detect.QueryText{{
		ID: long, Title: mixed, Description: mixed, Level: hostile, Attack: []string{mixed},
		FalsePositives: mixed, References: []string{"javascript:alert(1)", mixed},
		SQL: "SELECT '</script><script>alert(1)</script>'\n" + mixed,
	}}
	r.Settings = []detect.Setting{{Name: mixed, Meaning: long}}
}
