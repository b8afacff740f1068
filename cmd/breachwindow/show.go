package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/queries"
	"breachwindow/report"
	"breachwindow/store"
)

func (a *app) showCmd() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "One secret, finding, event or file, with its evidence",
		Long: `Show prints what is known of one thing: a secret's story, a finding with its events and the
SQL that found them, an event with the file and position it came from, or a file with the
records that were rejected. --raw prints an event's record byte for byte as it stands in its
file, after checking that the file is still the one that was loaded.`,
		Example: "  breachwindow show deploy-key\n  breachwindow show 9f86d081884c7d65\n" +
			"  breachwindow show logs/export.json.gz",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s := shower{app: a, raw: raw}
			if s.options, err = a.options(); err != nil {
				return err
			}
			if s.db, err = a.reader(cmd.Context()); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.db.Close()) }()
			return s.show(cmd.Context(), args[0])
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, "print an event's record as it stands in its file")
	return cmd
}

type shower struct {
	*app
	db      *sql.DB
	options report.Options
	raw     bool
}

// show finds out what id names.
func (s shower) show(ctx context.Context, id string) error {
	if found, err := s.inResult(ctx, id); found || err != nil {
		return err
	}
	events, err := s.events(ctx, "event_id = ?", strings.ToValidUTF8(id, "\uFFFD"))
	switch {
	case err != nil:
		return err
	case len(events) > 0 && s.raw:
		return s.rawRecords(ctx, events)
	case len(events) > 0:
		return s.printEvents(events, true)
	}
	found, err := s.file(ctx, id)
	if err != nil || found {
		return err
	}
	return fmt.Errorf("%s: no secret, finding, event or file of this case\n"+
		"hint: breachwindow report lists secrets and findings", id)
}

// inResult shows a secret or a finding of the last result, if there is one and id is of it.
func (s shower) inResult(ctx context.Context, id string) (found bool, err error) {
	r, err := s.readResult("")
	if err != nil || s.raw {
		return false, nil //nolint:nilerr // without a result, id may still be an event's
	}
	for _, x := range r.Secrets {
		if x.ID == id {
			return true, s.secret(ctx, r, id)
		}
	}
	for i := range r.Findings {
		if r.Findings[i].ID == id {
			return true, s.finding(ctx, &r.Findings[i], r.Addresses)
		}
	}
	return false, nil
}

// storyRows is how many moments of a story a terminal shows, the last ones.
const storyRows = 40

// secret shows a secret and its story.
func (s shower) secret(ctx context.Context, r *detect.Result, id string) error {
	if err := report.SecretText(s.out, r, id, s.options); err != nil {
		return err
	}
	f := detect.MomentFilter{Secret: id}
	if s.options.Width > 0 {
		f.Last = storyRows
	}
	moments, left, err := detect.Moments(ctx, s.db, r.Findings, f)
	if err != nil || len(moments) == 0 {
		return err
	}
	return report.SecretStory(s.out, moments, left, id, s.options)
}

// event is one row of table events as text, with the path of its file.
type event struct {
	path   string
	pos    int64
	fields [][2]string // name and value, in the table's order
}

func (e event) field(name string) string {
	for _, f := range e.fields {
		if f[0] == name {
			return f[1]
		}
	}
	return ""
}

func (s shower) events(ctx context.Context, where string, args ...any) (_ []event, err error) {
	//nolint:gosec // G202: where is a condition with placeholders, written in this file
	rows, err := s.db.QueryContext(ctx, `
		SELECT f.path AS path, e.pos AS pos, e.* EXCLUDE (file, pos),
		  i.country, i.city, i.network, i.organisation, i.labels
		FROM events e JOIN files f ON f.id = e.file
		LEFT JOIN ips i ON i.ip = e.ip
		WHERE `+where+` ORDER BY e.time, e.source, e.event_id, e.account`, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out []event
	for rows.Next() {
		values, err := scanAny(rows, len(names))
		if err != nil {
			return nil, err
		}
		e := event{path: textOf(values[0])}
		e.pos, _ = values[1].(int64)
		for i := 2; i < len(names); i++ {
			if text := textOf(values[i]); text != "" {
				e.fields = append(e.fields, [2]string{names[i], text})
			}
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// printEvents prints events in full, or one line each.
func (s shower) printEvents(events []event, full bool) error {
	if !full {
		rows := make([][]string, 0, len(events))
		for _, e := range events {
			rows = append(rows, []string{
				strings.Replace(e.field("time"), "T", " ", 1), e.field("action"),
				e.field("outcome"), e.field("ip"), e.field("event_id"),
				fmt.Sprintf("%d in %s", e.pos, e.path),
			})
		}
		header := []string{"time", "action", "outcome", "from", "event", "record"}
		return report.Table(s.out, header, rows, s.options)
	}
	p := &printer{w: s.out}
	for i, e := range events {
		if i > 0 {
			p.line("")
		}
		p.line("event %s", report.Clean(e.field("event_id")))
		p.line("  %-15s %s, record %d", "file", report.Clean(e.path), e.pos)
		for _, f := range e.fields {
			p.line("  %-15s %s", f[0], report.Clean(f[1]))
		}
	}
	return p.err
}

// finding prints a finding, the SQL that made it and its events.
func (s shower) finding(
	ctx context.Context, f *detect.Finding, known []detect.Address,
) error {
	head := *f
	head.Events = nil // the table below has them, with their places
	if err := report.FindingText(s.out, &head, known, s.options); err != nil {
		return err
	}
	if len(f.Events) > 0 {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(f.Events)), ", ")
		args := make([]any, len(f.Events))
		for i, id := range f.Events {
			args[i] = id
		}
		events, err := s.events(ctx, "event_id IN ("+marks+")", args...)
		if err != nil {
			return err
		}
		p := &printer{w: s.out}
		p.line("\nEvents (%d of %d)", len(f.Events), f.Count)
		if p.err != nil {
			return p.err
		}
		if err := s.printEvents(events, false); err != nil {
			return err
		}
	}
	qs, err := queries.Builtin()
	if err != nil {
		return err
	}
	p := &printer{w: s.out}
	for _, q := range qs {
		if q.ID == f.Query {
			p.line("\nThe detection, queries/%s.sql:\n\n%s", q.ID, strings.TrimSpace(q.Text))
			return p.err
		}
	}
	p.line("\nThe detection is your own: %s.sql of the folder that --queries named.",
		report.Clean(f.Query))
	return p.err
}

// fileNamed is the manifest's name of a file that is named as the manifest or what is printed of it
// names it, or by where it lies.
func (s shower) fileNamed(ctx context.Context, name string) (string, error) {
	var paths keptRows
	if err := printRows(ctx, s.db, `SELECT path FROM files ORDER BY path`, &paths); err != nil {
		return "", err
	}
	for _, is := range []func(path string) bool{
		func(path string) bool { return path == name },
		func(path string) bool { return path == s.nameOf(name) },
		func(path string) bool { return report.Clean(path) == name },
	} {
		for _, row := range paths.rows {
			if is(row[0]) {
				return row[0], nil
			}
		}
	}
	return "", nil
}

// file prints a file's row of the manifest and its rejects.
func (s shower) file(ctx context.Context, name string) (found bool, err error) {
	if name, err = s.fileNamed(ctx, name); err != nil || name == "" {
		return false, err
	}
	var files keptRows
	err = printRows(ctx, s.db, `
		SELECT id, path, form, bytes, sha256, records, events, duplicates, rejects, first_time,
		  last_time
		FROM files WHERE path = ?`, &files, name)
	if err != nil || len(files.rows) == 0 {
		return false, err
	}
	p := &printer{w: s.out}
	for i, text := range files.rows[0] {
		if text != "" {
			p.line("%-11s %s", files.names[i], report.Clean(text))
		}
	}
	if p.err != nil {
		return true, p.err
	}
	var rejects keptRows
	err = printRows(ctx, s.db, `
		SELECT pos AS position, reason, excerpt AS begins
		FROM rejects WHERE file = ? ORDER BY pos, reason`, &rejects, files.rows[0][0])
	if err != nil || len(rejects.rows) == 0 {
		return true, err
	}
	return true, report.Table(s.out, rejects.names, rejects.rows, s.options)
}

// rawRecords prints records as they stand in their files.
func (s shower) rawRecords(ctx context.Context, events []event) error {
	for _, e := range events {
		record, err := store.RawRecord(ctx, s.db, e.path, s.locate, e.pos)
		if err != nil {
			return fmt.Errorf("%s, record %d: %w\nhint: breachwindow show %s prints what the "+
				"database kept", e.path, e.pos, err, e.field("event_id"))
		}
		if _, err := s.out.Write(append(record, '\n')); err != nil {
			return err
		}
	}
	return nil
}
