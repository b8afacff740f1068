package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"breachwindow/detect"
	"breachwindow/report"
	"breachwindow/store"
)

// version is what reports name as their maker.
const version = "0.1.0"

// dataMakers name the makers of the data that the program carries, as their licences ask. NOTICE
// has it in full.
const dataMakers = `IP data built in: AS numbers by RouteViews, DB-IP (https://db-ip.com) and NRO, CC BY 4.0;
countries by iptoasn.com, PDDL; both compiled by ip-location-db
`

// The exit codes; the package comment says what they mean.
const (
	exitError   = 1
	exitUsage   = 2
	exitFound   = 3
	exitUnknown = 4
	exitBusy    = 75
)

// app holds what commands take from the outside, so that tests can give it.
type app struct {
	in       io.Reader
	out      io.Writer
	errw     io.Writer
	getenv   func(string) string
	terminal screen
	bars     bool // standard error is a terminal: progress bars, not lines
	now      func() time.Time

	mailWaits []time.Duration // before mails that failed are sent again; nil: mail's own

	caseDir   string
	exitZero  bool
	color     string
	width     int
	maxExpand size
	code      int // what a command found: exitFound, exitUnknown or 0
}

// screen is the terminal behind standard output; width 0 is none.
type screen struct{ width int }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func terminalOf(f *os.File) screen {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || !isTerminal(f) {
		return screen{}
	}
	return screen{width: max(width, 40)}
}

// usageError is a mistake in the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// main runs one command line and returns the exit code.
func (a *app) main(ctx context.Context, args []string) int {
	root := a.rootCmd()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.errw)
	err := root.ExecuteContext(ctx)
	switch {
	case err != nil && !errors.Is(err, syscall.EPIPE): // EPIPE: the reader has seen enough
	case a.exitZero:
		return 0
	default:
		return a.code
	}
	a.printError(ctx, err)
	var usage *usageError
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, store.ErrBusy):
		return exitBusy
	}
	return exitError
}

func (a *app) printError(ctx context.Context, err error) {
	if ctx.Err() != nil {
		a.note("interrupted; what was committed is kept, run the command again to complete it")
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line != "" {
			a.note("%s", line)
		}
	}
	if errors.Is(err, store.ErrBusy) {
		a.note("hint: wait for the other run to end, or stop it; then try again")
	}
}

// note writes a line for the person, never a result.
func (a *app) note(format string, args ...any) {
	fmt.Fprintf(a.errw, "breachwindow: %s\n", report.Clean(fmt.Sprintf(format, args...)))
}

func (a *app) rootCmd() *cobra.Command {
	root := &cobra.Command{
		Use:   "breachwindow",
		Short: "Was a secret that a breached vendor held used before it was rotated?",
		Long: `breachwindow joins the logs of CircleCI, AWS CloudTrail and GitHub with the inventory
of secrets that a breached vendor held, and answers for each of them: was it used
between the breach and its rotation, by whom, is it dead, and what can the logs not tell?

  breachwindow demo          see it work on an invented company
  breachwindow new acme      make a case folder; put logs and secrets.csv into it
  breachwindow run acme      load, detect, print the verdicts

Exit codes: 0 nothing found, 1 error, 2 usage, 3 a secret is compromised or suspicious,
4 only unknown verdicts stand in the way of an all-clear, 75 another run holds the case.
Of verify: 3 something was changed, is missing or was added, 4 it could not be checked.`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("breachwindow {{.Version}}\n" + dataMakers)
	root.SetFlagErrorFunc(flagError)
	flags := root.PersistentFlags()
	flags.StringVar(&a.caseDir, "case", ".", "the case folder")
	flags.BoolVar(&a.exitZero, "exit-zero", false, "exit 0 also when something was found")
	flags.StringVar(&a.color, "color", "auto", "auto, always or never; NO_COLOR is respected")
	flags.IntVar(&a.width, "width", 0, "width of tables in columns; 0 is the terminal's")
	must(root.RegisterFlagCompletionFunc("color",
		cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp)))
	must(root.MarkPersistentFlagDirname("case"))
	root.AddCommand(
		a.demoCmd(), a.newCmd(), a.runCmd(), a.loadCmd(), a.secretsCmd(), a.detectCmd(),
		a.reportCmd(), a.showCmd(), a.timelineCmd(), a.triageCmd(), a.coverageCmd(), a.queriesCmd(),
		a.incidentsCmd(), a.queryCmd(), a.verifyCmd(), a.evidenceCmd(), a.mailCmd(), a.diffCmd(),
		a.scheduleCmd(),
	)
	wrapArgs(root)
	return root
}

// must is for errors that only a mistake in this package's own flags can make.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// options says how to render for standard output.
func (a *app) options() (report.Options, error) {
	width := a.terminal.width
	switch {
	case a.width < 0:
		return report.Options{}, usagef("--width %d: write a number of columns", a.width)
	case a.width > 0:
		width = a.width
	case width > 0:
		if n, err := strconv.Atoi(a.getenv("COLUMNS")); err == nil && n > 0 {
			width = n
		}
	}
	o := report.Options{Width: width}
	switch a.color {
	case "always":
		o.Color = true
	case "auto":
		o.Color = a.terminal.width > 0 && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
	case "never":
	default:
		return o, usagef("--color %q: write auto, always or never", a.color)
	}
	return o, nil
}

// decide sets the exit code from a Result, whatever its format.
func (a *app) decide(r *detect.Result) {
	a.code = 0
	for _, s := range r.Secrets {
		switch {
		case s.Verdict.Alarm():
			a.code = exitFound
			return
		case s.Verdict == detect.Unknown:
			a.code = exitUnknown
		}
	}
}

// path is where a path that the case names lies: in the case folder, unless it is absolute.
func (a *app) path(name string) string { return joined(a.caseDir, name) }

func joined(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

const (
	databaseName = "breachwindow.duckdb"
	resultName   = "result.json"
	reportName   = "report.html"
	caseName     = "case.yaml"
)
