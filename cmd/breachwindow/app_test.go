package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"breachwindow/report"
)

// testApp is a program without a terminal and with nothing on standard input.
func testApp(t *testing.T, out *bytes.Buffer) *app {
	t.Helper()
	return &app{
		in: strings.NewReader(""), out: out, errw: testWriter{t},
		getenv: func(string) string { return "" }, now: time.Now,
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var each func(c *cobra.Command)
	each = func(c *cobra.Command) {
		var out bytes.Buffer
		args := strings.Fields(c.CommandPath() + " --help")[1:]
		if code := testApp(t, &out).main(t.Context(), args); code != 0 {
			t.Errorf("%v: exit code %d", args, code)
		}
		if c.Short == "" || !strings.Contains(out.String(), "Usage:") {
			t.Errorf("%v: no help: %s", args, out.String())
		}
		for example := range strings.Lines(c.Example) {
			checkExample(t, strings.TrimSpace(example))
		}
		for _, sub := range c.Commands() {
			each(sub)
		}
	}
	each(testApp(t, &bytes.Buffer{}).rootCmd())
}

// checkExample wants a line that the program accepts: a command, its flags and its arguments.
func checkExample(t *testing.T, line string) {
	t.Helper()
	line, _, _ = strings.Cut(line, " < ")
	line, _, _ = strings.Cut(line, " > ")
	line, quoted, _ := strings.Cut(line, `"`)
	args := strings.Fields(line)
	if quoted != "" {
		args = append(args, strings.TrimSuffix(quoted, `"`))
	}
	if len(args) == 0 || args[0] != "breachwindow" {
		t.Errorf("%q is no command of this program", line)
		return
	}
	cmd, rest, err := testApp(t, &bytes.Buffer{}).rootCmd().Find(args[1:])
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err != nil || !cmd.HasParent() {
		t.Errorf("example %q: %v", line, err)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		terminal int
		env      map[string]string
		color    string
		width    int
		want     report.Options
		bad      bool
	}{
		{name: "a terminal", terminal: 100, want: report.Options{Width: 100, Color: true}},
		{name: "none", want: report.Options{}},
		{name: "none, but COLUMNS", env: map[string]string{"COLUMNS": "70"}},
		{
			name: "COLUMNS", terminal: 100, env: map[string]string{"COLUMNS": "70"},
			want: report.Options{Width: 70, Color: true},
		},
		{
			name: "NO_COLOR", terminal: 100, env: map[string]string{"NO_COLOR": "1"},
			want: report.Options{Width: 100},
		},
		{
			name: "a dumb terminal", terminal: 100, env: map[string]string{"TERM": "dumb"},
			want: report.Options{Width: 100},
		},
		{
			name: "always, against NO_COLOR", color: "always", env: map[string]string{"NO_COLOR": "1"},
			want: report.Options{Color: true},
		},
		{name: "never", terminal: 100, color: "never", want: report.Options{Width: 100}},
		{name: "a width", terminal: 100, width: 60, want: report.Options{Width: 60, Color: true}},
		{name: "a width without a terminal", width: 60, want: report.Options{Width: 60}},
		{name: "no colour", color: "pink", bad: true},
		{name: "no width", width: -1, bad: true},
	} {
		a := testApp(t, &bytes.Buffer{})
		a.terminal, a.width, a.color = screen{c.terminal}, c.width, "auto"
		a.getenv = func(name string) string { return c.env[name] }
		if c.color != "" {
			a.color = c.color
		}
		got, err := a.options()
		if (err != nil) != c.bad || err == nil && got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
}

func TestNameOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := testApp(t, &bytes.Buffer{})
	a.caseDir = dir
	for path, want := range map[string]string{
		filepath.Join(dir, "logs", "a.json"):        "logs/a.json",
		filepath.Join(dir, "logs", "..", "b"):       "b",
		filepath.Join(dir, "..", "b"):               filepath.ToSlash(filepath.Join(dir, "..", "b")),
		filepath.Join(dir, "caf\u00e9\uFFFD"):       "caf\u00e9\uFFFD",
		filepath.Join(dir, "caf\xe9\uFFFD\xff"):     `caf\xe9` + "\uFFFD" + `\xff`,
		filepath.Join(dir, `caf\xe9`):               `caf\x5cxe9`,
		filepath.Join(dir, `caf\x5cxe9\x41`):        `caf\x5cx5cxe9\x41`,
		filepath.Join(dir, "..data", "hidden.json"): "..data/hidden.json",
	} {
		got := a.nameOf(path)
		if got != want {
			t.Errorf("nameOf(%q) = %q, want %q", path, got, want)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if back := a.locate(got); back != path {
			t.Errorf("locate(%q) = %q, want %q", got, back, path)
		}
	}
}

// Whatever a log says, a JSON line of it prints as plain text and means what it said.
func FuzzJSONLine(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "\x1b[31m", "\u202egnp.exe", "a\U000e0041b", "\u009b31m", "<&>", "\xff\x00", "é\u0301",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, err := jsonOf(text, false)
		if err != nil {
			t.Fatal(err)
		}
		if s := string(line); report.Clean(s) != s {
			t.Errorf("%q steers a terminal", s)
		}
		var got string
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		if want := string([]rune(text)); got != want { // a byte that is no UTF-8 is U+FFFD
			t.Errorf("%q became %q", want, got)
		}
	})
}

// A CSV cell is no formula and prints as plain text.
func TestCSVCell(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":              "",
		"plain":         "plain",
		"=1+1":          "'=1+1",
		"+1":            "'+1",
		"-1":            "'-1",
		"@SUM(A1)":      "'@SUM(A1)",
		"\t=1":          `\t=1`,
		"a\nb":          `a\nb`,
		"\x1b]0;x\x07=": `\x1b]0;x\x07=`,
	} {
		if got := report.CSVCell(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
