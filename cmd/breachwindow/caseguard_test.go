package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that is no case, or made to take the machine, is refused before it is parsed.
func TestCaseGuard(t *testing.T) {
	t.Parallel()
	deep := func(n int) string {
		return "incident: x\nlogs: " + strings.Repeat("[", n) + strings.Repeat("]", n) + "\n"
	}
	keys := func(n int) string {
		var b strings.Builder
		b.WriteString("incident: x\nsettings:\n")
		for i := range n {
			fmt.Fprintf(&b, "  k%d: 1\n", i)
		}
		return b.String()
	}
	for _, c := range []struct{ name, text, want string }{
		{"a log", "incident: " + strings.Repeat("x", 1<<20), "more than 1 MiB"},
		{"brackets", deep(100_000), "case.yaml:2:39: nested more than 32 deep"},
		{"braces", "incident: x\nlogs: " + strings.Repeat("{a: ", 5000), "nested more than 32 deep"},
		{"dashes", "logs: \n  " + strings.Repeat("- ", 5000) + "a", "case.yaml:2:67: nested more than"},
		{"question marks", strings.Repeat("? ", 5000) + "a", "case.yaml:1:65: nested more than"},
		{"keys", keys(60_000), "more than 20000 keys"},
		{"an alias", "incident: &a x\nlogs: [*a]\n", "case.yaml:1:11: an anchor or alias"},
		{"a merge", "incident: x\nsettings: {<<: *x}\n", "case.yaml:2:12: an anchor or alias"},
		{"text", "incident: \"[[[[ * & << - - -\"\nlogs: ['[{- - -']\n", ""},
		{"much", "incident: x\nlogs:\n" + strings.Repeat("  - folder/of/logs\n", 5000), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), "case.yaml")
			if err := os.WriteFile(name, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			text, err := readCaseFile(name)
			if err == nil {
				_, err = parseCase("case.yaml", text)
			}
			if c.want == "" && err != nil || c.want != "" &&
				(err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzCase(f *testing.F) {
	for _, text := range []string{
		caseTemplate, "incident: x\nexpected: [{ip: ::1, why: x}]\n", "? - [{*a", "a: |\n  b\n...\n---\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseCase("case.yaml", text)
		if err != nil && !bytes.HasPrefix([]byte(err.Error()), []byte("case.yaml:")) {
			t.Errorf("the error names no place: %v", err)
		}
		if err == nil && c.Incident == "" {
			t.Errorf("a case without incident is accepted")
		}
	})
}
