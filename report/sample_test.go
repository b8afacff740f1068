package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"breachwindow/detect"
)

// at parses a time of the samples.
func at(tb testing.TB, s string) time.Time {
	tb.Helper()
	v, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// sample is the result of an invented company: every verdict, every rotation status, a chain,
// gaps, blind detections.
func sample(tb testing.TB) *detect.Result {
	tb.Helper()
	ptr := func(s string) *time.Time { v := at(tb, s); return &v }
	start, rotated, forced := ptr("2022-12-16 00:00:00"), ptr("2023-01-05 09:30:00"), ptr("2023-01-07 07:30:00")
	deploy := detect.SecretAnswer{
		ID: "context:aws-prod/AWS_ACCESS_KEY_ID", Kind: "aws-access-key", Identifier: "AKIA…K7QX", Name: "ci-deploy",
		StoredIn: "context:aws-prod", Owner: "platform", ExposedAt: start, RotatedAt: rotated, WindowEnd: rotated,
		Rotation: "contradicted", Verdict: detect.Compromised,
		Confidence: detect.MediumConfidence, ConfidenceBecause: []string{
			"what is usual rests on 3 uses on 2 days before the window",
		},
		RotationBecause: []string{"Declared as rotated on 2023-01-05 09:30Z, but used with success 3 times after it, last on 2023-01-06 02:11Z (any/use-after-rotation)."},
		Because: []string{
			"12 uses came from 178.249.214.10, an address published for this incident (any/use-from-indicator, critical).",
			"Its use made 3 credentials; one of them, an access key of the user backup-svc, still lives (any/derived-outlives-rotation, high).",
		},
		Next: []string{
			"Make sure that it is dead now. aws iam update-access-key --user-name ci-deploy --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive.",
			"Delete the key that it made: aws iam delete-access-key --user-name backup-svc --access-key-id AKIAI44QH8DHBEXAMPLE.",
			"Rotate what was read with it too: 2 values under exposed next.",
		},
		Uses:     detect.UseCounts{Before: 1804, Window: 412, After: 3, Expected: 396, Derived: 47},
		FirstUse: ptr("2022-12-16 00:12:09"), LastUse: ptr("2023-01-05 09:12:44"),
		Findings: []string{"f1a2b3c4d5e6", "a7b8c9d0e1f2"},
	}
	r := &detect.Result{
		Schema: 1, Tool: "breachwindow 0.1.0", Case: "acme",
		Addresses: []detect.Address{
			{IP: "178.249.214.10", Network: "AS212238", Country: "CA", City: "Toronto", ASN: 212238, Organisation: "Datacamp Limited", Labels: []string{"hosting", "vpn"}},
			{IP: "188.68.229.52", Network: "AS197226", Country: "PL", ASN: 197226, Organisation: "\"SPRINT\" S.A. \x1b[31mred", Labels: []string{}},
			{IP: "2001:db8:8a2e:370:7334::1", Network: "2001:db8:8a2e::/48", Labels: []string{}},
			{IP: "3.228.39.90", Network: "AS14618", Country: "US", ASN: 14618, Organisation: "Amazon.com, Inc.", Labels: []string{"aws", "ci", "hosting"}},
		},
		Databases: []detect.Database{
			{Name: "geo/GeoLite2-City.mmdb", Type: "GeoLite2-City", Built: start, SHA256: strings.Repeat("c1", 32), Source: "GeoLite2City database"},
			{Name: "built-in labels", Type: "labels", SHA256: strings.Repeat("1a", 32), Source: "breachwindow: AS numbers and words in organisations' names"},
		},
		Incident: detect.IncidentSummary{ID: "circleci-2023-01", Title: "CircleCI security incident", Starts: start},
		Secrets: []detect.SecretAnswer{
			{
				ID: "bot-token", Kind: "github-token", Identifier: "sha256:9f2c…", StoredIn: "project:gh/acme/web", ExposedAt: start, RevokedAt: forced, WindowEnd: forced,
				Rotation: "vendor", RotationBecause: []string{"No date is declared; the vendor revoked all tokens of this kind on 2023-01-07 07:30Z."},
				Verdict: detect.Suspicious, Because: []string{"4 uses came from a network never seen before for this token (any/use-from-new-network, medium)."},
				Uses: detect.UseCounts{Before: 220, Window: 31, Expected: 27}, Findings: []string{"0c1d2e3f4a5b"},
			},
			{
				ID: "datadog", Kind: "other", StoredIn: "context:observability", ExposedAt: start, Rotation: "missing",
				RotationBecause: []string{"No date is declared and no log can show one."},
				Verdict:         detect.Unknown, Because: []string{"No log at hand can show a use of this kind of secret."},
			},
			{
				ID: "npm-publish", Kind: "other", StoredIn: "context:release", ExposedAt: start, Rotation: "missing",
				RotationBecause: []string{"No date is declared and no log can show one."},
				Verdict:         detect.Unknown, Because: []string{"No log at hand can show a use of this kind of secret."},
			},
			{
				ID: "backup", Kind: "aws-access-key", Identifier: "AKIA…22AB", StoredIn: "project:gh/acme/infra", ExposedAt: start, RotatedAt: rotated, WindowEnd: rotated,
				Rotation: "claimed", RotationBecause: []string{"Declared as rotated on 2023-01-05 09:30Z; no log speaks for or against it."},
				Verdict: detect.Unknown, Because: []string{"The logs of 444455556666/eu-west-1 are silent from 2022-12-24 00:00Z to 2022-12-27 06:00Z, inside its window."},
				Uses: detect.UseCounts{Before: 90, Window: 20, Expected: 20},
			},
			{
				ID: "terraform", Kind: "aws-access-key", Identifier: "AKIA…90PZ", StoredIn: "context:aws-prod", ExposedAt: start, RotatedAt: rotated, RevokedAt: ptr("2023-01-05 09:29:58"), WindowEnd: ptr("2023-01-05 09:29:58"),
				Rotation: "confirmed", Verdict: detect.Used, Uses: detect.UseCounts{Before: 5200, Window: 640, Expected: 640},
			},
			{ID: "deploy-key", Kind: "ssh-key", Identifier: "SHA256:uNiV…", StoredIn: "project:gh/acme/web", ExposedAt: start, RotatedAt: rotated, WindowEnd: rotated, Rotation: "confirmed", Verdict: detect.Unused},
			{ID: "new-key", Kind: "aws-access-key", Identifier: "AKIA…77QQ", StoredIn: "context:aws-prod", Rotation: "missing", Verdict: detect.Unexposed},
			deploy,
		},
		Lineage: lineage(tb, deploy.ID),
		ExposedNext: []detect.Exposure{
			{Secret: deploy.ID, What: "parameter", Name: "/prod/stripe/api-key", Credential: "ASIAIOSFODNN7EXAMPL1", Action: "GetParameter", FirstSeen: at(tb, "2022-12-22 03:07:00"), LastSeen: at(tb, "2022-12-22 03:07:00"), Reads: 1, Certain: true, Event: "61c2"},
			{Secret: deploy.ID, What: "secret", Name: "arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod/db-Ab12Cd", Credential: "AKIAIOSFODNN7EXAMPLE", Action: "GetSecretValue", FirstSeen: at(tb, "2022-12-22 03:01:00"), LastSeen: at(tb, "2022-12-22 03:09:00"), Reads: 2, Certain: true, Event: "72d3"},
			{Secret: "bot-token", What: "code", Name: "acme/web", Credential: "9f2c", Action: "git.clone", FirstSeen: at(tb, "2022-12-30 08:00:00"), LastSeen: at(tb, "2023-01-05 08:00:00"), Reads: 31, Event: "83e4"},
		},
		Coverage: []detect.CoverageSpan{
			{Source: "circleci", Scope: "acme", From: at(tb, "2022-11-15 00:00:00"), To: at(tb, "2023-02-05 00:00:00"), Events: 318},
			{Source: "cloudtrail", Scope: "444455556666/eu-west-1", From: at(tb, "2022-11-15 00:00:00"), To: at(tb, "2023-02-05 00:00:00"), Events: 912, Gaps: []detect.Gap{
				{From: at(tb, "2022-12-24 00:00:00"), To: at(tb, "2022-12-27 06:00:00")},
				{From: at(tb, "2023-01-02 00:00:00"), To: at(tb, "2023-01-03 00:00:00")},
			}},
			{Source: "cloudtrail", Scope: "444455556666/us-east-1", From: at(tb, "2022-11-15 00:00:00"), To: at(tb, "2023-02-05 00:00:00"), Events: 4180},
			{Source: "github", Scope: "acme/git", From: at(tb, "2022-12-30 00:00:00"), To: at(tb, "2023-01-06 00:00:00"), Events: 77},
		},
		Blind: []detect.BlindDetection{
			{Query: "any/use-from-indicator", Why: "no source addresses in github/rest; 77 events have none"},
			{Query: "circleci/access-widened", Why: "no log of circleci was loaded"},
			{Query: "circleci/refused-often", Why: "no log of circleci was loaded"},
			{Query: "circleci/trigger-added", Why: "no log of circleci was loaded"},
			{Query: "circleci/variables-copied", Why: "no log of circleci was loaded"},
			{Query: "circleci/workflows-deleted", Why: "no log of circleci was loaded"},
		},
		Problems: []detect.Problem{
			{What: "missing", Path: "logs/cloudtrail/eu-central-1", Why: "it does not exist", Blocks: true},
			{What: "same id", Path: "logs/github/export.json", Why: "2 of its records have the id of another that tells something else; each is an event of its own, the first 6589a9eb-59b7-4895-b7ab-962ed3cc257c"},
			{What: "skipped", Path: "logs/.old", Why: "a hidden folder"},
		},
		Inputs: []detect.Input{
			{Path: "logs/cloudtrail/444455556666_CloudTrail_eu-west-1_20221224.json.gz", SHA256: strings.Repeat("ab", 32), Form: "cloudtrail/s3", Records: 5095, Events: 5092, Duplicates: 2, Rejects: 1},
			{Path: "logs/github/export.json", SHA256: strings.Repeat("cd", 32), Form: "github/rest", Records: 77, Events: 77},
			{Path: "logs/circleci/audit.csv", SHA256: strings.Repeat("ef", 32), Form: "circleci/csv", Records: 318, Events: 318},
			{Path: "logs/console.csv", SHA256: strings.Repeat("23", 32), Form: "cloudtrail/event-history", Records: 4, Duplicates: 4},
			{Path: "logs/github/export-2.json", SHA256: strings.Repeat("01", 32), Form: "empty"},
		},
		Totals: detect.Totals{Files: 5, Records: 5494, Events: 5487, Duplicates: 6, Rejects: 1},
	}
	r.Caveats = []detect.Caveat{{
		Source: "cloudtrail", Scope: "444455556666", Text: "The log of cloudtrail 444455556666 has management events only.",
	}}
	kinds := map[string]string{"circleci": "-", "cloudtrail": "management", "github": "git"}
	for i := range r.Coverage {
		c := &r.Coverage[i]
		c.Kinds = []detect.KindSpan{{Kind: kinds[c.Source], From: c.From, To: c.To, Events: c.Events}}
		c.EventsPerDay = make([]int64, int(c.To.Sub(c.From).Hours()/24)+1)
		for d := range c.EventsPerDay {
			if day := c.From.AddDate(0, 0, d); d%7 != 6 && !slices.ContainsFunc(c.Gaps, func(g detect.Gap) bool {
				return !day.Before(g.From) && day.Before(g.To)
			}) {
				c.EventsPerDay[d] = int64(d%5 + 1)
			}
		}
		if len(c.Gaps) > 0 {
			c.LongestSilence, c.UsualSilence = &c.Gaps[0], 86400
		}
	}
	r.Findings = findings(tb, deploy.ID)
	r.Responders = responders(tb)
	pictured(tb, r)
	return r
}

func findings(tb testing.TB, secret string) []detect.Finding {
	tb.Helper()
	first, last := at(tb, "2022-12-22 03:00:41"), at(tb, "2022-12-22 04:12:10")
	list := []detect.Finding{
		{ID: "f1a2b3c4d5e6", Query: "any/use-from-indicator", Level: detect.Critical, Secret: secret, Credential: "AKIAIOSFODNN7EXAMPLE", Title: "An exposed secret was used from an address published for this incident.", FirstSeen: first, LastSeen: last, Count: 12, IPs: []string{"178.249.214.10"}},
		{ID: "a7b8c9d0e1f2", Query: "any/derived-outlives-rotation", Level: detect.High, Secret: secret, Credential: "AKIAI44QH8DHBEXAMPLE", Title: "A credential made with an exposed secret was used after the secret's window closed.", FirstSeen: at(tb, "2023-01-06 01:59:00"), LastSeen: at(tb, "2023-01-09 22:00:03"), Count: 35, IPs: []string{"89.36.78.75", "178.249.214.10", "2001:db8:8a2e:370:7334::1"}},
		{ID: "0c1d2e3f4a5b", Query: "any/use-from-new-network", Level: detect.Medium, Secret: "bot-token", Title: "An exposed secret was used from a network that its baseline does not know.", FirstSeen: first, LastSeen: first, Count: 4, IPs: []string{"188.68.229.52"}},
		{ID: "9e8d7c6b5a40", Query: "any/use-in-window", Level: detect.Low, Secret: "terraform", Title: "A secret was used in its window.", FirstSeen: at(tb, "2022-12-16 00:01:00"), LastSeen: at(tb, "2023-01-05 09:20:00"), Count: 640, IPs: []string{"3.228.39.90", "18.213.67.41", "44.201.9.1", "54.1.1.1"}},
		{ID: "5f5e5d5c5b5a", Query: "github/private-repository-cloned", Level: detect.Medium, Title: "A private repository was cloned from an address that nobody used before.", FirstSeen: at(tb, "2022-12-23 11:00:00"), LastSeen: at(tb, "2022-12-23 11:20:00"), Count: 6, IPs: []string{"72.18.132.58"}, Actors: []string{"octo-dev"}},
	}
	for i := range 22 {
		list = append(list, detect.Finding{
			ID: fmt.Sprintf("%012d", i), Query: "cloudtrail/access-key-created", Level: detect.Informational, Secret: "terraform",
			Title: "An access key was created.", FirstSeen: first.Add(time.Duration(i) * time.Hour), LastSeen: first.Add(time.Duration(i) * time.Hour), Count: 1,
		})
	}
	list[0].Events = []string{"0b6c1f0e-8a4a-4f4c-9a55-1f4f2d1a7c11", "1c7d2f1f-8a4a-4f4c-9a55-1f4f2d1a7c12"}
	list[0].Actors = []string{"arn:aws:iam::444455556666:user/ci-deploy"}
	list[0].Actions = []string{"AssumeRole", "GetCallerIdentity", "ListBuckets"}
	list[0].Attributes = map[string]any{"indicator": "178.249.214.10", "confidence": "high", "ports": []any{443, 8443}}
	return list
}

// responders are one whom the case does not name and who did something else besides, and one whom it
// names, in whose name an exposed secret acts.
func responders(tb testing.TB) []detect.Responder {
	tb.Helper()
	forced, rotated := at(tb, "2023-01-07 07:30:00"), at(tb, "2023-01-05 09:29:58")
	return []detect.Responder{
		{
			Actor: "octo-dev", IPs: []string{"188.68.229.52"}, FirstSeen: forced, LastSeen: forced,
			Rotations: []detect.Rotation{{Secret: "bot-token", How: "revoked", At: forced, IP: "188.68.229.52", Event: "94f5"}},
			Findings:  []string{"5f5e5d5c5b5a"},
		},
		{
			Actor: "arn:aws:iam::444455556666:user/secadmin", Credentials: []string{"AKIAIADMINNN7EXAMPLE"}, Named: true, SameName: true, FirstSeen: rotated, LastSeen: rotated,
			Rotations: []detect.Rotation{{Secret: "terraform", How: "deleted", At: rotated, Credential: "AKIAIADMINNN7EXAMPLE", Event: "a506"}},
		},
	}
}

func lineage(tb testing.TB, secret string) []detect.Minting {
	tb.Helper()
	expires, later := at(tb, "2022-12-22 04:02:00"), at(tb, "2022-12-22 16:02:00")
	return []detect.Minting{
		{Secret: secret, Parent: "AKIAIOSFODNN7EXAMPLE", Child: "ASIAIOSFODNN7EXAMPL1", How: "AssumeRole", At: at(tb, "2022-12-22 03:02:00"), Expires: &expires, Uses: 9, Event: "2d8e"},
		{Secret: secret, Parent: "ASIAIOSFODNN7EXAMPL1", Child: "AKIAI44QH8DHBEXAMPLE", How: "CreateAccessKey", At: at(tb, "2022-12-22 03:05:00"), Uses: 35, Event: "3e9f"},
		{Secret: secret, Parent: "AKIAI44QH8DHBEXAMPLE", Child: "ASIAI44QH8DHBEXAMPL2", How: "GetSessionToken", At: at(tb, "2023-01-06 02:00:00"), Uses: 0, Event: "4fa0"},
		{Secret: secret, Parent: "AKIAIOSFODNN7EXAMPLE", Child: "ASIAIOSFODNN7EXAMPL3", How: "AssumeRole", At: at(tb, "2022-12-22 04:02:00"), Expires: &later, Uses: 3, Event: "50b1"},
	}
}

// hostile is text as an intruder would write it into a log.
const hostile = "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example/\x07click\x1b]8;;\x07 \u202etxt.exe\u202c a\tb\nnext\r\u200bzero\u009b2J\x00\x7f\xff"

// nasty is a result whose every text is hostile, long, wide or all of it.
func nasty(tb testing.TB) *detect.Result {
	tb.Helper()
	long := strings.Repeat("x", 300)
	wide := strings.Repeat("漏洩した鍵", 40)
	mixed := hostile + wide + "👩‍💻🏳️‍🌈 e\u0301 \u1161 ก็็ \u0600 " + long
	r := sample(tb)
	r.Findings = r.Findings[:5]
	r.Case, r.Tool = mixed, hostile
	r.Incident.Title, r.Incident.ID = mixed, long
	for i := range r.Secrets {
		s := &r.Secrets[i]
		s.ID, s.Identifier, s.Name, s.StoredIn, s.Owner = mixed+s.ID, wide, hostile, long, mixed
		s.Kind, s.Rotation = hostile, "contradicted"
		s.Because, s.RotationBecause = []string{mixed, long, wide}, []string{hostile, ""}
		s.Next = []string{mixed, long, hostile}
		s.Uses.Window, s.Uses.Expected = 1<<62, 1<<62
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.ID, f.Query, f.Title, f.Credential = mixed, long, mixed, wide
		f.IPs, f.Actors, f.Actions, f.Events = []string{mixed, long, wide}, []string{mixed}, []string{wide}, []string{mixed, long}
		f.Attributes = map[string]any{mixed: mixed, "n": map[string]any{hostile: long}, long: wide}
		f.Count = 1 << 62
	}
	for _, a := range r.Addresses { // those that the page tells of
		r.Findings[0].IPs = append(r.Findings[0].IPs, a.IP)
	}
	for i := range r.Lineage {
		m := &r.Lineage[i]
		m.Secret, m.How, m.Event = mixed, mixed, wide
	}
	for i := range r.Responders {
		w := &r.Responders[i]
		w.Actor, w.Credentials, w.IPs = mixed, []string{long, wide}, []string{mixed, hostile}
		w.Findings, w.Rotations[0].Secret = []string{mixed, long}, hostile
		w.Rotations[0].How, w.Rotations[0].IP, w.Rotations[0].Event = long, hostile, mixed
	}
	for i := range r.ExposedNext {
		e := &r.ExposedNext[i]
		e.Secret, e.What, e.Name, e.Credential, e.Action, e.Event = mixed, long, mixed, wide, hostile, mixed
		e.Reads = 1 << 62
	}
	for i := range r.Coverage {
		r.Coverage[i].Source, r.Coverage[i].Scope = wide, mixed
		r.Coverage[i].Kinds[0].Kind = long
	}
	r.Blind = []detect.BlindDetection{{Query: mixed, Why: long}}
	r.Caveats = []detect.Caveat{{Source: wide, Scope: mixed, Text: long}}
	r.Problems = []detect.Problem{{What: hostile, Path: mixed, Why: wide, Blocks: true}}
	for i := range r.Inputs {
		r.Inputs[i].Path, r.Inputs[i].Form, r.Inputs[i].Rejects = mixed, long, 7
	}
	nastyPicture(r, mixed, long)
	nastyTriage(r, mixed, long)
	return r
}
