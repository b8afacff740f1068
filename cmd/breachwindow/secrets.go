package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"breachwindow/inventory"
	"breachwindow/report"
)

func (a *app) secretsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secrets",
		Short: "The inventory: list; import; template; hash a token",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		a.secretsListCmd(), a.secretsImportCmd(), a.secretsTemplateCmd(), a.secretsHashCmd())
	return cmd
}

func (a *app) secretsListCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the secrets of the case, as they were understood",
		RunE: func(*cobra.Command, []string) error {
			o, err := a.options()
			if err != nil {
				return err
			}
			c, err := a.readCase()
			if err != nil {
				return err
			}
			a.noteUnknownColumns(c)
			extra := inventory.ExtraColumns(c.data.Secrets)
			rows := make([][]string, 0, len(c.data.Secrets))
			for _, s := range c.data.Secrets {
				row := []string{
					s.ID, string(s.Kind), s.Short(), s.StoredIn,
					moment(s.CreatedAt, ""), moment(s.RotatedAt, ""), shownBy(s),
				}
				for _, column := range extra {
					row = append(row, s.Extra[column])
				}
				rows = append(rows, row)
				for _, n := range s.Notices {
					a.note("%s:%d: %s: %s", s.File, s.Line, s.ID, n)
				}
			}
			header := []string{
				"id", "kind", "identifier", "stored in", "created", "rotated",
				"seen in",
			}
			return report.Table(a.out, append(header, extra...), rows, o)
		},
	}
}

// noteUnknownColumns tells of columns of the inventory that nothing reads.
func (a *app) noteUnknownColumns(c *investigation) {
	for _, line := range inventory.UnknownColumns(c.data.Secrets) {
		a.note("%s", line)
	}
}

// shownBy names the log that can show a use of the secret.
func shownBy(s inventory.Secret) string {
	for _, k := range inventory.Kinds() {
		if k.Kind == s.Kind && k.Shows != "" && len(s.Credentials) > 0 {
			log, _, _ := strings.Cut(k.Shows, ":")
			return log
		}
	}
	return "nothing"
}

func (a *app) secretsTemplateCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "template",
		Short: "Print an empty secrets.csv with its kinds explained",
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.out, inventory.Template())
			return err
		},
	}
}

// maxToken bounds what hash reads: no token is nearly as long.
const maxToken = 4096

func (a *app) secretsHashCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "hash",
		Short: "Read a GitHub token on standard input, print its hash and CSV line",
		Long: `Hash reads one GitHub token on standard input and prints the hash by which GitHub's
audit log names it, and a line for secrets.csv. The token is not stored, logged or shown. The
checksum in the token catches a bad paste.`,
		Example: "  breachwindow secrets hash < token.txt",
		RunE: func(*cobra.Command, []string) error {
			token, err := a.readToken()
			if err != nil {
				return err
			}
			hash, line, err := inventory.HashLine(token)
			clear(token)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.out, "hash  %s\nline  %s\n", hash, line)
			return err
		},
	}
}

// readToken reads a line without echo from a terminal, else the first line of the input.
func (a *app) readToken() ([]byte, error) {
	if f, ok := a.in.(*os.File); ok && isTerminal(f) {
		fmt.Fprint(a.errw, "token (not shown): ")
		defer fmt.Fprintln(a.errw)
		return term.ReadPassword(int(f.Fd()))
	}
	r := bufio.NewReaderSize(io.LimitReader(a.in, maxToken), maxToken)
	line, err := r.ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return line, nil
}
