package report_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"

	"breachwindow/detect"
	"breachwindow/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a text with a file in testdata, or rewrites the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (rewrite with -update, then read it); -want +got:\n%s", path, diff)
	}
}

// render runs one of the text formats.
func render(tb testing.TB, f func(io.Writer) error) string {
	tb.Helper()
	var out bytes.Buffer
	if err := f(&out); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

// formats are all texts that can be made of a result.
func formats(r *detect.Result, o report.Options) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"text":     func(w io.Writer) error { return report.Text(w, r, o) },
		"findings": func(w io.Writer) error { return report.FindingsText(w, r, o) },
		"coverage": func(w io.Writer) error { return report.CoverageText(w, r, o) },
		"secret": func(w io.Writer) error {
			return report.SecretText(w, r, r.Secrets[len(r.Secrets)-1].ID, o)
		},
		"finding": func(w io.Writer) error { return report.FindingText(w, &r.Findings[0], r.Addresses, o) },
	}
}

func TestGolden(t *testing.T) {
	r := sample(t)
	for _, width := range []int{0, 60, 80, 120, 200} {
		for name, f := range formats(r, report.Options{Width: width}) {
			golden(t, fmt.Sprintf("%s-%d", name, width), render(t, f))
		}
	}
	o := report.Options{Width: 80, Color: true}
	golden(t, "text-80-colour", render(t, formats(r, o)["text"]))
	golden(t, "result", render(t, func(w io.Writer) error { return report.JSON(w, r) }))
	empty := &detect.Result{Schema: 1, Tool: "breachwindow 0.1.0"}
	golden(t, "text-empty", render(t, func(w io.Writer) error { return report.Text(w, empty, report.Options{}) }))
	golden(t, "hostile-80", render(t, formats(nasty(t), report.Options{Width: 80})["text"]))
}

// No line passes the edge of the terminal, whatever is in the logs.
func TestWidth(t *testing.T) {
	for source, r := range map[string]*detect.Result{"sample": sample(t), "nasty": nasty(t)} {
		for width := 60; width <= 200; width++ {
			for name, f := range formats(r, report.Options{Width: width}) {
				if name != "text" && width%7 != 4 { // parts of the same; 60, 67 … 200
					continue
				}
				if line, n := widest(render(t, f)); n > width {
					t.Fatalf("%s %s at width %d: a line of %d columns: %s", source, name, width, n, line)
				}
			}
		}
	}
}

// widest returns the widest line of a text and its columns.
func widest(text string) (line string, columns int) {
	ruler := runewidth.Condition{StrictEmojiNeutral: true}
	for l := range strings.Lines(text) {
		l = strings.TrimSuffix(l, "\n")
		if n := ruler.StringWidth(l); n > columns {
			line, columns = l, n
		}
	}
	return line, columns
}

// Nothing that steers a terminal reaches the output, JSON included.
func TestHostile(t *testing.T) {
	r := nasty(t)
	texts := formats(r, report.Options{})
	texts["json"] = func(w io.Writer) error { return report.JSON(w, r) }
	for _, width := range []int{0, 60, 100} {
		for name, f := range formats(r, report.Options{Width: width}) {
			texts[fmt.Sprintf("%s-%d", name, width)] = f
		}
	}
	for name, f := range texts {
		out := render(t, f)
		if !utf8.ValidString(out) {
			t.Errorf("%s is no valid UTF-8", name)
		}
		for line := range strings.Lines(out) {
			if i := strings.IndexFunc(strings.TrimSuffix(line, "\n"), steers); i >= 0 {
				t.Errorf("%s has a raw %.4q", name, line[i:])
				break
			}
		}
	}
}

// steers says whether a rune could move a cursor, hide or reorder text. Of the class Cf, the
// joiner of emoji is checked by the tests of Clean, and marks such as U+0600 are visible.
func steers(r rune) bool {
	return r != 0x200d && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) &&
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// Colour touches the verdict's word only: without it the text is the same.
func TestColour(t *testing.T) {
	r := sample(t)
	for name, f := range formats(r, report.Options{Width: 100, Color: true}) {
		coloured := render(t, f)
		plain := render(t, formats(r, report.Options{Width: 100})[name])
		stripped := coloured
		for _, sgr := range []string{"1;31", "1;33", "1;35", "32", "0"} {
			stripped = strings.ReplaceAll(stripped, "\x1b["+sgr+"m", "")
		}
		if diff := cmp.Diff(plain, stripped); diff != "" {
			t.Errorf("%s with its colours taken away; -plain +stripped:\n%s", name, diff)
		}
		if (name == "text" || name == "secret") && !strings.Contains(coloured, "\x1b[1;31mcompromised\x1b[0m") {
			t.Errorf("%s does not colour the verdict", name)
		}
	}
}

func TestSentence(t *testing.T) {
	tests := []struct {
		name     string
		verdicts map[detect.Verdict]int
		want     string
	}{
		{"nothing", nil, "No answer: the inventory names no secrets."},
		{"mixed", map[detect.Verdict]int{detect.Compromised: 2, detect.Unknown: 3, detect.Used: 3, detect.Unused: 4}, "2 of 12 exposed secrets were used by someone else; 3 cannot be cleared; 7 are clear."},
		{"all kinds", map[detect.Verdict]int{detect.Compromised: 1, detect.Suspicious: 1, detect.Unknown: 1, detect.Used: 1, detect.Unexposed: 1}, "1 of 4 exposed secrets was used by someone else; 1 may have been; 1 cannot be cleared; 1 is clear; 1 was not exposed."},
		{"all clear", map[detect.Verdict]int{detect.Used: 2, detect.Unused: 1}, "All 3 exposed secrets are clear."},
		{"one clear", map[detect.Verdict]int{detect.Used: 1}, "The one exposed secret is clear."},
		{"one used", map[detect.Verdict]int{detect.Compromised: 1}, "The one exposed secret was used by someone else."},
		{"all unknown", map[detect.Verdict]int{detect.Unknown: 2}, "None of the 2 exposed secrets can be cleared."},
		{"not exposed", map[detect.Verdict]int{detect.Unexposed: 2}, "None of the 2 secrets in the inventory was exposed."},
		{"one not exposed", map[detect.Verdict]int{detect.Unexposed: 1}, "The one secret in the inventory was not exposed."},
		{"verdict of another program", map[detect.Verdict]int{"fine": 1, detect.Used: 1}, "1 of 2 exposed secrets cannot be cleared; 1 is clear."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &detect.Result{Schema: 1}
			for v, n := range tt.verdicts {
				for range n {
					r.Secrets = append(r.Secrets, detect.SecretAnswer{Verdict: v})
				}
			}
			out := render(t, func(w io.Writer) error { return report.Text(w, r, report.Options{}) })
			if got, _, _ := strings.Cut(out, "\n"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestTotalsThatDoNotAddUp(t *testing.T) {
	r := &detect.Result{Schema: 1, Totals: detect.Totals{Files: 1, Records: 10, Events: 8}}
	out := render(t, func(w io.Writer) error { return report.Text(w, r, report.Options{}) })
	if !strings.Contains(out, "off by 2") {
		t.Errorf("a sum that is off by 2 is not said:\n%s", out)
	}
}

// A lineage whose parents go in a circle, or that is deep, ends and shows every minting once.
func TestLineageCircle(t *testing.T) {
	r := &detect.Result{Schema: 1}
	for _, step := range [][2]string{{"a", "b"}, {"b", "c"}, {"c", "a"}, {"x", "x"}} {
		r.Lineage = append(r.Lineage, detect.Minting{Secret: "s", Parent: step[0], Child: step[1], How: "made-" + step[0]})
	}
	for i := range 50 {
		r.Lineage = append(r.Lineage, detect.Minting{Secret: "d", Parent: fmt.Sprint(i), Child: fmt.Sprint(i + 1), How: "deep"})
	}
	out := render(t, func(w io.Writer) error { return report.Text(w, r, report.Options{}) })
	for _, how := range []string{"made-a", "made-b", "made-c", "made-x"} {
		if got := strings.Count(out, how); got != 1 {
			t.Errorf("%s is shown %d times, want once:\n%s", how, got, out)
		}
	}
	if got := strings.Count(out, "deep"); got != 50 {
		t.Errorf("%d steps of a deep chain are shown, want 50", got)
	}
}

func TestSecretTextUnknownID(t *testing.T) {
	err := report.SecretText(io.Discard, sample(t), "nobody\x1b[2J", report.Options{})
	if err == nil || !strings.Contains(err.Error(), "breachwindow secrets") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("got %v, want a harmless error with a hint", err)
	}
}

// failing is a writer that is full.
type failing struct{}

var errFull = errors.New("disk full")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestWriteError(t *testing.T) {
	r := sample(t)
	all := formats(r, report.Options{Width: 80})
	all["json"] = func(w io.Writer) error { return report.JSON(w, r) }
	all["jsonl"] = func(w io.Writer) error { return report.JSONL(w, r) }
	all["md"] = func(w io.Writer) error { return report.Markdown(w, r) }
	all["xlsx"] = func(w io.Writer) error { return report.XLSX(w, r) }
	all["parquet"] = func(w io.Writer) error { return report.Parquet(w, r) }
	all["table"] = func(w io.Writer) error {
		return report.Table(w, []string{"a"}, [][]string{{"b"}}, report.Options{})
	}
	for name, f := range all {
		if err := f(failing{}); !errors.Is(err, errFull) {
			t.Errorf("%s: got %v, want the writer's error", name, err)
		}
	}
}

// On a terminal a secret has its weightiest reasons and is told where the others are; a pipe has all.
func TestManyReasons(t *testing.T) {
	r := sample(t)
	s := &r.Secrets[len(r.Secrets)-1]
	s.Because = nil
	for i := range 12 {
		s.Because = append(s.Because, fmt.Sprintf("reason-%d.", i))
	}
	for width, want := range map[int]int{0: 12, 80: 8} {
		var b strings.Builder
		if err := report.Text(&b, r, report.Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		rest := strings.Contains(got, "4 more reasons: breachwindow show "+s.ID)
		if n := strings.Count(got, "• reason-"); n != want || rest != (want == 8) {
			t.Errorf("width %d: %d reasons, and said where the rest is: %v", width, n, rest)
		}
	}
}

// Secrets that cannot be cleared for the same reasons share a story, and what only one of them needs is
// said with its name; where that would be many lines it is said where they are.
func TestStepsOfTheirOwn(t *testing.T) {
	for _, c := range []struct {
		name        string
		secrets     int
		want, never []string
	}{
		{
			name: "few", secrets: 2, never: []string{"steps of its own"},
			want: []string{"  • key-0: End key-0.\n  • key-1: End key-1.\n  • Rotate all.\n"},
		},
		{
			name: "many", secrets: 7, never: []string{"key-0: End"},
			want: []string{"  • Each of them needs steps of its own: breachwindow show key-0", "  • Rotate all.\n"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := sample(t)
			r.Secrets = nil
			for i := range c.secrets {
				id := fmt.Sprintf("key-%d", i)
				r.Secrets = append(r.Secrets, detect.SecretAnswer{
					ID: id, Verdict: detect.Unknown, Because: []string{"No log."},
					Next: []string{"End " + id + ".", "Rotate all."},
				})
			}
			var b strings.Builder
			if err := report.Text(&b, r, report.Options{}); err != nil {
				t.Fatal(err)
			}
			for _, part := range c.want {
				if !strings.Contains(b.String(), part) {
					t.Errorf("no %q in\n%s", part, b.String())
				}
			}
			for _, part := range c.never {
				if strings.Contains(b.String(), part) {
					t.Errorf("%q in\n%s", part, b.String())
				}
			}
		})
	}
}
