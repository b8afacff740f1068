package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"breachwindow/incident"
	"breachwindow/report"
)

func (a *app) incidentsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "incidents",
		Short: "The known incidents: list; show ID",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "list",
			Short: "List the built-in incidents",
			RunE:  func(*cobra.Command, []string) error { return a.listIncidents() },
		},
		&cobra.Command{
			Use:     "show ID",
			Short:   "Show an incident, built in or a file of your own",
			Example: "  breachwindow incidents show circleci-2023-01",
			Args:    cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				in, err := incident.Load(args[0], os.ReadFile)
				if err != nil {
					return err
				}
				return a.showIncident(in)
			},
		},
	)
	return cmd
}

func (a *app) listIncidents() error {
	o, err := a.options()
	if err != nil {
		return err
	}
	all, err := incident.Builtin()
	if err != nil {
		return err
	}
	rows := make([][]string, 0, len(all))
	for _, in := range all {
		rows = append(rows, []string{
			in.ID, in.Title, moment(in.Starts, "unknown"),
			moment(in.Ends, "each secret's rotation"), moment(in.Disclosed, "unknown"),
		})
	}
	return report.Table(a.out, []string{"id", "title", "starts", "ends", "disclosed"}, rows, o)
}

func moment(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

func (a *app) showIncident(in *incident.Incident) error {
	o, err := a.options()
	if err != nil {
		return err
	}
	p := &printer{w: a.out, o: o}
	p.text("", in.ID+": "+in.Title)
	p.text("", in.Summary)
	p.line("")
	p.text("window     ", "from "+moment(in.Starts, "unknown")+" to "+
		moment(in.Ends, "each secret's rotation")+sentence(in.StartsNote))
	p.text("exposed    ", "what was created before "+moment(in.CreatedBefore, "its end")+
		sentence(in.CreatedBeforeNote))
	p.text("disclosed  ", moment(in.Disclosed, "unknown"))
	p.text("profile    ", "sha256 "+in.Hash)

	p.title("What happened", len(in.Phases))
	for _, x := range in.Phases {
		p.text("  "+moment(&x.At, "")+"  ", x.What+" ["+x.Source+"]")
	}
	p.title("Revoked by the vendor", len(in.Revocations))
	for _, x := range in.Revocations {
		p.text("  "+moment(&x.At, "")+"  ", x.Kind+": "+x.What+" ["+x.Source+"]")
	}
	if len(in.Indicators) > 0 {
		p.title("Indicators", len(in.Indicators))
		p.err = cmp.Or(p.err, printIndicators(a.out, in.Indicators, o))
	}
	p.title("What to do, by kind of secret", len(in.Guidance))
	for _, x := range in.Guidance {
		p.text("  "+x.Kind+": ", x.Text+" ["+x.Source+"]")
	}
	p.title("What else to know", len(in.Notes))
	for _, x := range in.Notes {
		p.text("  "+x.About+": ", x.Text+" ["+x.Source+"]")
	}
	p.title("Sources", len(in.Sources))
	for _, x := range in.Sources {
		p.text("  "+x.ID+": ", strings.TrimSpace(x.What+" "+x.URL))
	}
	return p.err
}

// sentence adds a note, if there is one.
func sentence(note string) string {
	if note == "" {
		return ""
	}
	return "; " + note
}

func printIndicators(w io.Writer, indicators []incident.Indicator, o report.Options) error {
	rows := make([][]string, 0, len(indicators))
	for _, x := range indicators {
		rows = append(rows, []string{x.Type, x.Value, x.Confidence, x.Source})
	}
	return report.Table(w, []string{"type", "value", "confidence", "source"}, rows, o)
}

// printer writes lines until the first error, which it keeps.
type printer struct {
	w   io.Writer
	o   report.Options
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// title begins a part that has n entries; one without any is left out.
func (p *printer) title(text string, n int) {
	if n > 0 {
		p.line("\n%s", text)
	}
}

// text writes a paragraph, wrapped to the terminal.
func (p *printer) text(prefix, text string) {
	if p.err == nil {
		p.err = report.Paragraph(p.w, prefix, text, p.o)
	}
}
