package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/geo"
	"breachwindow/inventory"
	"breachwindow/report"
)

// timelineRows is how many moments a terminal shows, the last ones.
const timelineRows = 200

func (a *app) timelineCmd() *cobra.Command {
	var f timelineFlags
	formats := []string{"table", "csv", "jsonl"}
	cmd := &cobra.Command{
		Use:   "timeline",
		Short: "Uses and findings in order",
		Long: `Timeline tells what happened to the secrets, in the order of time: when each window opened and
closed, what was minted, used, denied, disabled and used again, and what was found. Uses that
follow each other and are alike are one line. Findings are those of the last run.`,
		Example: "  breachwindow timeline --secret aws-deploy\n" +
			"  breachwindow timeline --ip 203.0.113.0/24 --from 2022-12-20T00:00:00Z --format csv",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(f.format, formats); err != nil {
				return err
			}
			if cmd.Flags().Changed("limit") && f.limit < 0 {
				return usagef("--limit %d: write how many, or 0 for all", f.limit)
			}
			return a.timeline(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.secret, "secret", "", "only of this secret")
	flags.StringVar(&f.ip, "ip", "", "only from this address or network")
	flags.StringVar(&f.actor, "actor", "", "only by this actor; * stands for anything")
	flags.StringVar(&f.from, "from", "", "since this time or day, UTC")
	flags.StringVar(&f.to, "to", "", "before this time, or until the end of this day, UTC")
	flags.IntVar(&f.limit, "limit", -1, // -1 is the default alone
		fmt.Sprintf("show the last ones only; 0 shows all (%d at a terminal)", timelineRows))
	formatFlag(cmd, &f.format, formats)
	return cmd
}

type timelineFlags struct {
	secret, ip, actor, from, to, format string
	limit                               int
}

// filter reads the flags.
func (f timelineFlags) filter() (m detect.MomentFilter, err error) {
	m.Secret, m.Actor = f.secret, f.actor
	if f.ip != "" {
		if m.IPFrom, m.IPTo, err = geo.Range(f.ip); err != nil {
			return m, usagef("--ip: %w", err)
		}
	}
	if f.from != "" {
		if m.From, _, err = inventory.ParseTime(f.from); err != nil {
			return m, usagef("--from: %w", err)
		}
	}
	if f.to != "" {
		var isDate bool
		if m.To, isDate, err = inventory.ParseTime(f.to); err != nil {
			return m, usagef("--to: %w", err)
		}
		if isDate {
			m.To = m.To.AddDate(0, 0, 1)
		}
	}
	if !m.From.IsZero() && !m.To.IsZero() && !m.From.Before(m.To) {
		return m, usagef("--from %s --to %s: nothing lies between them", f.from, f.to)
	}
	return m, nil
}

// secretNamed refuses a secret that is not in the inventory: a misspelt id would look like one to
// which nothing happened.
func secretNamed(ctx context.Context, db detect.Querier, id string) (err error) {
	rows, err := db.QueryContext(ctx, `SELECT id FROM secrets WHERE id = ?`, id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if !rows.Next() && rows.Err() == nil {
		return fmt.Errorf("--secret %s: no secret of this case has this id\n"+
			"hint: breachwindow secrets list", id)
	}
	return rows.Err()
}

func (a *app) timeline(ctx context.Context, f timelineFlags) (err error) {
	filter, err := f.filter()
	if err != nil {
		return err
	}
	o, err := a.options()
	if err != nil {
		return err
	}
	db, err := a.reader(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if filter.Secret != "" {
		if err := secretNamed(ctx, db, filter.Secret); err != nil {
			return err
		}
	}
	var findings []detect.Finding
	if r, err := a.readResult(""); err == nil {
		findings = r.Findings
	} else {
		a.note("without findings: %v", err)
	}
	if filter.Last = max(f.limit, 0); f.limit < 0 && f.format == "table" && o.Width > 0 {
		filter.Last = timelineRows
	}
	moments, left, err := detect.Moments(ctx, db, findings, filter)
	if err != nil {
		return err
	}
	if left > 0 && f.format != "table" {
		a.note("%d moments before these are left out, by --limit", left)
	}
	switch f.format {
	case "csv":
		return report.MomentsCSV(a.out, moments)
	case "jsonl":
		return report.MomentsJSONL(a.out, moments)
	}
	return report.MomentsText(a.out, moments, left, o)
}
