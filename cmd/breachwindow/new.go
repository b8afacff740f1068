package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"breachwindow/inventory"
)

// caseTemplate is a new case.yaml. %s is the incident's id.
const caseTemplate = `# One investigation. Every key but incident may be left out.
incident: %s        # a built-in id (breachwindow incidents list) or a file of your own
secrets: [secrets.csv]              # what the vendor held; CSV, YAML or JSON
logs: [logs]                        # files, folders or globs; recognised by content

# Uses that you know of. All selectors of an entry must match; each entry needs its reason.
# expected:
#   - network: 198.51.100.0/24
#     why: our own build runners

# Indicators of your own: CSV (type,value,confidence,source,note), STIX 2, MISP.
# indicators: [iocs.csv]

# Who rotates secrets for you, as the logs name them. Their acts are not the intruder's; but what
# an exposed key of theirs did is, unless you list the key itself. The report suggests whom to name.
# responders: ["arn:aws:iam::111122223333:user/secadmin"]

# Rotation of all secrets that have no date of their own.
# rotated_at: 2023-01-05T12:00:00Z

# Who gets the result by mail; breachwindow mail --dry-run mail.eml shows it, mail --help has more.
# mail:
#   host: smtp.example.com
#   username: bw
#   password: {env: SMTP_PASSWORD}    # or {file: PATH}, {command: [PROGRAM, ARGUMENT]}
#   from: bw@example.com
#   to: [lead@example.com]
#   heartbeat: 1d                     # how often though nothing is new; never

# When breachwindow schedule runs and mails; cron, systemd or Kubernetes do it too.
# schedule: {cron: "0 7 * * *", zone: UTC}
`

func (a *app) newCmd() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use:     "new DIR",
		Short:   "Make a case folder: case.yaml, secrets.csv, logs/",
		Example: "  breachwindow new acme",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := loadIncident(id); err != nil {
				return err
			}
			dir := args[0]
			incidentKey, err := incidentFor(dir, id)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o700); err != nil {
				return fmt.Errorf("new case: %w", err)
			}
			names := []string{filepath.Join(dir, caseName), filepath.Join(dir, "secrets.csv")}
			for _, name := range names { // nothing is written if anything is there
				if _, err := os.Lstat(name); err == nil {
					return existsError(name)
				}
			}
			texts := []string{fmt.Sprintf(caseTemplate, incidentKey), inventory.Template()}
			for i, name := range names {
				if err := writeNew(name, texts[i]); err != nil {
					return err
				}
			}
			_, err = fmt.Fprintf(a.out, `%s is ready. Next:
  1. put the exported logs into %s (any names, packed or not)
  2. list the exposed secrets in %s
  3. breachwindow run %s
`, dir, filepath.Join(dir, "logs"), filepath.Join(dir, "secrets.csv"), dir)
			return err
		},
	}
	cmd.Flags().StringVar(&id, "incident", "circleci-2023-01", "the incident to investigate")
	return cmd
}

// incidentFor is how case.yaml of a case in dir names an incident: a path is relative to the case.
func incidentFor(dir, id string) (string, error) {
	if !strings.ContainsAny(id, `/\.`) {
		return id, nil
	}
	from, err1 := filepath.Abs(dir)
	to, err2 := filepath.Abs(id)
	if err := errors.Join(err1, err2); err != nil {
		return "", fmt.Errorf("new case: %w", err)
	}
	if rel, err := filepath.Rel(from, to); err == nil {
		to = rel
	}
	return strconv.Quote(filepath.ToSlash(to)), nil
}

func existsError(name string) error {
	return fmt.Errorf("%s exists: it is left as it is\nhint: name another folder", name)
}

// writeNew never overwrites: a case is somebody's work.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return existsError(name)
	}
	if err != nil {
		return fmt.Errorf("new case: %w", err)
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
