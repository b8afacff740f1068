package incident_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"breachwindow/incident"
)

// head is the least that a profile needs; cases go on in line 3.
const head = "id: acme-2023-01\ntitle: Acme\n"

// sourced is a profile with one source; cases go on in line 6.
const sourced = head + "sources:\n  - id: report\n    what: the report\n"

func TestParseIndicators(t *testing.T) {
	for _, c := range []struct{ kind, value, want, prefix string }{
		{"ip", "192.0.2.7", "192.0.2.7", "192.0.2.7/32"},
		{"ip", "::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7/32"},
		{"ip", "2001:0DB8::0:7", "2001:db8::7", "2001:db8::7/128"},
		{"network", "192.0.2.0/24", "192.0.2.0/24", "192.0.2.0/24"},
		{"network", "::ffff:192.0.2.0/120", "192.0.2.0/24", "192.0.2.0/24"},
		{"network", "2001:DB8::/32", "2001:db8::/32", "2001:db8::/32"},
		{"domain", "Example.COM.", "example.com", ""},
		{"sha256", strings.Repeat("AB", 32), strings.Repeat("ab", 32), ""},
		{"provider", "Handy Networks, LLC", "Handy Networks, LLC", ""},
		{"user_agent", "Curl/7 (x: y)", "Curl/7 (x: y)", ""},
		{"file", "/private/tmp/.PTS", "/private/tmp/.PTS", ""},
		{"action", "repo.download_zip", "repo.download_zip", ""},
		{"oauth_app", "145909", "145909", ""},
		{"repository", "s1ngularity-repository*", "s1ngularity-repository*", ""},
		{"repository", "Acme/Web", "Acme/Web", ""},
		{"commit", strings.Repeat("AB", 20), strings.Repeat("ab", 20), ""},
		{"url", "http://192.0.2.7:80/x", "http://192.0.2.7:80/x", ""},
		{"application", "DBeaver", "DBeaver", ""},
	} {
		t.Run(c.kind+" "+c.value, func(t *testing.T) {
			text := sourced + "indicators:\n  - type: " + c.kind + "\n    value: '" + c.value +
				"'\n    confidence: low\n    source: report\n"
			in, err := incident.Parse("x.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			var prefix netip.Prefix
			if c.prefix != "" {
				prefix = netip.MustParsePrefix(c.prefix)
			}
			got := in.Indicators[0]
			if got.Value != c.want || got.Prefix != prefix {
				t.Errorf("value %q, prefix %v; want %q, %v", got.Value, got.Prefix, c.want, prefix)
			}
		})
	}
}

// whole has one of everything, phases out of order.
const whole = "---\n" + sourced + `vendor: ' Acme Inc. '
summary: |
  Two
  lines.
starts: 2022-12-16T01:30:00+01:00
ends: ~
disclosed: 2023-01-05
created_before: 2023-01-06T00:00:00.5Z
downstream_open: true
phases:
  - {at: 2023-01-05T02:30:00Z, what: told, source: report}
  - {at: 2022-12-19, what: access, confidence: low, source: report}
  - {at: 2022-12-01, precision: month, what: plan, source: report}
kinds:
  - {kind: ssh-key, exposed: false, held_as: [deploy key], source: report}
revocations:
  - {kind: other, identifier: x*, at: 2023-01-07, created_before: 2023-01-05,
     what: y, confidence: high, source: report}
guidance:
  - {kind: other, text: rotate, evidence: log, source: report}
notes:
  - {about: scope, text: all, source: report}
...
`

func TestParse(t *testing.T) {
	got, err := incident.Parse("x.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	starts, cutoff := utc(t, "2022-12-16T00:30:00Z"), utc(t, "2023-01-06T00:00:00.5Z")
	disclosed := utc(t, "2023-01-05T00:00:00Z")
	want := &incident.Incident{
		ID: "acme-2023-01", Title: "Acme", Vendor: "Acme Inc.", Summary: "Two\nlines.",
		Starts: &starts, Disclosed: &disclosed, CreatedBefore: &cutoff, DownstreamOpen: true,
		Sources: []incident.Source{{ID: "report", What: "the report"}},
		Phases: []incident.Phase{
			{
				At: utc(t, "2022-12-01T00:00:00Z"), Precision: "month", What: "plan",
				Confidence: "high", Source: "report",
			},
			{
				At: utc(t, "2022-12-19T00:00:00Z"), Precision: "day", What: "access",
				Confidence: "low", Source: "report",
			},
			{
				At: utc(t, "2023-01-05T02:30:00Z"), Precision: "minute", What: "told",
				Confidence: "high", Source: "report",
			},
		},
		Kinds: []incident.AffectedKind{{
			Kind: "ssh-key", HeldAs: []string{"deploy key"}, Confidence: "high", Source: "report",
		}},
		Revocations: []incident.Revocation{{
			Kind: "other", Identifier: "x*", At: utc(t, "2023-01-07T00:00:00Z"),
			CreatedBefore: &disclosed, What: "y", Confidence: "high", Source: "report",
		}},
		Guidance: []incident.Guidance{
			{Kind: "other", Text: "rotate", Evidence: "log", Source: "report"},
		},
		Notes: []incident.Note{
			{About: "scope", Text: "all", Confidence: "high", Source: "report"},
		},
	}
	opts := cmpopts.IgnoreFields(incident.Incident{}, "Hash")
	if diff := cmp.Diff(want, got, opts, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
	if got.Starts.Location() != time.UTC {
		t.Errorf("starts is in %v, want UTC", got.Starts.Location())
	}
}

func TestParseHash(t *testing.T) {
	// printf 'id: a\ntitle: b\n' | sha256sum
	const want = "7bfdd0ae3741bfe775f5764ab1cd345dc9cee79a6763c315a001932576345c3a"
	in, err := incident.Parse("x.yaml", []byte("id: a\ntitle: b\n"))
	if err != nil {
		t.Fatal(err)
	}
	if in.Hash != want {
		t.Errorf("hash %s, want %s", in.Hash, want)
	}
}

func TestParseListsNoMoreThanFifty(t *testing.T) {
	_, err := incident.Parse("x.yaml", []byte(head+"sources:\n"+strings.Repeat("  - 1\n", 60)))
	if err == nil {
		t.Fatal("accepted")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 51 || lines[50] != "x.yaml: and 10 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// FuzzParse holds that whatever is accepted can be worked with, and that whatever is refused
// is refused at a place.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", head, sourced, whole, "\ufeffid: a\r\ntitle: |\r\n  b\r\n",
		sourced + "indicators:\n  - {type: ip, value: 192.0.2.7, confidence: low, source: report}\n" +
			"  - {type: network, value: '::ffff:0.0.0.0/97', confidence: low, source: report}\n" +
			"  - {type: domain, value: Example.COM., confidence: low, source: report}\n",
		head + "starts: 2022-12-16\nends: 2022-12-17\nvendor: &a x\nsummary: *a\n<<: *a\n",
		"{id: a, title: b}\n---\n", "? [a]\n: - b\n", "%YAML 1.2\n---\n!!map {a: !b c}\n...\n",
		"- - - a\n", "a: |2-\n   x\n\"b\": 'c'\n", "id: 0x1F\ntitle: .inf\nvendor: 1e3\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := incident.Parse("x.yaml", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.yaml:") || in != nil {
				t.Errorf("incident %v, error %q", in, err)
			}
			return
		}
		if in.ID == "" || in.Title == "" || len(in.Hash) != 64 {
			t.Errorf("accepted without id, title or hash: %+v", in)
		}
		if in.Starts != nil && in.Ends != nil && !in.Starts.Before(*in.Ends) {
			t.Errorf("accepted with starts %v, ends %v", in.Starts, in.Ends)
		}
		for _, r := range in.Revocations {
			if r.Kind == "" || r.At.IsZero() || r.Source == "" {
				t.Errorf("accepted the revocation %+v", r)
			}
			in.VendorRevocation(r.Kind, "a*b", nil)
		}
		for _, i := range in.Indicators {
			ranged := i.Type == "ip" || i.Type == "network"
			if i.Value == "" || ranged != i.Prefix.IsValid() {
				t.Errorf("accepted the indicator %+v", i)
			}
		}
	})
}
