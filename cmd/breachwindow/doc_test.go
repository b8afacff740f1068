package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// README's transcripts are run, so that the manual cannot lie: each console block is a command
// after "$ " and what it prints; a line … stands for any lines.
func TestReadmeTranscripts(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	blocks := strings.Split(string(text), "```console\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("README has no transcript")
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "```")
		first, want, _ := strings.Cut(block, "\n")
		command, ok := strings.CutPrefix(first, "$ breachwindow ")
		if !ok {
			t.Errorf("%q is no command of this program", first)
			continue
		}
		var out bytes.Buffer
		a := &app{
			in: strings.NewReader(""), out: &out, errw: testWriter{t},
			getenv: func(string) string { return "" }, now: time.Now,
		}
		if code := a.main(t.Context(), strings.Fields(command)); code != 0 {
			t.Errorf("%s: exit code %d", first, code)
		}
		if !matches(strings.Split(want, "\n"), strings.Split(out.String(), "\n")) {
			t.Errorf("%s printed\n%s\nREADME says\n%s", first, out.String(), want)
		}
	}
}

// matches compares lines; … in want matches any number of lines.
func matches(want, got []string) bool {
	for len(want) > 0 {
		if want[0] == "…" {
			for i := range len(got) + 1 {
				if matches(want[1:], got[i:]) {
					return true
				}
			}
			return false
		}
		if len(got) == 0 || want[0] != got[0] {
			return false
		}
		want, got = want[1:], got[1:]
	}
	return len(got) == 0
}
