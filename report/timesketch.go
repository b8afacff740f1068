package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"breachwindow/detect"
)

// Bounds of what Timesketch gets: OpenSearch indexes no term of more than 32,766 bytes, and refuses
// or forgets a field that has one.
const (
	maxSketchText  = 8 << 10
	maxSketchValue = 2 << 10  // of a list
	maxSketchList  = 30 << 10 // the values of a list together
)

// sketchLayout always has the microseconds: Timesketch's importer reads the times of a chunk at
// once, in the form of the first, and drops those of another.
const sketchLayout = "2006-01-02T15:04:05.000000+00:00"

// sketchEvent is a line of Timesketch's JSONL. Message, datetime and timestamp_desc are required. A
// field has the same type in every line, else OpenSearch refuses the line; for that reason the
// attributes of a finding, which are the detection's own, stand in one list.
type sketchEvent struct {
	Message       string `json:"message"`
	Datetime      string `json:"datetime"`
	TimestampDesc string `json:"timestamp_desc"`
	DataType      string `json:"data_type"` // breachwindow:finding, :secret, :chain …
	Case          string `json:"case,omitempty"`
	IncidentID    string `json:"incident_id,omitempty"`

	SecretID   string   `json:"secret_id,omitempty"`
	SecretKind string   `json:"secret_kind,omitempty"`
	Verdict    string   `json:"verdict,omitempty"`
	Rotation   string   `json:"rotation,omitempty"`
	FindingID  string   `json:"finding_id,omitempty"`
	RuleID     string   `json:"rule_id,omitempty"`
	Level      string   `json:"level,omitempty"`
	Credential string   `json:"credential,omitempty"`
	Parent     string   `json:"parent_credential,omitempty"`
	Object     string   `json:"object,omitempty"` // what was made or read
	LogSource  string   `json:"log_source,omitempty"`
	LogScope   string   `json:"log_scope,omitempty"`
	Count      int64    `json:"event_count,omitempty"`
	SourceIP   []string `json:"source_ip,omitempty"`
	SourceName []string `json:"source_name,omitempty"` // a service's, where a log has no address
	Actor      []string `json:"actor,omitempty"`
	Action     []string `json:"action,omitempty"`
	EventID    []string `json:"event_id,omitempty"`
	Evidence   []string `json:"evidence,omitempty"` // FILE:POSITION
	Attack     []string `json:"attack_id,omitempty"`
	Attributes []string `json:"attributes,omitempty"` // NAME=VALUE
	Triage     string   `json:"triage,omitempty"`     // of the finding, else of the secret, in words
	Tag        []string `json:"tag,omitempty"`

	at time.Time
}

// Timesketch writes the result as a timeline for Timesketch: a line of JSON for every thing that
// has a time, in the order of time. Findings and chains stand where they began and, apart, where
// they ended. The file's name must end in .jsonl.
func Timesketch(w io.Writer, r *detect.Result) error {
	s := sketch{r: cleaned(r), verdicts: map[string]detect.SecretAnswer{}}
	s.known = byIP(s.r.Addresses)
	for _, a := range s.r.Secrets {
		s.verdicts[a.ID] = a
	}
	s.attack = attackOf(s.r.Queries)
	s.incident()
	s.secrets()
	s.findings()
	s.chain()
	s.exposedNext()
	s.rotations()
	s.gaps()
	slices.SortStableFunc(s.events, func(a, b sketchEvent) int { return a.at.Compare(b.at) })
	return writeLines(w, "timeline", s.events)
}

// sketch gathers the events of a timeline.
type sketch struct {
	r        *detect.Result
	verdicts map[string]detect.SecretAnswer
	known    map[string]detect.Address
	attack   map[string][]string
	events   []sketchEvent
}

// add adds an event with what all have, within Timesketch's bounds.
func (s *sketch) add(at time.Time, desc string, e sketchEvent) {
	e.at = at.UTC().Truncate(time.Microsecond)
	e.Datetime, e.TimestampDesc = e.at.Format(sketchLayout), desc
	e.Case, e.IncidentID = s.r.Case, s.r.Incident.ID
	if a, ok := s.verdicts[e.SecretID]; ok && e.SecretID != "" {
		e.SecretKind, e.Verdict, e.Rotation = a.Kind, string(a.Verdict), a.Rotation
	}
	for _, text := range []*string{
		&e.Message, &e.Case, &e.IncidentID, &e.SecretID, &e.SecretKind, &e.Rotation, &e.FindingID,
		&e.RuleID, &e.Credential, &e.Parent, &e.Object, &e.LogSource, &e.LogScope, &e.Verdict, &e.Level,
		&e.Triage,
	} {
		*text = cut(*text, maxSketchText)
	}
	for _, values := range []*[]string{
		&e.SourceIP, &e.SourceName, &e.Actor, &e.Action, &e.EventID, &e.Evidence, &e.Attack,
		&e.Attributes,
	} {
		*values = bounded(*values)
	}
	s.events = append(s.events, e)
}

// bounded keeps a list within what Timesketch indexes, and says what it leaves out.
func bounded(values []string) []string {
	out, size := make([]string, 0, len(values)), 0
	for i, v := range values {
		v = cut(v, maxSketchValue)
		if size += len(v); size > maxSketchList {
			return append(out, fmt.Sprintf("and %d more", len(values)-i))
		}
		out = append(out, v)
	}
	return out
}

// span adds the two ends of a thing, or the one that it has.
func (s *sketch) span(from, to time.Time, first, last string, e sketchEvent) {
	s.add(from, first, e)
	if to.After(from) {
		s.add(to, last, e)
	}
}

func (s *sketch) incident() {
	n := s.r.Incident
	for _, x := range []struct {
		at   *time.Time
		desc string
	}{{n.Starts, "Incident starts"}, {n.Disclosed, "Incident disclosed"}, {n.Ends, "Incident ends"}} {
		if x.at != nil {
			s.add(*x.at, x.desc, sketchEvent{
				Message:  cmp.Or(n.Title, n.ID, "the incident") + ": " + strings.ToLower(x.desc),
				DataType: "breachwindow:incident",
			})
		}
	}
	for _, p := range n.Phases {
		s.add(p.At, "Incident phase", sketchEvent{
			Message: phaseText(p), DataType: "breachwindow:incident",
		})
	}
}

func (s *sketch) secrets() {
	for _, a := range s.r.Secrets {
		name := "secret " + a.ID + " (" + a.Kind + ", " + string(a.Verdict) + ")"
		for _, x := range []struct {
			at         *time.Time
			desc, text string
		}{
			{a.ExposedAt, "Exposure window opens", "the window of " + name + " opens"},
			{a.FirstUse, "First use in the window", name + " is used for the first time in its window"},
			{a.LastUse, "Last use in the window", name + " is used for the last time in its window"},
			{a.RotatedAt, "Rotation declared", name + " was rotated, as the customer says"},
			{a.RevokedAt, "Revocation proved", name + " stops working, as a log proves"},
			{
				a.WindowEnd, "Exposure window closes",
				"the window of " + name + " closes, rotation " + a.Rotation,
			},
		} {
			if x.at != nil {
				s.add(*x.at, x.desc, sketchEvent{
					Message: x.text, DataType: "breachwindow:secret", SecretID: a.ID,
					Triage: TriageText(a.Triage), Tag: triageTag(a.Triage),
				})
			}
		}
	}
}

func (s *sketch) findings() {
	for _, f := range s.r.Findings {
		text := string(f.Level) + ": " + f.Title
		if f.Secret != "" {
			text += " Secret " + f.Secret
		}
		if len(f.Events) > 0 {
			text += ", " + count(f.Count, "event")
		}
		if len(f.IPs) > 0 {
			text += " from " + s.someOf(f.IPs)
		}
		if mark := triageMark(f.Triage); mark != "" {
			text += ", triage: " + mark
		}
		ips, names := splitAddresses(f.IPs)
		s.span(f.FirstSeen, f.LastSeen, "Finding first seen", "Finding last seen", sketchEvent{
			Message: text, DataType: "breachwindow:finding", SecretID: f.Secret, FindingID: f.ID,
			RuleID: f.Query, Level: string(f.Level), Credential: f.Credential, Count: f.Count,
			SourceIP: ips, SourceName: names, Actor: f.Actors, Action: f.Actions, EventID: f.Events,
			Evidence: evidenceOf(f.Places), Attack: s.attack[f.Query], Attributes: pairs(f),
			Tag:    append([]string{"breachwindow-finding", string(f.Level)}, triageTag(f.Triage)...),
			Triage: TriageText(f.Triage),
		})
	}
}

// triageTag is what to filter by: what was triaged benign is there, and can be left out.
func triageTag(t *detect.Triage) []string {
	mark := strings.ReplaceAll(triageMark(t), " ", "-")
	if mark == "" {
		return nil
	}
	return []string{"breachwindow-triage-" + mark}
}

// rotations are who ended the exposed secrets, with whether the case names them.
func (s *sketch) rotations() {
	for i := range s.r.Responders {
		w := &s.r.Responders[i]
		for _, x := range w.Rotations {
			who := "likely a responder, the case does not name them"
			if w.Named {
				who = "a responder of the case"
			}
			ips, names := splitAddresses(present(x.IP))
			s.add(x.At, "Secret ended", sketchEvent{
				Message:  fmt.Sprintf("secret %s was %s by %s, %s", x.Secret, x.How, w.Actor, who),
				DataType: "breachwindow:responder", SecretID: x.Secret, Credential: x.Credential,
				SourceIP: ips, SourceName: names, Actor: present(w.Actor), Action: present(x.How),
				EventID: present(x.Event), Tag: []string{"breachwindow-responder"},
			})
		}
	}
}

// someOf writes the first of many addresses, with what is known of them.
func (s *sketch) someOf(ips []string) string {
	const most = 3
	text := strings.Join(described(ips[:min(len(ips), most)], s.known), ", ")
	if left := len(ips) - most; left > 0 {
		text += fmt.Sprintf(" and %d more", left)
	}
	return text
}

func (s *sketch) chain() {
	for _, m := range s.r.Lineage {
		e := sketchEvent{
			Message:  fmt.Sprintf("%s made %s by %s, used %d times", m.Parent, m.Child, m.How, m.Uses),
			DataType: "breachwindow:chain", SecretID: m.Secret, Credential: m.Child, Parent: m.Parent,
			Action: []string{m.How}, Object: m.Target, Count: m.Uses, EventID: present(m.Event),
		}
		if m.Outlived {
			e.Message += "; it outlived its secret's window"
			e.Tag = []string{"breachwindow-outlived"}
		}
		s.add(m.At, "Credential made", e)
		if m.Ends != nil {
			s.add(*m.Ends, "Credential ends", e)
		}
	}
}

func (s *sketch) exposedNext() {
	for _, x := range s.r.ExposedNext {
		text := fmt.Sprintf("%s %s was read with %s by %s", x.What, x.Name, x.Credential, x.Action)
		if !x.Certain {
			text += ", perhaps by its owner"
		}
		e := sketchEvent{
			Message: text, DataType: "breachwindow:exposed_next", SecretID: x.Secret,
			Credential: x.Credential, Object: x.Name, Action: []string{x.Action}, Count: x.Reads,
			EventID: present(x.Event), Tag: []string{"breachwindow-exposed-next"},
		}
		s.span(x.FirstSeen, x.LastSeen, "Exposed next, first read", "Exposed next, last read", e)
	}
}

func (s *sketch) gaps() {
	for _, c := range s.r.Coverage {
		for _, g := range c.Gaps {
			s.span(g.From, g.To, "Coverage gap begins", "Coverage gap ends", sketchEvent{
				Message: fmt.Sprintf("no log of %s %s for %s: what happened then cannot be seen",
					c.Source, c.Scope, gapText(g)),
				DataType: "breachwindow:coverage_gap", LogSource: c.Source, LogScope: c.Scope,
				Tag: []string{"breachwindow-gap"},
			})
		}
	}
}
