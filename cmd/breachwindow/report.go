package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/report"
)

func (a *app) reportCmd() *cobra.Command {
	var format, from string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Render the last result",
		Long: `Report renders the result of the last run, without the logs and without the database:
--from names any result.json, - is standard input.

  table       for this terminal, or a pipe
  html        one page, as report.html
  json        as result.json
  csv         a row per finding, and per secret without any
  md          a ticket for GitHub, GitLab or Jira
  jsonl       a line per secret, finding, file …, for jq, Splunk, Elastic
  xlsx        a workbook: secrets, findings, chain, coverage, limits, inputs
  parquet     typed rows of secrets and findings, for DuckDB, pandas, Spark
  timesketch  a timeline; save it as .jsonl
  ocsf        a Detection Finding per finding and per secret, a line of JSON each
  stix        a bundle of STIX 2.1 with the intruder's addresses, marked TLP:AMBER: one that may be
              your own is not in it, and nothing names you

xlsx and parquet are files: write them to one.`,
		Example: "  breachwindow report --case acme\n" +
			"  breachwindow report --from result.json --format md > ticket.md\n" +
			"  breachwindow report --case acme --format xlsx > acme.xlsx",
		RunE: func(*cobra.Command, []string) error {
			render, err := a.renderer(format)
			if err != nil {
				return err
			}
			r, err := a.readResult(from)
			if err != nil {
				return err
			}
			a.decide(r)
			return render(r)
		},
	}
	formatFlag(cmd, &format, formats)
	cmd.Flags().StringVar(&from, "from", "", "a result.json; - is standard input")
	return cmd
}

// readResult reads a saved result, by default the case's.
func (a *app) readResult(from string) (*detect.Result, error) {
	in := a.in
	if from == "" {
		from = a.path(resultName)
	}
	if from != "-" {
		f, err := os.Open(from)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: there is no result yet\nhint: breachwindow run", from)
		}
		if err != nil {
			return nil, fmt.Errorf("result: %w", err)
		}
		defer f.Close()
		in = f
	}
	r, err := report.ReadJSON(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return r, nil
}
