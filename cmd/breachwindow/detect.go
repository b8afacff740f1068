package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/report"
)

func (a *app) detectCmd() *cobra.Command {
	var f detectFlags
	var format string
	cmd := &cobra.Command{
		Use:   "detect",
		Short: "Run the detections on what is loaded",
		Long: `Detect runs the detections on the logs that are loaded, with the inventory and the
incident as they stand in the case now, and prints the findings.`,
		Example: "  breachwindow detect --level high\n" +
			"  breachwindow detect --query any/use-from-indicator --format json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.level != "" && !slices.Contains(detect.Levels(), detect.Level(f.level)) {
				return usagef("--level %q: write one of %s", f.level, levelNames())
			}
			render, err := a.renderer(format)
			if err != nil {
				return err
			}
			if format == "table" {
				render = func(r *detect.Result) error {
					o, err := a.options()
					if err != nil {
						return err
					}
					return report.FindingsText(a.out, r, o)
				}
			}
			c, err := a.readCase()
			if err != nil {
				return err
			}
			if _, err := a.prepare(cmd.Context(), c, nil); err != nil {
				return err
			}
			r, err := a.detect(cmd.Context(), c, f)
			if err != nil {
				return err
			}
			a.decide(r)
			return render(r)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.only, "query", "", "show findings of one detection, or of a folder of them")
	flags.StringVar(&f.level, "level", "", "show findings of this level and above")
	flags.StringVar(&f.queryDir, "queries", "", "a folder with more detections")
	formatFlag(cmd, &format, formats)
	return cmd
}

func levelNames() string {
	var names []string
	for _, l := range detect.Levels() {
		names = append(names, string(l))
	}
	return strings.Join(names, ", ")
}
