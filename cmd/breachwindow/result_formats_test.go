package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// Every format but the table has its renderer, and help names them all, in their order.
func TestFormats(t *testing.T) {
	t.Parallel()
	for _, name := range formats {
		if _, ok := renderers[name]; !ok && name != "table" {
			t.Errorf("%s has no renderer", name)
		}
	}
	if got, want := len(formats), len(renderers)+1; got != want {
		t.Errorf("%d formats are named, %d exist", got, want)
	}
	for _, command := range []string{"run", "report", "detect", "demo"} {
		var out bytes.Buffer
		testApp(t, &out).main(t.Context(), []string{command, "--help"})
		if !strings.Contains(out.String(), oneOf(formats)) {
			t.Errorf("%s --help does not name %s", command, oneOf(formats))
		}
	}
}

// A file is refused where standard output is a terminal, before anything is read, whatever --width
// says; text is not.
func TestFilesAreNoTextForATerminal(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		for _, width := range []int{0, 80} {
			var out, errs bytes.Buffer
			a := testApp(t, &out)
			a.terminal, a.errw = screen{width: width}, &errs
			a.in = strings.NewReader(`{"schema":1,"tool":"breachwindow 0.1.0"}`)
			code := a.main(t.Context(), []string{"report", "--from", "-", "--format", format, "--width", "90"})
			want := 0
			if width > 0 && slices.Contains(fileFormats, format) {
				want = exitUsage
			}
			lines := format == "timesketch" || format == "ocsf" // of which an empty result has none
			if code != want || (code == 0 && !lines) != (out.Len() > 0) {
				t.Errorf("%s on %d columns: exit code %d, want %d, and %d bytes", format, width, code,
					want, out.Len())
			}
			if want == exitUsage && !strings.Contains(errs.String(), "> result."+format) {
				t.Errorf("%s: no hint in %s", format, errs.String())
			}
		}
	}
}
