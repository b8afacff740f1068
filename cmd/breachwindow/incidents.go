package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"breachwindow/incident"
	"breachwindow/inventory"
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
				in, err := loadIncident(args[0])
				if err != nil {
					return err
				}
				return a.showIncident(in)
			},
		},
	)
	return cmd
}

// loadIncident reads an incident, and says which one was meant if there is none of that name.
func loadIncident(nameOrPath string) (*incident.Incident, error) {
	in, err := incident.Load(nameOrPath, os.ReadFile)
	if !errors.Is(err, incident.ErrUnknown) {
		return in, err
	}
	all, failed := incident.Builtin()
	if failed != nil {
		return nil, failed
	}
	var ids, vendors []string
	byVendor := map[string]string{}
	for _, in := range all {
		vendor, _, _ := strings.Cut(in.ID, "-")
		ids, vendors = append(ids, in.ID), append(vendors, vendor)
		byVendor[vendor] = in.ID
	}
	hint := "breachwindow incidents list shows the ids; one of your own is named by its path, " +
		"ending in .yaml"
	near, ok := inventory.Nearest(nameOrPath, ids)
	if !ok {
		near, ok = inventory.Nearest(nameOrPath, vendors)
		near = byVendor[near]
	}
	if ok {
		hint = "did you mean " + near + "? " + hint
	}
	return nil, fmt.Errorf("%w\nhint: %s", err, hint)
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
	ids := len("id")
	for _, in := range all {
		ids = max(ids, len(in.ID))
	}
	// An id is there to be copied, so it is whole; what gives way on a narrow terminal is the title.
	p := &printer{w: a.out, o: o}
	line := func(id, starts, title string) { p.text(fmt.Sprintf("%-*s  %-10s  ", ids, id, starts), title) }
	line("id", "starts", "title")
	for _, in := range all {
		starts := "unknown"
		if in.Starts != nil {
			starts = in.Starts.UTC().Format(time.DateOnly)
		}
		line(in.ID, starts, in.Title)
	}
	return p.err
}

// minuteLayout is a time for people, UTC.
const minuteLayout = "2006-01-02 15:04Z"

// moment formats a time that may be missing.
func moment(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return t.UTC().Format(minuteLayout)
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
	span := "from " + moment(in.Starts, "unknown") + " to " + moment(in.Ends, "each secret's rotation")
	p.text("window     ", withNotes(span, in.StartsNote, in.EndsNote))
	cut := "whenever it was created"
	if in.CreatedBefore != nil {
		cut = "what was created before " + moment(in.CreatedBefore, "")
	}
	p.text("exposed    ", withNotes(cut, in.CreatedBeforeNote))
	p.text("disclosed  ", moment(in.Disclosed, "unknown"))
	p.text("profile    ", "sha256 "+in.Hash)

	p.title("What happened", len(in.Phases))
	for _, x := range in.Phases {
		p.text("  "+when(x)+"  ", x.What+doubt(x.Confidence)+" ["+x.Source+"]")
	}
	p.title("What was exposed", len(in.Kinds))
	for _, x := range in.Kinds {
		p.text("  "+x.Kind+": ", exposure(x)+doubt(x.Confidence)+" ["+x.Source+"]")
	}
	p.title("Revoked by the vendor", len(in.Revocations))
	for _, x := range in.Revocations {
		p.text("  "+moment(&x.At, "")+"  ", x.Kind+subject(x.Identifier)+": "+x.What+
			doubt(x.Confidence)+" ["+x.Source+"]")
	}
	if len(in.Indicators) > 0 {
		p.title("Indicators", len(in.Indicators))
		p.err = cmp.Or(p.err, printIndicators(a.out, in.Indicators, o))
		p.caveats(in.Indicators)
	}
	p.title("What to do, by kind of secret", len(in.Guidance))
	for _, x := range in.Guidance {
		p.text("  "+x.Kind+": ", x.Text+" ["+x.Source+"]")
	}
	p.title("What else to know", len(in.Notes))
	for _, x := range in.Notes {
		p.text("  "+x.About+": ", x.Text+doubt(x.Confidence)+" ["+x.Source+"]")
	}
	p.title("Sources", len(in.Sources))
	for _, x := range in.Sources {
		p.text("  "+x.ID+": ", strings.TrimSpace(x.What+" "+x.URL))
	}
	return p.err
}

// withNotes adds the notes that there are, a sentence each.
func withNotes(text string, notes ...string) string {
	for _, note := range notes {
		if note != "" {
			text = strings.TrimSuffix(text, ".") + ". " + note
		}
	}
	return text
}

// when is the time of a phase, as exact as it is known.
func when(x incident.Phase) string {
	layout := minuteLayout
	switch x.Precision {
	case "month":
		layout = "2006-01"
	case "day":
		layout = time.DateOnly
	}
	return fmt.Sprintf("%-17s", x.At.UTC().Format(layout))
}

// doubt says how sure a fact is, where it is not.
func doubt(confidence string) string {
	if confidence == "" || confidence == "high" {
		return ""
	}
	return " (" + confidence + " confidence)"
}

// exposure tells where secrets of a kind were held.
func exposure(k incident.AffectedKind) string {
	text := strings.Join(k.HeldAs, ", ")
	if !k.Exposed {
		text = strings.TrimSpace("not exposed " + text)
	}
	switch {
	case k.What == "":
		return text
	case text == "":
		return k.What
	}
	return text + "; " + k.What
}

// subject is what a revocation is limited to.
func subject(identifier string) string {
	if identifier == "" {
		return ""
	}
	return " " + identifier
}

// caveats tells what speaks against each indicator, once for all that share it.
func (p *printer) caveats(indicators []incident.Indicator) {
	type caveat struct{ confidence, note string }
	about := map[caveat][]string{}
	var order []caveat
	for _, i := range indicators {
		c := caveat{i.Confidence, i.Note}
		if i.Note == "" {
			continue
		}
		if about[c] == nil {
			order = append(order, c)
		}
		about[c] = append(about[c], i.Value)
	}
	p.title("About these indicators", len(order))
	for _, c := range order {
		which := report.Clean(about[c][0])
		if n := len(about[c]); n > 1 {
			which += fmt.Sprintf(" and %d more", n-1)
		}
		p.text("  "+c.confidence+": ", which+": "+c.note)
	}
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
