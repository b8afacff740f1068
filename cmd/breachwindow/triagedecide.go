package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"breachwindow/detect"
	"breachwindow/inventory"
	"breachwindow/report"
	"breachwindow/store"
)

// triager records decisions and answers again.
type triager struct {
	*app
	f     triageFlags
	c     *investigation
	last  *detect.Result // what the person looked at
	at    time.Time      // of its decisions
	ready bool           // the database is as case.yaml is now
}

func (a *app) newTriager(f triageFlags) (*triager, error) {
	c, err := a.readCase()
	if err != nil {
		return nil, err
	}
	t := &triager{app: a, f: f, c: c}
	if t.last, err = a.readResult(""); err != nil {
		return nil, err
	}
	qs, err := loadQueries(f.queryDir)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, q := range qs {
		known[q.ID] = true
	}
	for _, x := range t.last.Findings {
		if !known[x.Query] {
			return nil, fmt.Errorf("the last result has findings of a detection of your own, %s, which "+
				"would be lost\nhint: name its folder with --queries, as run did", x.Query)
		}
	}
	return t, nil
}

// decide makes the decisions of the flags, records them and prints what they change.
func (t *triager) decide(ctx context.Context, ids []string) error {
	list, err := t.decisions(ctx, ids)
	if err != nil {
		return err
	}
	added, err := t.record(ctx, t.c.name, list)
	if err != nil {
		return err
	}
	if t.f.from != "" {
		fmt.Fprintf(t.out, "%d decisions read, %d of them new\n", len(list), added)
	}
	r, err := t.answer(ctx)
	if err != nil { // what is there was answered without the decision
		return errors.Join(fmt.Errorf("the decision is recorded, but not answered yet: breachwindow run: %w",
			err), t.dropResult())
	}
	t.warn(r, list)
	t.warnOfNames(list)
	t.app.decide(r)
	return t.changes(r)
}

func (t *triager) decisions(ctx context.Context, ids []string) ([]store.Decision, error) {
	if t.f.from != "" {
		return t.readDecisions(t.f.from, t.c.name)
	}
	log, err := t.triageLog(ctx)
	if err != nil {
		return nil, err
	}
	base := triageLine{Decision: t.f.as, Note: strings.TrimSpace(t.f.note)}
	if t.f.undo {
		base.Decision = detect.Open
	}
	if base.Author, err = t.authorOf(t.f.author); err != nil {
		return nil, err
	}
	var lines []triageLine
	switch {
	case t.f.undo && len(ids) > 0:
		lines, err = t.undone(log, ids)
	case len(ids) > 0:
		lines, err = t.onIDs(ctx, ids)
	default:
		lines, err = t.onUses(log)
	}
	if err != nil {
		return nil, err
	}
	now := t.now().UTC().Truncate(time.Microsecond)
	t.at = now
	out := make([]store.Decision, 0, len(lines))
	for _, l := range lines {
		l.Decision, l.Note, l.Author, l.At = base.Decision, base.Note, base.Author, now
		if err := l.check(now); err != nil {
			return nil, err
		}
		d, err := l.decision()
		if err != nil {
			return nil, err
		}
		if err := afterAll(log, d); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// onUses is a decision on the uses that the flags select.
func (t *triager) onUses(log []store.Decision) ([]triageLine, error) {
	l := triageLine{
		Kind: "use", Secret: t.f.secret, IP: strings.TrimSpace(t.f.ip), Agent: t.f.agent, Actor: t.f.actor,
	}
	if _, err := l.entry().selectors(); err != nil {
		return nil, usagef("%w", err)
	}
	if l.Secret != "" && !slices.ContainsFunc(t.last.Secrets, func(s detect.SecretAnswer) bool {
		return s.ID == l.Secret
	}) {
		return nil, t.unknown(l.Secret, nil)
	}
	if !t.f.undo {
		return []triageLine{l}, nil
	}
	d, err := l.decision()
	if err != nil {
		return nil, err
	}
	last := newest(log, d)
	if last == nil || last.Decision == detect.Open {
		return nil, fmt.Errorf("%s: there is no decision to take back\nhint: breachwindow triage lists them",
			subjectOf(d))
	}
	l.IP, l.Agent, l.Actor = last.IP, last.Agent, last.Actor // as it was written
	return []triageLine{l}, nil
}

// undone takes decisions on findings and secrets back, also on those that are not there any more.
func (t *triager) undone(log []store.Decision, ids []string) (lines []triageLine, err error) {
	for _, id := range distinct(ids) {
		var last *store.Decision
		for _, kind := range []string{"finding", "secret"} {
			if d := newest(log, store.Decision{Kind: kind, Subject: id}); d != nil {
				last = d
			}
		}
		switch {
		case last == nil && !slices.Contains(t.ids(), id):
			return nil, t.unknown(id, log)
		case last == nil || last.Decision == detect.Open:
			return nil, fmt.Errorf("%s: there is no decision on it to take back%s", id, t.covered(id))
		}
		l, err := lineOf(*last)
		if err != nil {
			return nil, err
		}
		if l.Kind == "secret" {
			l.Seen = nil
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// covered hints at the decision that marks a finding which has none of its own.
func (t *triager) covered(id string) string {
	for _, x := range t.last.Findings {
		if x.ID == id && x.Triage != nil && x.Triage.Of == "secret" {
			return "\nhint: it is marked by the decision on its secret: breachwindow triage " +
				report.Clean(x.Secret) + " --undo"
		}
	}
	return "\nhint: breachwindow triage lists the decisions"
}

// onIDs are decisions on findings and secrets as they stand in the last result: what came since,
// nobody has looked at.
func (t *triager) onIDs(ctx context.Context, ids []string) (lines []triageLine, err error) {
	for _, id := range ids {
		if !slices.Contains(t.ids(), id) {
			return nil, t.unknown(id, nil)
		}
	}
	if _, err := t.prepare(ctx, t.c, nil); err != nil {
		return nil, err
	}
	t.ready = true
	now, err := t.detect(ctx, t.c, detectFlags{queryDir: t.f.queryDir})
	if err != nil {
		return nil, err
	}
	for _, id := range distinct(ids) {
		isSecret := slices.ContainsFunc(t.last.Secrets,
			func(s detect.SecretAnswer) bool { return s.ID == id })
		l := triageLine{Kind: "finding", Subject: id}
		chosen := func(f detect.Finding) bool { return f.ID == id }
		if isSecret {
			l.Kind = "secret"
			chosen = func(f detect.Finding) bool { return f.Secret == id }
		}
		if isSecret && slices.ContainsFunc(t.last.Findings,
			func(f detect.Finding) bool { return f.ID == id }) {
			return nil, fmt.Errorf("%s: a secret and a finding have this id: rename the secret", id)
		}
		if err := t.asSeen(now, chosen); err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		if l.Seen, err = t.sightings(now, chosen, isSecret); err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// asSeen refuses a decision on what has changed since the last result.
func (t *triager) asSeen(now *detect.Result, chosen func(detect.Finding) bool) error {
	type look struct {
		level                detect.Level
		count                int64
		first, last          string
		ips, actors, actions string
	}
	looks := func(r *detect.Result) map[string]look {
		out := map[string]look{}
		for _, f := range r.Findings {
			if chosen(f) {
				out[f.ID] = look{
					f.Level, f.Count, f.FirstSeen.UTC().String(), f.LastSeen.UTC().String(),
					fmt.Sprintf("%q", f.IPs), fmt.Sprintf("%q", f.Actors), fmt.Sprintf("%q", f.Actions),
				}
			}
		}
		return out
	}
	if !reflect.DeepEqual(looks(t.last), looks(now)) {
		return errors.New("it is not any more as the last result has it\n" +
			"hint: breachwindow run, look at it again, then decide")
	}
	return nil
}

// sightings are the chosen findings in full. Of a secret's, those that cannot be compared later, or
// that rest on a decision themselves, are left out: they go on to count.
func (t *triager) sightings(
	now *detect.Result, chosen func(detect.Finding) bool, isSecret bool,
) (out []detect.Sighting, err error) {
	wanted := map[string]bool{}
	for _, f := range now.Findings {
		wanted[f.ID] = chosen(f)
	}
	for _, s := range now.Sightings {
		if !wanted[s.Finding] {
			continue
		}
		switch {
		case isSecret && s.Comparable() && s.Triageable():
		case isSecret:
			t.note("finding %s (%s) is not covered by it and goes on to count", s.Finding, s.Query)
			continue
		case !s.Triageable():
			return nil, errors.New("it rests on a decision on uses, which stands until it is taken back\n" +
				"hint: breachwindow triage lists them; --undo with the same selectors takes one back")
		case t.f.as == detect.Benign && !s.Comparable():
			return nil, errors.New("it has so many addresses, actors or actions that nobody could tell " +
				"what came later\nhint: select its uses instead: --ip, --agent, --actor")
		}
		out = append(out, s)
	}
	return out, nil
}

func (t *triager) ids() (ids []string) {
	for _, s := range t.last.Secrets {
		ids = append(ids, s.ID)
	}
	for _, f := range t.last.Findings {
		ids = append(ids, f.ID)
	}
	return ids
}

// unknown is the error of an id that the case does not have.
func (t *triager) unknown(id string, log []store.Decision) error {
	ids := t.ids()
	for _, d := range log {
		ids = append(ids, d.Subject)
	}
	hint := "breachwindow report lists the ids"
	if near, ok := inventory.Nearest(id, ids); ok {
		hint = "did you mean " + near + "?"
	}
	return fmt.Errorf("%s: no secret or finding of the last result\nhint: %s", id, hint)
}

// answer answers again and writes the result.
func (t *triager) answer(ctx context.Context) (*detect.Result, error) {
	if !t.ready {
		if _, err := t.prepare(ctx, t.c, nil); err != nil {
			return nil, err
		}
	}
	r, err := t.detect(ctx, t.c, detectFlags{queryDir: t.f.queryDir})
	if err != nil {
		return nil, err
	}
	_, err = t.saveResult(r)
	return r, err
}

// warn tells of decisions that have no effect here.
func (t *triager) warn(r *detect.Result, list []store.Decision) {
	for _, c := range r.Triage {
		for _, d := range list {
			if c.State == detect.Lost && isOf(c, d) {
				t.note("%s %s: it matches nothing in this case, so it has no effect: %s", d.Decision,
					subjectOf(d), t.why(d))
			}
		}
	}
}

// warnOfNames tells what a decision that names no address is worth: whoever has the secret acts in its
// name, and says of himself what agent he is.
func (t *triager) warnOfNames(list []store.Decision) {
	var wide []string
	for _, d := range list {
		if d.Kind == "use" && d.Decision == detect.Benign && d.IP == "" {
			wide = append(wide, "benign "+subjectOf(d))
		}
	}
	if len(wide) == 0 {
		return
	}
	what := wide[0]
	if n := len(wide) - 1; n > 0 {
		what += fmt.Sprintf(" and %d more", n)
	}
	t.note("%s: it names no address. Who stole a secret acts in its name too and can call himself any "+
		"agent: his uses are expected as well. If you know from where yours came, take it back with --undo "+
		"and give --ip too", what)
}

func (t *triager) why(d store.Decision) string {
	l, err := lineOf(d)
	switch {
	case d.Kind == "use":
		return "no use since a window opened fits"
	case d.Kind == "finding" && err == nil && len(l.Seen) == 1:
		return fmt.Sprintf("%s finds nothing like it (secret %q)", l.Seen[0].Query, l.Seen[0].Secret)
	}
	return "no " + d.Kind + " has this id"
}

// changes prints the verdicts that are others than in the last result.
func (t *triager) changes(r *detect.Result) error {
	before := map[string]detect.Verdict{}
	for _, s := range t.last.Secrets {
		before[s.ID] = s.Verdict
	}
	p := &printer{w: t.out}
	for _, d := range r.Triage {
		if t.f.selects() && t.f.from == "" && d.Kind == "use" && !d.At.Before(t.at) {
			p.line("%s: %d since the windows opened", report.Clean(d.On()),
				d.Matches)
		}
	}
	changed := 0
	for _, s := range report.Worst(r.Secrets) {
		old, known := before[s.ID]
		switch {
		case !known:
			p.line("%s: %s", report.Clean(s.ID), s.Verdict)
		case old != s.Verdict:
			p.line("%s: %s -> %s", report.Clean(s.ID), old, s.Verdict)
		default:
			continue
		}
		changed++
	}
	if changed == 0 {
		p.line("No verdict changed.")
	}
	return p.err
}

func distinct(list []string) (out []string) {
	for _, x := range list {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
