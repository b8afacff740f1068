package report_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
	"breachwindow/report"
)

// lists are the types of JSONL and the lists of result.json that they are elements of.
var lists = map[string]string{
	"secret": "secrets", "finding": "findings", "address": "addresses", "lineage": "lineage",
	"exposed_next": "exposed_next", "coverage": "coverage", "caveat": "caveats", "blind": "blind",
	"problem": "problems", "input": "inputs", "database": "databases", "origin": "origins",
	"query": "queries", "setting": "settings", "responder": "responders", "triage": "triage",
}

// rebuild makes a result.json of lines, as raw values, so that nothing that this program would
// overlook is overlooked here.
func rebuild(tb testing.TB, text string) map[string]any {
	tb.Helper()
	result := map[string]any{}
	for _, list := range lists {
		result[list] = []any{}
	}
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<24)
	for n := 1; lines.Scan(); n++ {
		line, ok := valueOf(tb, lines.Text()).(map[string]any)
		if !ok {
			tb.Fatalf("line %d is no object", n)
		}
		kind, ok := line["type"].(string)
		if !ok || (kind == "run") != (n == 1) {
			tb.Fatalf("line %d has type %v", n, line["type"])
		}
		if got, want := slices.Sorted(maps.Keys(line)), slices.Sorted(slices.Values([]string{
			"case", kind, "type",
		})); !slices.Equal(got, want) {
			tb.Fatalf("line %d has the members %v, want %v", n, got, want)
		}
		if kind == "run" {
			run, ok := line["run"].(map[string]any)
			if !ok {
				tb.Fatalf("line %d has no run", n)
			}
			maps.Copy(result, run)
			continue
		}
		list, known := lists[kind]
		if !known {
			tb.Fatalf("line %d has type %q", n, kind)
		}
		if line["case"] != result["case"] {
			tb.Fatalf("line %d is of case %v", n, line["case"])
		}
		all, _ := result[list].([]any)
		result[list] = append(all, line[kind])
	}
	return result
}

// valueOf decodes one JSON value, numbers with their digits.
func valueOf(tb testing.TB, text string) (v any) {
	tb.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		tb.Fatalf("%v in %.200q", err, text)
	}
	return v
}

// The lines are the whole result: result.json can be put together again from them.
func TestJSONLIsWhole(t *testing.T) {
	full := sample(t)
	full.Triage = []detect.Decision{{Kind: "finding", Subject: "f1"}}
	full.Settings = []detect.Setting{{Name: "coverage_gap_hours", Value: 12, Default: 6, Meaning: "a gap"}}
	for name, r := range map[string]*detect.Result{
		"sample": full, "nasty": nasty(t), "empty": {Schema: 1},
	} {
		t.Run(name, func(t *testing.T) {
			text := render(t, func(w io.Writer) error { return report.JSONL(w, r) })
			result := valueOf(t, jsonOf(t, r))
			if diff := cmp.Diff(result, any(rebuild(t, text))); diff != "" {
				t.Errorf("result.json differs; -json +lines:\n%s", diff)
			}
			if name != "sample" {
				return
			}
			for kind := range lists {
				if !strings.Contains(text, "\n{\"type\":\""+kind+"\"") {
					t.Errorf("the sample has no %s: this test would not miss it", kind)
				}
			}
		})
	}
}

// Nothing that steers a terminal, and no line end but those between lines.
func TestJSONLIsHarmless(t *testing.T) {
	text := render(t, func(w io.Writer) error { return report.JSONL(w, nasty(t)) })
	for line := range strings.Lines(text) {
		if i := strings.IndexFunc(strings.TrimSuffix(line, "\n"), steers); i >= 0 {
			t.Fatalf("a raw %.4q", line[i:])
		}
		if !bytes.HasSuffix([]byte(line), []byte("}\n")) {
			t.Fatalf("a line ends with %.40q", line[max(0, len(line)-40):])
		}
	}
}
