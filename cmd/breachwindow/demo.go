package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"breachwindow/demo"
	"breachwindow/detect"
)

func (a *app) demoCmd() *cobra.Command {
	var keep, format string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "The whole job on a built-in incident; needs nothing",
		Long: `Demo writes the case of an invented company into a temporary folder, runs the whole
job on it and prints the verdicts. It exits 0 when the case came out as it must. --keep DIR
keeps the folder, to look around in.`,
		Example: "  breachwindow demo\n  breachwindow demo --keep larkspur",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			render, err := a.renderer(format)
			if err != nil {
				return err
			}
			a.caseDir = keep
			if keep == "" {
				tmp, err := os.MkdirTemp("", "breachwindow")
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
				a.caseDir = filepath.Join(tmp, "larkspur")
			} else if _, err := os.Stat(a.path(caseName)); err == nil {
				return fmt.Errorf("%s: there is a case already\nhint: name another folder", keep)
			}
			if err := demo.Write(a.caseDir); err != nil {
				return err
			}
			r, err := a.run(cmd.Context(), runFlags{})
			if err != nil {
				return err
			}
			if err := render(r); err != nil {
				return err
			}
			if keep != "" {
				a.note("the case is in %s: breachwindow show --case %s aws-deploy", keep, keep)
			}
			return compareDemo(r)
		},
	}
	formatFlag(cmd, &format, formats)
	cmd.Flags().StringVar(&keep, "keep", "", "write the case to this folder and keep it")
	return cmd
}

// compareDemo holds the result against what the invented company's story says.
func compareDemo(r *detect.Result) error {
	want := demo.Expected()
	var wrong []string
	for _, s := range r.Secrets {
		w := want[s.ID]
		delete(want, s.ID)
		if string(s.Verdict) != w.Verdict || s.Rotation != w.Rotation {
			wrong = append(wrong, fmt.Sprintf("%s is %s/%s and should be %s/%s", s.ID, s.Verdict,
				s.Rotation, w.Verdict, w.Rotation))
		}
	}
	for id := range want {
		wrong = append(wrong, id+" is missing")
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return errors.New("the demo did not come out as it must:\n" + strings.Join(wrong, "\n"))
}
