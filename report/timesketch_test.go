package report_test

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"breachwindow/detect"
	"breachwindow/report"
)

// sketchOf writes a timeline and checks each line as Timesketch's importer does, in
// read_and_validate_jsonl and _scrub_special_tags of timesketch/lib/utils.py (Apache-2.0), and as
// OpenSearch does: one type for a field in all lines, no term of more than 32,766 bytes.
func sketchOf(tb testing.TB, r *detect.Result) []map[string]any {
	tb.Helper()
	text := render(tb, func(w io.Writer) error { return report.Timesketch(w, r) })
	var lines []map[string]any
	kinds := map[string]string{}
	for line := range strings.Lines(text) {
		var event map[string]any
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			tb.Fatalf("%v in %s", err, line)
		}
		sketchLine(tb, event, kinds)
		lines = append(lines, event)
	}
	return lines
}

var sketchTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$`)

func sketchLine(tb testing.TB, event map[string]any, kinds map[string]string) {
	tb.Helper()
	for _, name := range []string{"message", "datetime", "timestamp_desc"} {
		if text, _ := event[name].(string); text == "" {
			tb.Errorf("no %s in %v", name, event)
		}
	}
	at, _ := event["datetime"].(string)
	if _, err := time.Parse(time.RFC3339, at); err != nil || !sketchTime.MatchString(at) {
		tb.Errorf("datetime %q: %v", at, err)
	}
	for _, name := range []string{"_id", "_type", "_index", "_source", "__ts_timeline_id", "timestamp"} {
		if _, has := event[name]; has {
			tb.Errorf("%s is Timesketch's own", name)
		}
	}
	for name, value := range event {
		kind, size := "number", 0
		switch v := value.(type) {
		case string:
			kind, size = "text", len(v)
		case []any: // OpenSearch knows no lists: a field has the type of its values
			kind = "text"
			for _, item := range v {
				text, ok := item.(string)
				if !ok || text == "" && name == "tag" {
					tb.Errorf("%s has %v", name, item)
				}
				size += len(text)
			}
		case float64:
		default:
			tb.Errorf("%s is %T", name, value)
		}
		if size >= 32766 {
			tb.Errorf("%s has %d bytes", name, size)
		}
		if had := kinds[name]; had != "" && had != kind {
			tb.Errorf("%s is %s here and %s before", name, kind, had)
		}
		kinds[name] = kind
	}
}

func TestTimesketchGolden(t *testing.T) {
	r := sample(t)
	golden(t, "timesketch", render(t, func(w io.Writer) error { return report.Timesketch(w, r) }))
}

// Every thing that has a time has its line, in the order of time.
func TestTimesketchIsComplete(t *testing.T) {
	r := sample(t)
	lines := sketchOf(t, r)
	if !slices.IsSortedFunc(lines, func(a, b map[string]any) int {
		return strings.Compare(a["datetime"].(string), b["datetime"].(string))
	}) {
		t.Error("the lines are not in the order of time")
	}
	got := map[string]int{}
	for _, l := range lines {
		got[l["timestamp_desc"].(string)]++
	}
	want := map[string]int{}
	both := func(from, to time.Time, first, last string) {
		want[first]++
		if to.After(from) {
			want[last]++
		}
	}
	for _, f := range r.Findings {
		both(f.FirstSeen, f.LastSeen, "Finding first seen", "Finding last seen")
	}
	for _, x := range r.ExposedNext {
		both(x.FirstSeen, x.LastSeen, "Exposed next, first read", "Exposed next, last read")
	}
	for _, c := range r.Coverage {
		for _, g := range c.Gaps {
			both(g.From, g.To, "Coverage gap begins", "Coverage gap ends")
		}
	}
	for _, s := range r.Secrets {
		for desc, at := range map[string]*time.Time{
			"Exposure window opens": s.ExposedAt, "Exposure window closes": s.WindowEnd,
			"Rotation declared": s.RotatedAt, "Revocation proved": s.RevokedAt,
		} {
			if at != nil {
				want[desc]++
			}
		}
	}
	want["Credential made"], want["Incident phase"] = len(r.Lineage), len(r.Incident.Phases)
	for desc, n := range want {
		if n == 0 || got[desc] != n {
			t.Errorf("%d lines %q, want %d (and at least one)", got[desc], desc, n)
		}
	}
}

// A finding's line leads back to its evidence.
func TestTimesketchFinding(t *testing.T) {
	r := sample(t)
	r.Findings[0].IPs = append(r.Findings[0].IPs, "secretsmanager.amazonaws.com")
	i := slices.IndexFunc(sketchOf(t, r), func(l map[string]any) bool {
		return l["finding_id"] == r.Findings[0].ID
	})
	if i < 0 {
		t.Fatalf("no line for %s", r.Findings[0].ID)
	}
	line := sketchOf(t, r)[i]
	for name, want := range map[string]string{
		"secret_id": `"context:aws-prod/AWS_ACCESS_KEY_ID"`, "verdict": `"compromised"`,
		"rule_id": `"any/use-from-indicator"`, "level": `"critical"`, "event_count": `12`,
		"source_ip": `["178.249.214.10"]`, "source_name": `["secretsmanager.amazonaws.com"]`,
		"credential": `"AKIAIOSFODNN7EXAMPLE"`, "attack_id": `["T1078.004"]`,
		"tag":        `["breachwindow-finding","critical"]`,
		"attributes": `["confidence=high","indicator=178.249.214.10","ports=[443,8443]"]`,
	} {
		got, err := json.Marshal(line[name])
		if err != nil || string(got) != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// Nothing that hides or reorders is left after the JSON is decoded, and nothing is too long.
func TestTimesketchHostile(t *testing.T) {
	r := nasty(t)
	long := strings.Repeat("漏", 40_000)
	r.Findings[0].Title, r.Findings[0].Credential = long, long
	r.Findings[0].Actors = slices.Repeat([]string{long}, 100)
	r.ExposedNext[0].Name, r.Lineage[0].Target = long, long
	for _, line := range sketchOf(t, r) {
		harmless(t, line)
	}
}

// harmless walks decoded JSON.
func harmless(tb testing.TB, value any) {
	tb.Helper()
	switch v := value.(type) {
	case string:
		if report.Clean(v) != v {
			tb.Errorf("%.80q is not clean", v)
		}
	case []any:
		for _, item := range v {
			harmless(tb, item)
		}
	case map[string]any:
		for name, item := range v {
			harmless(tb, name)
			harmless(tb, item)
		}
	}
}
