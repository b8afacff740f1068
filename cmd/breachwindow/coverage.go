package main

import (
	"github.com/spf13/cobra"

	"breachwindow/report"
)

func (a *app) coverageCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "coverage",
		Short: "Show what the logs cover and where they are blind",
		Long: `Coverage shows, for each account and region or organisation, which span of time the
loaded logs cover, the silences in it that are too long to be quiet, and the detections that
cannot speak on these logs.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.options()
			if err != nil {
				return err
			}
			c, err := a.readCase()
			if err != nil {
				return err
			}
			if _, err := a.prepare(cmd.Context(), c, nil); err != nil {
				return err
			}
			r, err := a.detect(cmd.Context(), c, detectFlags{})
			if err != nil {
				return err
			}
			return report.CoverageText(a.out, r, o)
		},
	}
}
