package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/queries"
	"breachwindow/report"
	"breachwindow/store"
)

func (a *app) queriesCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "queries",
		Short: "The detections: list; show ID; check DIR; test DIR",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "list",
			Short: "List the detections",
			RunE:  func(*cobra.Command, []string) error { return a.listQueries() },
		},
		&cobra.Command{
			Use:               "show ID",
			Short:             "Print a detection as it is",
			Args:              cobra.ExactArgs(1),
			ValidArgsFunction: completeQueries,
			RunE: func(_ *cobra.Command, args []string) error {
				qs, err := queries.Builtin()
				if err != nil {
					return err
				}
				for _, q := range qs {
					if q.ID == args[0] {
						_, err := fmt.Fprint(a.out, q.Text)
						return err
					}
				}
				return fmt.Errorf("no detection %q\nhint: breachwindow queries list", args[0])
			},
		},
		&cobra.Command{
			Use:   "check DIR",
			Short: "Check detections of your own: header, one SELECT, columns, names of events",
			Args:  cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return a.checkQueries(cmd.Context(), args[0])
			},
		},
		a.testQueriesCmd(),
	)
	return cmd
}

func (a *app) testQueriesCmd() *cobra.Command {
	var cases string
	cmd := &cobra.Command{
		Use:   "test [DIR]",
		Short: "Run the case of each detection of yours: a hit and a near miss",
		Long: `Test runs DIR/ID.txtar for each DIR/ID.sql, an archive of files as txtar has them: a case folder
(case.yaml, secrets.csv, logs/…), want with the rows that must be found, and near-miss with close
ones that must not be; a row is a secret, or -, and an event id. Without DIR the built-in detections
are tested, whose cases are in testdata/queries of the source.`,
		Example: "  breachwindow queries test ours\n  breachwindow queries test --cases testdata/queries",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := strings.Join(args, "")
			switch {
			case cases == "" && dir == "":
				return usagef("name a folder of detections, or with --cases that of the cases of " +
					"the built-in ones")
			case cases == "":
				cases = dir
			}
			return a.testQueries(cmd.Context(), dir, cases)
		},
	}
	cmd.Flags().StringVar(&cases, "cases", "", "the folder of the cases (default: DIR)")
	return cmd
}

func completeQueries(
	*cobra.Command, []string, string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	qs, err := queries.Builtin()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	out := make([]cobra.Completion, 0, len(qs))
	for _, q := range qs {
		out = append(out, cobra.CompletionWithDesc(q.ID, q.Title))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) listQueries() error {
	o, err := a.options()
	if err != nil {
		return err
	}
	qs, err := queries.Builtin()
	if err != nil {
		return err
	}
	rows := make([][]string, 0, len(qs))
	for _, q := range qs {
		rows = append(rows, []string{q.ID, q.Level, strings.Join(q.Attack, ", "), q.Title})
	}
	return report.Table(a.out, []string{"id", "level", "attack", "finds"}, rows, o)
}

// checkQueries checks a folder against an empty database, which has every view.
func (a *app) checkQueries(ctx context.Context, dir string) (err error) {
	all, err := loadQueries(dir)
	if err != nil {
		return err
	}
	builtin, err := queries.Builtin()
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "breachwindow")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	path := filepath.Join(tmp, databaseName)
	empty, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	if err := errors.Join(empty.Derive(ctx), empty.Close()); err != nil {
		return err
	}
	db, err := store.Reader(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	names, err := queries.KnownNames()
	if err != nil {
		return err
	}
	var errs []error
	for _, q := range all[len(builtin):] {
		errs = append(errs, detect.Check(ctx, db, q), names.Check(q))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "well formed: %d\n", len(all)-len(builtin))
	return err
}
