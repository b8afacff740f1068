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

For other tools: timesketch is a timeline (save it as .jsonl), ocsf a Detection Finding for each
finding and each secret, both a line of JSON each; stix is a bundle of STIX 2.1 with the intruder's
addresses, marked TLP:AMBER. An address that may be your own is not in it, and nothing names you.`,
		Example: "  breachwindow report --case acme\n  breachwindow report --from result.json\n" +
			"  breachwindow report --case acme --format stix > bundle.json",
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
