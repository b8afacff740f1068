package report_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
	"breachwindow/report"
)

func jsonOf(tb testing.TB, r *detect.Result) string {
	tb.Helper()
	return render(tb, func(w io.Writer) error { return report.JSON(w, r) })
}

// What is read and written again is the same, byte for byte, and renders the same text.
func TestJSONRoundTrip(t *testing.T) {
	for name, r := range map[string]*detect.Result{
		"sample": sample(t), "nasty": nasty(t), "empty": {Schema: 1},
	} {
		first := jsonOf(t, r)
		read, err := report.ReadJSON(strings.NewReader(first))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(first, jsonOf(t, read)); diff != "" {
			t.Errorf("%s differs; -first +second:\n%s", name, diff)
		}
		for format, f := range formats(sample(t), report.Options{}) {
			if name == "sample" && render(t, f) != render(t, formats(read, report.Options{})[format]) {
				t.Errorf("%s as %s differs after a round trip", name, format)
			}
		}
	}
}

func TestJSONDetails(t *testing.T) {
	r := &detect.Result{Schema: 1, Case: "a<b>&\u009b\u202e\U000e0041\x7f漏"}
	out := jsonOf(t, r)
	if want := `"case": "a<b>&\u009b\u202e\udb40\udc41\u007f漏"`; !strings.Contains(out, want) {
		t.Errorf("no %s in:\n%s", want, out)
	}
	if strings.Contains(out, "null,\n  \"findings\"") || !strings.Contains(out, `"secrets": []`) {
		t.Errorf("absent lists must be empty ones:\n%s", out)
	}
	if !strings.HasSuffix(out, "}\n") {
		t.Errorf("no line end at the end")
	}
	read, err := report.ReadJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if read.Case != r.Case {
		t.Errorf("case %q was read as %q", r.Case, read.Case)
	}
	if r.Secrets != nil {
		t.Errorf("writing changed the result")
	}
}

func TestReadJSON(t *testing.T) {
	tests := []struct {
		name, in string
		want     string // part of the error; "" for none
	}{
		{"least", `{"schema": 1}`, ""},
		{"a field of a later program", `{"schema": 1, "later": {"a": [1]}}`, ""},
		{"big integer", `{"schema": 1, "findings": [{"attributes": {"id": 9007199254740993}}]}`, ""},
		{"other schema", `{"schema": 2, "tool": "breachwindow 9\u001b[2J"}`, `schema 2, made by "breachwindow 9\\x1b[2J": this program reads schema 1`},
		{"no schema", `{"secrets": []}`, "no schema"},
		{"schema null", `{"schema": null}`, "no schema"},
		{"schema of another type", `{"schema": "1"}`, "schema"},
		{"list", `[]`, "result: "},
		{"empty", ``, "unexpected EOF"},
		{"cut", `{"schema": 1, "secrets": [`, "unexpected EOF"},
		{"two values", `{"schema": 1} {"schema": 1}`, "more text"},
		{"broken time", `{"schema": 1, "incident": {"starts": "yesterday"}}`, "result: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := report.ReadJSON(strings.NewReader(tt.in))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got error %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
			if err == nil && tt.name == "big integer" && !strings.Contains(jsonOf(t, r), "9007199254740993") {
				t.Errorf("a big integer lost digits")
			}
		})
	}
}

// Whatever is read can be written, read and rendered again, the same both times.
func FuzzReadJSON(f *testing.F) {
	var out bytes.Buffer
	r := sample(f)
	r.Secrets, r.Findings = r.Secrets[:1], r.Findings[:1]
	if err := report.JSON(&out, r); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add([]byte(`{"schema":1,"lineage":[{"parent":"a","child":"a"}],"secrets":[{"id":"\u0301"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := report.ReadJSON(bytes.NewReader(text))
		if err != nil {
			return
		}
		first := jsonOf(t, r)
		again, err := report.ReadJSON(strings.NewReader(first))
		if err != nil {
			t.Fatalf("%v in what JSON wrote:\n%s", err, first)
		}
		if second := jsonOf(t, again); second != first {
			t.Fatalf("differs after a round trip:\n%s\n%s", first, second)
		}
		o := report.Options{Width: 60}
		out := render(t, func(w io.Writer) error { return report.Text(w, again, o) })
		if line, n := widest(out); n > 60 {
			t.Fatalf("a line of %d columns on a terminal of 60: %q", n, line)
		}
	})
}
