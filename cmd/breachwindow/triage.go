package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"breachwindow/detect"
	"breachwindow/report"
	"breachwindow/store"
)

// decisionWords are what --as takes.
var decisionWords = []string{detect.Benign, detect.Confirmed, detect.NeedsWork}

// triageFormats are what --format takes of the list; jsonl is what --import reads.
var triageFormats = []string{"table", "json", "jsonl"}

type triageFlags struct {
	as, note, author         string
	ip, agent, actor, secret string
	undo                     bool
	from, format, queryDir   string
}

func (f triageFlags) selects() bool { return f.ip+f.agent+f.actor+f.secret != "" }

func (a *app) triageCmd() *cobra.Command {
	var f triageFlags
	cmd := &cobra.Command{
		Use:   "triage [ID…]",
		Short: "Say what became of findings, secrets and uses; nothing is deleted",
		Long: `Triage records what a person found out about findings and secrets, by their ids, or about
all uses that fit --ip, --agent and --actor (and --secret), and answers again. Reports show
who decided what, when and why.

benign: a finding is no ground for a verdict any more, as long as no address, actor or action
comes to it that was not there: then it counts again. A secret: all findings that it has now.
Uses: they are expected, as if they stood in case.yaml; --ip wants the address itself where it
is published for the incident. Missing logs are not made up for: unknown stays unknown.
confirmed: it was the intruder, the secret is compromised.
needs-work: only shown.

--undo takes a decision back; it stays in the log. Without ID and selectors all decisions are
listed. --format jsonl prints them as the file that --import reads: colleagues exchange these,
in any order and as often as they like. The author is --author, else BREACHWINDOW_AUTHOR, else
the user's name.`,
		Example: "  breachwindow triage 9f86d081884c7d65 --as benign --note 'our pentest, ticket 42'\n" +
			"  breachwindow triage --ip 198.51.100.0/24 --actor '*:user/ci' --as benign --note 'new runners'\n" +
			"  breachwindow triage deploy --undo\n" +
			"  breachwindow triage --format jsonl > anna.jsonl; breachwindow triage --import bob.jsonl",
		RunE: func(cmd *cobra.Command, ids []string) error {
			if err := f.check(ids, cmd.Flags().Changed("format")); err != nil {
				return err
			}
			if !f.selects() && len(ids) == 0 && f.from == "" {
				return a.listTriage(cmd.Context(), f.format)
			}
			t, err := a.newTriager(f)
			if err != nil {
				return err
			}
			return t.decide(cmd.Context(), ids)
		},
		Args: cobra.ArbitraryArgs,
	}
	f.add(cmd)
	return cmd
}

func (f *triageFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.as, "as", "", oneOf(decisionWords))
	must(cmd.RegisterFlagCompletionFunc("as",
		cobra.FixedCompletions(decisionWords, cobra.ShellCompDirectiveNoFileComp)))
	flags.StringVar(&f.note, "note", "", "why; everybody who gets a report reads it")
	flags.StringVar(&f.author, "author", "", "who decides")
	flags.BoolVar(&f.undo, "undo", false, "take the decision back")
	flags.StringVar(&f.ip, "ip", "", "uses from this address or network")
	flags.StringVar(&f.agent, "agent", "", "uses by this user agent; * stands for anything")
	flags.StringVar(&f.actor, "actor", "", "uses by this actor; * stands for anything")
	flags.StringVar(&f.secret, "secret", "", "only uses of this secret")
	flags.StringVar(&f.from, "import", "", "take the decisions of this file; - is standard input")
	flags.StringVar(&f.queryDir, "queries", "", "the folder with more detections that run had")
	formatFlag(cmd, &f.format, triageFormats)
}

func (f triageFlags) check(ids []string, format bool) error {
	what := 0
	for _, is := range []bool{len(ids) > 0, f.selects(), f.from != ""} {
		if is {
			what++
		}
	}
	decides := f.as != "" || f.undo || f.note != ""
	switch {
	case what > 1:
		return usagef("name ids, or select uses, or --import: one of these")
	case !slices.Contains(triageFormats, f.format):
		return usagef("--format %q: write %s", f.format, oneOf(triageFormats))
	case format && what > 0:
		return usagef("--format is of the list, without ids and selectors")
	case f.from != "" && decides:
		return usagef("--import takes the decisions as they stand in the file: leave out --as, " +
			"--note and --undo")
	case what == 0 && decides:
		return usagef("on what? Name the id of a finding or a secret, or select uses by --ip, --agent " +
			"or --actor\nhint: breachwindow report lists ids")
	case f.from != "" || what == 0:
		return nil
	}
	return f.checkDecision()
}

func (f triageFlags) checkDecision() error {
	switch {
	case f.undo && f.as != "":
		return usagef("write --as or --undo, not both")
	case !f.undo && !slices.Contains(decisionWords, f.as):
		return usagef("--as %q: write %s", f.as, oneOf(decisionWords))
	case !f.undo && strings.TrimSpace(f.note) == "":
		return usagef("--note is missing: say why, for whoever reads the report in a year")
	}
	return nil
}

// listTriage prints the log with what became of each decision as of the last result.
func (a *app) listTriage(ctx context.Context, format string) (err error) {
	o, err := a.options()
	if err != nil {
		return err
	}
	db, err := a.reader(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	all, err := store.Decisions(ctx, db)
	if err != nil {
		return err
	}
	c, err := a.openCase()
	if err != nil {
		return err
	}
	if all, err = decisionsIn(c.name, all); err != nil {
		return err
	}
	if format == "jsonl" {
		return a.exportTriage(all)
	}
	r, err := a.readResult("")
	if err != nil {
		a.note("what became of the decisions is not known: %v", err)
		r = &detect.Result{}
	}
	states := statesOf(all, r.Triage)
	if format == "json" {
		return a.triageJSON(all, states)
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(a.out, "Nothing was triaged.")
		return err
	}
	rows := make([][]string, 0, len(all))
	for i, d := range all {
		state := states[i].state
		if states[i].since != "" {
			state += ": since then " + states[i].since
		}
		rows = append(rows, []string{
			d.Decision, subjectOf(d), d.Author, d.At.Format("2006-01-02 15:04Z"), state, d.Note,
		})
	}
	return report.Table(a.out, []string{"decision", "on", "by", "at", "state", "note"}, rows, o)
}

// subjectOf says what a decision is about.
func subjectOf(d store.Decision) string {
	return detect.Decision{
		Kind: d.Kind, Subject: d.Subject, Secret: d.Secret, IP: d.IP, Agent: d.Agent, Actor: d.Actor,
	}.On()
}

// triageState is what became of a decision.
type triageState struct{ state, since string }

// statesOf finds the decisions of the log among those that the last result says count. What does not
// is taken back or replaced, or not answered yet.
func statesOf(all []store.Decision, counting []detect.Decision) []triageState {
	out := make([]triageState, len(all))
	newer := map[string]store.Decision{} // of a subject
	for i, d := range slices.Backward(all) {
		key := triageKey(d)
		later, replaced := newer[key]
		at := slices.IndexFunc(counting, func(c detect.Decision) bool { return isOf(c, d) })
		switch {
		case at >= 0:
			out[i] = triageState{counting[at].State, counting[at].Since}
		case d.Decision == detect.Open || replaced && later.Decision == detect.Open:
			out[i].state = "undone"
		case replaced || slices.ContainsFunc(counting, func(c detect.Decision) bool {
			return triageKey(store.Decision{
				Kind: c.Kind, Subject: c.Subject, Secret: c.Secret, IP: c.IP, Agent: c.Agent, Actor: c.Actor,
			}) == key
		}):
			out[i].state = "replaced"
		default:
			out[i].state = "not answered yet"
		}
		if !replaced {
			newer[key] = d
		}
	}
	return out
}

// triageKey is the same for decisions on the same thing.
func triageKey(d store.Decision) string {
	if d.Kind != "use" {
		return d.Kind + "\x00" + d.Subject
	}
	x, err := expectedEntry{IP: d.IP, Agent: d.Agent, Actor: d.Actor}.selectors()
	if err != nil { // of no case: the log has none such
		return subjectOf(d)
	}
	return strings.Join([]string{
		d.Secret, x.From, x.To, strings.ToLower(d.Agent), strings.ToLower(d.Actor),
	}, "\x00")
}

func isOf(c detect.Decision, d store.Decision) bool {
	return c.Kind == d.Kind && c.Subject == d.Subject && (c.Kind != "use" || c.Secret == d.Secret) &&
		c.IP == d.IP && c.Agent == d.Agent && c.Actor == d.Actor && c.Decision == d.Decision &&
		c.Note == d.Note && c.Author == d.Author && c.At.Equal(d.At)
}

// exportTriage prints the log as --import reads it.
func (a *app) exportTriage(all []store.Decision) error {
	for _, d := range all {
		l, err := lineOf(d)
		if err != nil {
			return err
		}
		text, err := jsonOf(l, false)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(a.out, "%s\n", text); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) triageJSON(all []store.Decision, states []triageState) error {
	type item struct {
		triageLine
		State string `json:"state"`
		Since string `json:"since,omitempty"`
	}
	list := []item{}
	for i, d := range all {
		l, err := lineOf(d)
		if err != nil {
			return err
		}
		l.Seen = nil // is for --import
		list = append(list, item{l, states[i].state, states[i].since})
	}
	text, err := jsonOf(list, false)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s\n", text)
	return err
}

// authorOf is who decides.
func (a *app) authorOf(flag string) (string, error) {
	for _, name := range []string{
		flag, a.getenv("BREACHWINDOW_AUTHOR"), a.getenv("USER"), a.getenv("LOGNAME"),
		a.getenv("USERNAME"),
	} {
		if name = strings.TrimSpace(name); name != "" {
			return name, nil
		}
	}
	return "", errors.New("nobody is named as the author: give --author, or set BREACHWINDOW_AUTHOR")
}

// record appends the decisions that are not there yet, under whichever name of the case.
func (a *app) record(
	ctx context.Context, caseName string, list []store.Decision,
) (added int, err error) {
	db, err := store.Open(ctx, a.path(databaseName))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	log, err := db.Decisions(ctx)
	if err != nil {
		return 0, err
	}
	if log, err = decisionsIn(caseName, log); err != nil {
		return 0, err
	}
	known := map[store.Decision]bool{}
	for _, d := range log {
		known[d] = true
	}
	return db.AddDecisions(ctx, slices.DeleteFunc(slices.Clone(list), func(d store.Decision) bool {
		return known[d]
	}))
}

// newest returns the last decision of the log on the same thing, nil if there is none.
func newest(log []store.Decision, d store.Decision) *store.Decision {
	var last *store.Decision
	for i := range log {
		if triageKey(log[i]) == triageKey(d) {
			last = &log[i]
		}
	}
	return last
}

// afterAll refuses a decision that would have no effect, since one of later time is there: a clock is
// wrong.
func afterAll(log []store.Decision, d store.Decision) error {
	last := newest(log, d)
	if last == nil || last.At.Before(d.At) {
		return nil
	}
	return fmt.Errorf("%s: %s decided on it at %s, which this machine's clock has not reached: set the "+
		"clock, or wait", subjectOf(d), last.Author, last.At.Format(time.RFC3339))
}

// triageLog reads the decisions of the case.
func (t *triager) triageLog(ctx context.Context) (_ []store.Decision, err error) {
	db, err := t.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	log, err := store.Decisions(ctx, db)
	if err != nil {
		return nil, err
	}
	return decisionsIn(t.c.name, log)
}
