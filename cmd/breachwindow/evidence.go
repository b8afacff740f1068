package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/queries"
	"breachwindow/report"
)

func (a *app) evidenceCmd() *cobra.Command {
	var queryDir string
	cmd := &cobra.Command{
		Use:   "evidence DIR",
		Short: "Write a folder that can be handed to someone else",
		Long: `Evidence writes the result and all that it rests on into a new folder: every event of
every finding and every use in a window, each with its raw record, as JSON lines and as
Parquet, the manifest of the files that were read, the SQL of the detections and of the
views, the case and its inventory, and SHA256SUMS of everything. README.txt in it explains
each file and how to verify it. The same case gives the same bytes, so that two people can
compare.

Secret values in raw records are masked. A record that cannot be read again, because its
file is gone or changed, is said in its place.`,
		Example: "  breachwindow evidence --case acme handover",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.evidence(cmd.Context(), args[0], queryDir)
		},
	}
	cmd.Flags().StringVar(&queryDir, "queries", "", "a folder with more detections, as run had")
	return cmd
}

// evidence is what is known while the folder is written.
type evidence struct {
	*app
	c       *investigation
	db      *sql.DB
	queries []queries.Query
	own     bool // some of them are not built in
	result  *detect.Result
	folder  *folder

	files    []sourceFile // in the order of the manifest
	secrets  []string     // that have a use in a window
	refs     []ref
	findings []evidenceCount // beside those of the Result
	events   evidenceTotals
	jsonl    eventLines
}

// evidenceCount is how much of a finding there is.
type evidenceCount struct {
	rows   int64 // of its detection, some of which may be about no event
	events int64 // in events.jsonl
}

// evidenceTotals counts events by what became of their raw records.
type evidenceTotals struct{ whole, masked, missing int64 }

func (a *app) evidence(ctx context.Context, dir, queryDir string) (err error) {
	e := &evidence{app: a, own: queryDir != ""}
	if e.c, err = a.readCase(); err != nil {
		return err
	}
	if e.queries, err = loadQueries(queryDir); err != nil {
		return err
	}
	if err := a.apartFromLogs(e.c, dir); err != nil {
		return err
	}
	if _, err := os.Stat(a.path(databaseName)); errors.Is(err, fs.ErrNotExist) {
		return a.noDatabase()
	} else if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if e.folder, err = newFolder(dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.folder.remove()) }()
	if _, err := a.prepare(ctx, e.c, nil); err != nil {
		return err
	}
	if e.db, err = a.reader(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.db.Close()) }()
	for _, step := range []func(context.Context) error{
		e.judge, e.readFiles, e.collect, e.quoteRecords, e.writeEvents, e.writeParquet,
		e.writeTables, e.writeQueries, e.writeCase, e.writeTool, e.writeReadme,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	n, err := e.folder.finish()
	if err != nil {
		return err
	}
	return e.summary(n)
}

// judge makes the Result and writes it as run does.
func (e *evidence) judge(ctx context.Context) (err error) {
	e.result, err = detect.Run(ctx, e.db, e.queries, e.c.options())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.JSON(&b, e.result); err != nil {
		return err
	}
	last, err := os.ReadFile(e.path(resultName))
	if err == nil && !bytes.Equal(last, b.Bytes()) {
		e.note("%s of the last run is another one: the case has changed since, or run had other "+
			"--queries", e.path(resultName))
	}
	page := func(w io.Writer) error { return report.HTML(w, e.result) }
	if err := e.folder.write(reportName, page); err != nil {
		return err
	}
	return e.folder.write(resultName, text(b.String()))
}

// apartFromLogs refuses a folder that the next run would take for logs.
func (a *app) apartFromLogs(c *investigation, dir string) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for _, l := range c.file.Logs {
		pattern, err := filepath.Abs(a.path(l.Path))
		if err != nil {
			return err
		}
		for p := abs; ; p = filepath.Dir(p) {
			if match, err := filepath.Match(pattern, p); p == pattern || match && err == nil {
				return fmt.Errorf("%s lies among the logs (%s in %s): the next run would read it\n"+
					"hint: name a folder elsewhere", dir, l.Path, a.path(caseName))
			}
			if p == filepath.Dir(p) {
				break
			}
		}
	}
	return nil
}

func (e *evidence) summary(files int) error {
	p := &printer{w: e.out}
	p.line("%s: %d files, and SHA256SUMS of them", report.Clean(e.folder.target), files)
	for line := range strings.Lines(e.account()) {
		p.line("%s", strings.TrimSuffix(line, "\n"))
	}
	return p.err
}

// account says in lines how many events there are and what became of their records.
func (e *evidence) account() string {
	var b strings.Builder
	n := e.events
	fmt.Fprintf(&b, "events.jsonl: %d events of %d findings and of the uses in a window\n",
		n.whole+n.masked+n.missing, len(e.result.Findings))
	fmt.Fprintf(&b, "raw records: %d as in their files, %d with secret values masked, %d missing\n",
		n.whole, n.masked, n.missing)
	shown, more := 0, 0
	for _, f := range e.files {
		switch {
		case f.problem == "" || f.events == 0:
		case shown == maxListed:
			more++
		default:
			shown++
			fmt.Fprintf(&b, "  missing: %d of %s: %s\n", f.events, report.Clean(f.path),
				report.Clean(f.problem))
		}
	}
	if more > 0 {
		fmt.Fprintf(&b, "  and those of %d more files, see manifest.csv\n", more)
	}
	return b.String()
}
