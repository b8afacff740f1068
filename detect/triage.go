package detect

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What people decided on findings, secrets and uses is a log in table triage, of which view decisions
// has what counts. Here it is held against what the detections find now.

// The decisions. Open takes an earlier one back.
const (
	Benign    = "benign"
	Confirmed = "confirmed"
	NeedsWork = "needs-work"
	Open      = "open"
)

// The states of a decision that was not taken back.
const (
	Holds   = "holds"
	Outgrew = "outgrown"        // what was found benign is not what was looked at: it counts again
	Lost    = "matches nothing" // of this case, as it is now
)

// confirmedUses is the detection of what a person confirmed. A decision on its findings could only
// contradict the one that they rest on.
const confirmedUses = "any/use-confirmed"

// maxSeen bounds what of a finding is compared: distinct addresses, actors and actions, each. One
// that has more cannot be found benign.
const maxSeen = 10_000

// Triage is the mark that a decision leaves on what it is about.
type Triage struct {
	Decision string    `json:"decision"` // benign, confirmed, needs-work
	Note     string    `json:"note"`
	Author   string    `json:"author"`
	At       time.Time `json:"at"`
	State    string    `json:"state"` // holds, outgrown, matches nothing
	// Since is what came after the decision, in words.
	Since string `json:"since,omitempty"`
	// Had is what a finding was when it was triaged, in words.
	Had string `json:"had,omitempty"`
	// Of is secret where a finding is marked by the decision on its secret.
	Of string `json:"of,omitempty"`
}

// confirms is of nil too.
func (t *Triage) confirms() bool { return t != nil && t.Decision == Confirmed }

// Benign tells that a finding was triaged benign, and that this holds.
func (f Finding) Benign() bool {
	return f.Triage != nil && f.Triage.Decision == Benign && f.Triage.State == Holds
}

// Decision is a decision that counts: on a finding or a secret, by its id, or on all uses that fit
// every selector that is set.
type Decision struct {
	Kind    string `json:"kind"` // finding, secret, use
	Subject string `json:"subject,omitempty"`
	Secret  string `json:"secret,omitempty"`
	IP      string `json:"ip,omitempty"` // or network
	Agent   string `json:"agent,omitempty"`
	Actor   string `json:"actor,omitempty"`
	Triage
	Matches int64 `json:"matches"` // findings, of a use the uses since the window opened
}

// On says what it is about.
func (d Decision) On() string {
	var b strings.Builder
	if d.Kind != "use" {
		b.WriteString(d.Kind + " " + d.Subject)
		if d.Secret != "" {
			b.WriteString(" of " + d.Secret)
		}
		return b.String()
	}
	b.WriteString("uses")
	for _, part := range [][2]string{
		{" of ", d.Secret}, {" from ", d.IP}, {" by agent ", d.Agent}, {" by ", d.Actor},
	} {
		if part[1] != "" {
			b.WriteString(part[0] + part[1])
		}
	}
	return b.String()
}

// Sighting is a finding as triage compares it: what tells it from others, beside the name of the
// case, and what it had. An empty address, actor or action stands for events without one.
type Sighting struct {
	Finding string      `json:"finding"`
	Query   string      `json:"query"`
	Secret  string      `json:"secret"`
	Group   [][2]string `json:"group"` // the columns that make one finding, and its values
	Level   Level       `json:"level"`
	Count   int64       `json:"count"`
	IPs     []string    `json:"ips"`
	Actors  []string    `json:"actors"`
	Actions []string    `json:"actions"`
	// Targets are those of the events without an address: of who acted they tell the most.
	Targets []string `json:"targets,omitempty"`
}

// In returns the finding as the case of that name has it.
func (s Sighting) In(caseName string) Sighting {
	parts := []string{caseName, s.Query, s.Secret}
	for _, g := range s.Group {
		parts = append(parts, g[0], g[1])
	}
	s.Finding = findingID(parts)
	return s
}

// Comparable tells whether all that it has is there to compare with later.
func (s Sighting) Comparable() bool {
	return max(len(s.IPs), len(s.Actors), len(s.Actions), len(s.Targets)) <= maxSeen
}

// Triageable tells whether a decision on the finding can have an effect.
func (s Sighting) Triageable() bool { return s.Query != confirmedUses }

// had says what it was.
func (s Sighting) had() string {
	text := plural(s.Count, "event")
	if n := len(shown(s.IPs)); n > 0 {
		text += " from " + strings.Replace(plural(int64(n), "address"), "addresss", "addresses", 1)
	}
	return text
}

// since says what it has that was not there then, and whether that is more than a number.
func (s Sighting) since(then Sighting) (text string, outgrown bool) {
	var news []string
	if s.Level.rank() > then.Level.rank() {
		news = append(news, "new level "+string(s.Level))
	}
	if !s.Comparable() || !then.Comparable() {
		news = append(news, "more of it than can be compared")
	}
	for _, part := range []struct {
		one, many string
		now, then []string
	}{
		{"address", "addresses", s.IPs, then.IPs},
		{"actor", "actors", s.Actors, then.Actors},
		{"action", "actions", s.Actions, then.Actions},
		{"target", "targets", s.Targets, then.Targets},
	} {
		known := map[string]bool{}
		for _, x := range part.then {
			known[x] = true
		}
		fresh := slices.DeleteFunc(slices.Clone(part.now), func(x string) bool { return known[x] })
		if len(fresh) > 0 && fresh[0] == "" {
			fresh = fresh[1:]
			news = append(news, "new events without "+part.one)
		}
		switch {
		case len(fresh) == 1:
			news = append(news, "new "+part.one+" "+fresh[0])
		case len(fresh) > 1:
			news = append(news, "new "+part.many+" "+some(fresh, 3))
		}
	}
	if len(news) > 0 {
		return strings.Join(news, ", "), true
	}
	if n := s.Count - then.Count; n > 0 {
		return plural(n, "more event") + " of the same kind", false
	}
	return "", false
}

// decided is a row of view decisions.
type decided struct {
	Decision
	at   string // the key of its uses
	seen map[string]Sighting
}

// readDecided reads the decisions as those of the case of that name. Findings are found again by what
// they are: their ids have the name of the case in them, and its folder may have got another one.
func readDecided(ctx context.Context, db Querier, caseName string) ([]decided, error) {
	all, err := collect(ctx, db, `
		SELECT kind, subject, coalesce(secret, ''), coalesce(ip, ''), coalesce(agent, ''),
		  coalesce(actor, ''), decision, note, author, decided_at, seen,
		  concat_ws(' ', CAST(decided_at AS VARCHAR), coalesce(secret, '-'), coalesce(ip_from, '-'),
		    coalesce(ip_to, '-'), coalesce(agent_like, '-'), coalesce(actor_like, '-'))
		FROM decisions ORDER BY entry`, func(rows *sql.Rows) (d decided, err error) {
		var seen string
		err = rows.Scan(&d.Kind, &d.Subject, &d.Secret, &d.IP, &d.Agent, &d.Actor, &d.Triage.Decision,
			&d.Note, &d.Author, &d.At, &seen, &d.at)
		if err != nil {
			return d, err
		}
		d.At, d.State = d.At.UTC(), Holds
		var list []Sighting
		if err := json.Unmarshal([]byte(seen), &list); err != nil {
			return d, fmt.Errorf("what was seen of %s %s: %w", d.Kind, d.Subject, err)
		}
		d.seen = map[string]Sighting{}
		for _, s := range list {
			s = s.In(caseName)
			d.seen[s.Finding] = s
			if d.Kind == "finding" {
				d.Subject = s.Finding
			}
		}
		return d, nil
	})
	return newestOf(all), err
}

// readTriage marks the findings with what was decided on them, and lists what counts.
func readTriage(ctx context.Context, db Querier, r *Result) error {
	all, err := readDecided(ctx, db, r.Case)
	if err != nil {
		return fmt.Errorf("triage: %w", err)
	}
	uses, err := counts(ctx, db, `
		SELECT concat_ws(' ', CAST(decided_at AS VARCHAR), coalesce(for_secret, '-'), coalesce(ip_from, '-'),
		    coalesce(ip_to, '-'), coalesce(agent_like, '-'), coalesce(actor_like, '-')), count(*)
		FROM triaged_uses GROUP BY 1`)
	if err != nil {
		return fmt.Errorf("triage: %w", err)
	}
	secrets, err := counts(ctx, db, `SELECT id, count(*) FROM secrets GROUP BY id`)
	if err != nil {
		return fmt.Errorf("triage: %w", err)
	}
	now := map[string]Sighting{}
	for _, s := range r.Sightings {
		now[s.Finding] = s
	}
	own, ofSecret := map[string]*decided{}, map[string]*decided{}
	for i := range all {
		switch d := &all[i]; d.Kind {
		case "finding":
			own[d.Subject] = d
		case "secret":
			ofSecret[d.Subject] = d
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Triage = markOf(*f, now[f.ID], own[f.ID], ofSecret[f.Secret])
	}
	r.Triage = []Decision{}
	for _, d := range all {
		if d.Triage.Decision == Open {
			continue
		}
		switch d.Kind {
		case "finding":
			d.weighFinding(now, secrets)
		case "secret":
			d.weighSecret(r.Findings, now, secrets[d.Subject] > 0)
		default:
			if d.Matches = uses[d.at]; d.Matches == 0 {
				d.State = Lost
			}
		}
		r.Triage = append(r.Triage, d.Decision)
	}
	return nil
}

func counts(ctx context.Context, db Querier, query string) (map[string]int64, error) {
	type row struct {
		key string
		n   int64
	}
	all, err := collect(ctx, db, query, func(rows *sql.Rows) (x row, err error) {
		return x, rows.Scan(&x.key, &x.n)
	})
	out := map[string]int64{}
	for _, x := range all {
		out[x.key] = x.n
	}
	return out, err
}

// markOf is the mark on a finding: by its own decision, or by a newer one of its secret that finds
// benign what the secret had then. What was confirmed stays so until that itself is taken back.
func markOf(f Finding, now Sighting, own, secret *decided) *Triage {
	if f.Query == confirmedUses {
		return nil
	}
	if own != nil && own.Triage.Decision == Confirmed {
		return own.mark(f, now)
	}
	if secret != nil && !secret.covers(f, own) {
		secret = nil
	}
	var outgrown *Triage
	for _, d := range []*decided{own, secret} {
		if d == nil || d.Triage.Decision != Benign {
			continue
		}
		mark := d.mark(f, now)
		if mark.State == Holds {
			return mark
		}
		outgrown = cmp.Or(outgrown, mark)
	}
	if own != nil && own.Triage.Decision == NeedsWork && secret == nil {
		return own.mark(f, now)
	}
	return outgrown
}

// covers tells whether a decision on a secret finds a finding benign, and is newer than the finding's
// own, if there is one.
func (d *decided) covers(f Finding, own *decided) bool {
	_, seen := d.seen[f.ID]
	return seen && d.Triage.Decision == Benign && (own == nil || d.At.After(own.At))
}

// mark holds a decision against a finding as it is.
func (d *decided) mark(f Finding, now Sighting) *Triage {
	t := d.Triage
	t.State = Holds
	if d.Kind == "secret" {
		t.Of = "secret"
	}
	if then, ok := d.seen[f.ID]; ok {
		var outgrown bool
		t.Had = then.had()
		if t.Since, outgrown = now.since(then); outgrown && t.Decision == Benign {
			t.State = Outgrew
		}
	} else if t.Decision == Benign { // of what nobody knows what it was
		t.State, t.Since = Outgrew, "what it was then is not recorded"
	}
	return &t
}

// weighFinding says what became of a decision on a finding. What was confirmed of a secret does not
// end with its finding: another decision, the inventory or the program may be why it is not found.
func (d *decided) weighFinding(now map[string]Sighting, secrets map[string]int64) {
	s, ok := now[d.Subject]
	if !ok {
		d.State, d.Secret = Lost, d.seen[d.Subject].Secret
		if d.Triage.Decision == Confirmed && secrets[d.Secret] > 0 {
			d.State, d.Since = Holds, notFound
		}
		return
	}
	d.Matches, d.Secret = 1, s.Secret
	d.Triage = *d.mark(Finding{ID: d.Subject}, s)
}

// weighSecret says what became of a decision on a secret. What is new counts by itself; here it is
// told.
func (d *decided) weighSecret(findings []Finding, now map[string]Sighting, there bool) {
	if !there {
		d.State = Lost
		return
	}
	fresh, grown := int64(0), int64(0)
	for _, f := range findings {
		then, covered := d.seen[f.ID]
		if covered {
			d.Matches++
		}
		if f.Secret != d.Subject || d.Triage.Decision != Benign || !f.weighs() {
			continue
		}
		if !covered {
			fresh++
		} else if _, outgrown := now[f.ID].since(then); outgrown {
			grown++
		}
	}
	if fresh+grown > 0 {
		d.State = Outgrew
		var news []string
		if grown > 0 {
			news = append(news, plural(grown, "finding")+" with new addresses, actors or actions")
		}
		if fresh > 0 {
			news = append(news, plural(fresh, "new finding"))
		}
		d.Since = strings.Join(news, ", ")
	}
}

// weighs tells whether a finding is a ground for a verdict by itself.
func (f Finding) weighs() bool {
	return f.Level.rank() >= Medium.rank() && !aboutRotation(f.Query) && !f.Benign()
}

// onSecret is the mark on a secret, nil if there is none.
func onSecret(all []Decision, secret string) *Triage {
	for _, d := range all {
		if d.Kind == "secret" && d.Subject == secret {
			t := d.Triage
			return &t
		}
	}
	return nil
}

// triagedUses are uses of a secret that only a decision makes expected.
type triagedUses struct {
	secret, author, note string
	at                   time.Time
	uses                 int64
}

func readTriagedUses(ctx context.Context, db Querier) (map[string][]triagedUses, error) {
	all, err := collect(ctx, db, `
		SELECT secret, author, note, decided_at, count(*) FROM triaged_uses
		WHERE decision = 'benign' AND alone
		GROUP BY secret, author, note, decided_at ORDER BY secret, decided_at, author, note`,
		func(rows *sql.Rows) (t triagedUses, err error) {
			err = rows.Scan(&t.secret, &t.author, &t.note, &t.at, &t.uses)
			return t, err
		})
	if err != nil {
		return nil, fmt.Errorf("triaged uses: %w", err)
	}
	out := map[string][]triagedUses{}
	for _, t := range all {
		out[t.secret] = append(out[t.secret], t)
	}
	return out, nil
}
