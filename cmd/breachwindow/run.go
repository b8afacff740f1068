package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/queries"
	"breachwindow/report"
	"breachwindow/store"
)

func (a *app) runCmd() *cobra.Command {
	var format, queryDir string
	var sends bool
	cmd := &cobra.Command{
		Use:   "run [CASE]",
		Short: "Load what is new, detect, print the verdicts",
		Long: `Run does the whole job on a case folder: it loads the logs that are new, runs the
detections, prints a verdict for each secret and writes report.html, a page for people, and
result.json, the same for programs. --mail then sends it by mail: of case.yaml, to whoever does not
have the same result already; that a run failed is mailed too.`,
		Example: "  breachwindow run acme\n  breachwindow run acme --format json > result.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				a.caseDir = args[0]
			}
			render, err := a.renderer(format)
			if err != nil {
				return err
			}
			run := func() (*detect.Result, error) { return a.run(cmd.Context(), queryDir) }
			if sends {
				return a.mailed(cmd.Context(), run, render)
			}
			r, err := run()
			if err != nil {
				return err
			}
			a.decide(r)
			return render(r)
		},
	}
	formatFlag(cmd, &format, formats)
	a.expandFlag(cmd)
	cmd.Flags().BoolVar(&sends, "mail", false, "mail the result, or that the run failed")
	cmd.Flags().StringVar(&queryDir, "queries", "", "a folder with more detections")
	return cmd
}

// run loads and detects, and writes report.html and result.json.
func (a *app) run(ctx context.Context, queryDir string) (*detect.Result, error) {
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
	sum, err := a.prepare(ctx, c, true)
	if err != nil {
		return nil, err
	}
	a.note("%d files read, %d known already; records %d = events %d + duplicates %d + rejects %d",
		sum.Files, sum.Known, sum.Records, sum.Events, sum.Duplicates, sum.Rejects)
	r, err := a.detect(ctx, c, detectFlags{queryDir: queryDir})
	if err != nil {
		return nil, err
	}
	return r, a.saveResult(r)
}

// prepare brings the database up to date with the case: its logs, if load says so, its inventory,
// and what follows from both.
func (a *app) prepare(
	ctx context.Context, c *investigation, load bool,
) (sum store.Summary, err error) {
	db, err := store.Open(ctx, a.path(databaseName))
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, db.Close(), c.data.Networks.Close()) }()
	if load { // a run that fails must not leave an older all-clear behind it
		for _, name := range []string{resultName, reportName} {
			err := os.Remove(a.path(name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return sum, fmt.Errorf("result: %w", err)
			}
		}
	}
	if err := db.SetCase(ctx, c.data); err != nil {
		return sum, err
	}
	if load {
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

// saveResult writes report.html and, when that is there, result.json, each whole or not at all.
func (a *app) saveResult(r *detect.Result) error {
	var page, result bytes.Buffer
	if err := errors.Join(report.HTML(&page, r), report.JSON(&result, r)); err != nil {
		return err
	}
	if err := a.save(reportName, page.Bytes()); err != nil {
		return err
	}
	return a.save(resultName, result.Bytes())
}

// save writes a file of the case, for its owner's eyes only.
func (a *app) save(file string, text []byte) error {
	name := a.path(file)
	f, err := os.CreateTemp(filepath.Dir(name), file+".*")
	if err != nil {
		return fmt.Errorf("result: %w", err)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o600), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("result: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// formats are what --format takes where a whole Result is printed.
var formats = []string{"table", "html", "json", "csv"}

// renderers make every format but the table, which is made for the terminal at hand.
var renderers = map[string]func(io.Writer, *detect.Result) error{
	"html": report.HTML,
	"json": report.JSON,
	"csv":  report.CSV,
}

func formatFlag(cmd *cobra.Command, format *string, names []string) {
	cmd.Flags().StringVar(format, "format", "table", oneOf(names))
	must(cmd.RegisterFlagCompletionFunc("format",
		cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)))
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
	render, ok := renderers[format]
	if !ok {
		return nil, usagef("--format %q: write %s", format, oneOf(formats))
	}
	return func(r *detect.Result) error { return render(a.out, r) }, nil
}
