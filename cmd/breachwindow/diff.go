package main

import (
	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/report"
)

func (a *app) diffCmd() *cobra.Command {
	var format string
	formats := []string{"table", "json"}
	cmd := &cobra.Command{
		Use:   "diff OLD [NEW]",
		Short: "What changed between two results",
		Long: `Diff compares two results of a case, without the logs: answers that got worse, new findings,
findings that went on, what was made and read with exposed secrets, what the logs no longer tell,
and what got better. OLD and NEW are files as result.json is one, - is standard input; without NEW
it is the last result of the case. It exits 3 if there is something new of the secrets, 4 if only
the logs tell less than before, else 0.`,
		Example: "  breachwindow diff yesterday.json --case acme\n" +
			"  breachwindow diff monday.json tuesday.json --format json",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := a.options()
			if err != nil {
				return err
			}
			if err := checkFormat(format, formats); err != nil {
				return err
			}
			args = append(args, "")
			if args[0] == "-" && args[1] == "-" {
				return usagef("- is standard input, and there is one")
			}
			before, err := a.readResult(args[0])
			if err != nil {
				return err
			}
			now, err := a.readResult(args[1])
			if err != nil {
				return err
			}
			if !before.Comparable(now) {
				a.note("these are results of two cases, %s of %s and %s of %s: what they share means little",
					before.Incident.ID, before.Case, now.Incident.ID, now.Case)
			}
			c := detect.Diff(before, now)
			a.decideNews(c)
			if format == "json" {
				return report.ChangesJSON(a.out, c)
			}
			return report.ChangesText(a.out, c, o)
		},
	}
	formatFlag(cmd, &format, formats)
	return cmd
}

// decideNews sets the exit code from what changed, whatever its format.
func (a *app) decideNews(c *detect.Changes) {
	switch {
	case c.Found():
		a.code = exitFound
	case c.Holes():
		a.code = exitUnknown
	}
}
