package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/queries"
	"breachwindow/report"
	"breachwindow/store"
)

func (a *app) runCmd() *cobra.Command {
	var f runFlags
	var format string
	cmd := &cobra.Command{
		Use:   "run [CASE]",
		Short: "Load what is new, detect, print the verdicts",
		Long: `Run does the whole job on a case folder: it loads the logs that are new, runs the
detections, prints a verdict for each secret and writes report.html, a page for people, and
result.json, the same for programs. --mail then sends it by mail: of case.yaml, what is new since
the last mail that each recipient got, or from time to time that nothing is; that a run failed is
mailed too. A run with --slot is done once for this slot, however often it is started.`,
		Example: "  breachwindow run acme\n  breachwindow run acme --format json > result.json\n" +
			"  breachwindow run acme --mail --slot 2023-01-11",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				a.caseDir = args[0]
			}
			render, err := a.renderer(format)
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("slot") && strings.TrimSpace(f.slot) == "" {
				return usagef("--slot: it is empty; is the variable set that it is made of?")
			}
			if !utf8.ValidString(f.slot) {
				return usagef("--slot %q: it is no UTF-8", f.slot)
			}
			if f.mails {
				return a.mailed(cmd.Context(), f, render)
			}
			r, err := a.run(cmd.Context(), f)
			if err != nil {
				return err
			}
			a.decide(r)
			return render(r)
		},
	}
	formatFlag(cmd, &format, formats)
	a.expandFlag(cmd)
	cmd.Flags().BoolVar(&f.mails, "mail", false, "mail the result, or that the run failed")
	cmd.Flags().StringVar(&f.slot, "slot", "",
		"what the run is for, such as its day: a slot that has its answer is not run again")
	cmd.Flags().StringVar(&f.queryDir, "queries", "", "a folder with more detections")
	return cmd
}

type runFlags struct {
	queryDir string
	slot     string
	mails    bool
}

// run loads and detects, and writes report.html and result.json. Of a slot that has been run it
// returns the last result.
func (a *app) run(ctx context.Context, f runFlags) (*detect.Result, error) {
	c, err := a.readCase()
	if err != nil {
		return nil, err
	}
	if len(c.data.Secrets) == 0 {
		return nil, fmt.Errorf("%s: the inventory is empty, so nothing can be answered\n"+
			"hint: fill in secrets.csv; breachwindow secrets template shows its form",
			a.path(caseName))
	}
	a.noteUnknownColumns(c)
	a.noteIndicators(c)
	run := &runRecord{slot: f.slot, kept: f.mails || f.slot != ""}
	sum, err := a.prepare(ctx, c, run)
	if run.done != nil {
		a.note("slot %s has been run, at %s", f.slot, moment(run.done, ""))
		return a.readResult("")
	}
	var r *detect.Result
	if err == nil {
		a.note("%s", sumsOf(sum))
		r, err = a.detect(ctx, c, detectFlags{queryDir: f.queryDir})
	}
	if err == nil {
		run.hash, err = a.saveResult(r)
	}
	a.endRun(ctx, run, sum, r, err)
	return r, err
}

// prepare brings the database up to date with the case: its logs, if it is for a run, its
// inventory, and what follows from both.
func (a *app) prepare(
	ctx context.Context, c *investigation, run *runRecord,
) (sum store.Summary, err error) {
	db, err := store.Open(ctx, a.path(databaseName))
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, db.Close(), c.data.Networks.Close()) }()
	if run != nil {
		if err := a.beginRun(ctx, db, run); err != nil || run.done != nil {
			return sum, err
		}
	}
	if err := db.SetCase(ctx, c.data); err != nil {
		return sum, err
	}
	if run != nil {
		if sum, err = a.load(ctx, db, c, nil); err != nil {
			return sum, err
		}
	}
	return sum, db.Derive(ctx)
}

// detectFlags choose what to keep. All detections run: a verdict rests on all of them.
type detectFlags struct {
	queryDir string
	only     string // a detection's id, or the start of one
	level    string
}

// detect runs the detections on a connection that can change nothing.
func (a *app) detect(
	ctx context.Context, c *investigation, f detectFlags,
) (r *detect.Result, err error) {
	qs, err := loadQueries(f.queryDir)
	if err != nil {
		return nil, err
	}
	o := c.options()
	o.Level, o.Query = detect.Level(f.level), f.only
	if !slices.ContainsFunc(qs, func(q queries.Query) bool { return o.Chosen(q.ID) }) {
		return nil, usagef("--query %q: no detection has this id\n"+
			"hint: breachwindow queries list", f.only)
	}
	db, err := store.Reader(ctx, a.path(databaseName))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return detect.Run(ctx, db, qs, o)
}

// options name the run. The incident's phases are for reports to draw.
func (c *investigation) options() detect.Options {
	o := detect.Options{Tool: "breachwindow " + version, Case: c.name}
	for _, p := range c.data.Incident.Phases {
		o.Phases = append(o.Phases, detect.Phase{At: p.At.UTC(), Precision: p.Precision, What: p.What})
	}
	return o
}

// loadQueries returns the built-in detections and those of a folder, which must not share an id.
func loadQueries(dir string) ([]queries.Query, error) {
	qs, err := queries.Builtin()
	if err != nil || dir == "" {
		return qs, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s: there is no such folder of detections", dir)
	}
	more, err := queries.Load(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if len(more) == 0 {
		return nil, fmt.Errorf("%s: no .sql file in it", dir)
	}
	have := map[string]bool{}
	for _, q := range qs {
		have[q.ID] = true
	}
	for _, q := range more {
		if have[q.ID] {
			return nil, fmt.Errorf("%s: %s is the id of a built-in detection: rename the file",
				dir, q.ID)
		}
		qs = append(qs, q)
	}
	return qs, nil
}

// formats are what --format takes where a whole Result is printed.
var formats = []string{
	"table", "html", "json", "csv", "md", "jsonl", "xlsx", "parquet", "timesketch", "ocsf", "stix",
}

// renderers make every format but the table, which is made for the terminal at hand.
var renderers = map[string]func(io.Writer, *detect.Result) error{
	"html":       report.HTML,
	"json":       report.JSON,
	"csv":        report.CSV,
	"md":         report.Markdown,
	"jsonl":      report.JSONL,
	"xlsx":       report.XLSX,
	"parquet":    report.Parquet,
	"timesketch": report.Timesketch,
	"ocsf":       report.OCSF,
	"stix":       report.STIX,
}

// fileFormats are those that are files, not text.
var fileFormats = []string{"xlsx", "parquet"}

func formatFlag(cmd *cobra.Command, format *string, names []string) {
	cmd.Flags().StringVar(format, "format", "table", oneOf(names))
	must(cmd.RegisterFlagCompletionFunc("format",
		cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)))
}

// checkFormat refuses what is none of the formats that a command has.
func checkFormat(format string, names []string) error {
	if !slices.Contains(names, format) {
		return usagef("--format %q: write %s", format, oneOf(names))
	}
	return nil
}

// oneOf lists words as help and complaints do: table, json or csv.
func oneOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// renderer checks the format before any work is done.
func (a *app) renderer(format string) (func(*detect.Result) error, error) {
	o, err := a.options()
	if err != nil {
		return nil, err
	}
	if format == "table" {
		return func(r *detect.Result) error { return report.Text(a.out, r, o) }, nil
	}
	if err := checkFormat(format, formats); err != nil {
		return nil, err
	}
	if slices.Contains(fileFormats, format) && a.terminal.width > 0 {
		return nil, usagef("--format %s: a file is no text for a terminal\n"+
			"hint: write it to one: > result.%s", format, format)
	}
	return func(r *detect.Result) error { return renderers[format](a.out, r) }, nil
}
