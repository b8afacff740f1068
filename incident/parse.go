package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// The words that a profile may use. The kinds are those of the inventory.
var (
	kinds = []string{
		"aws-access-key", "github-token", "github-oauth-grant", "github-app-key", "ssh-key",
		"circleci-project-token", "circleci-personal-token", "circleci-runner-token", "other",
	}
	confidences = []string{"high", "medium", "low"}
	precisions  = []string{"month", "day", "hour", "minute", "second"}
	topics      = []string{"blind", "conflict", "downstream", "indicators", "notice", "scope"}
)

var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Parse reads a profile. Its error lists all mistakes of the file, one a line, each as
// name:line:column: message.
func Parse(name string, data []byte) (*Incident, error) {
	d := &document{name: name, seen: map[string]position{}}
	in := &Incident{}
	if root := d.root(data); root != nil {
		d.incident(root, in)
		for _, check := range d.later {
			check(in)
		}
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	in.Hash = hex.EncodeToString(sum[:])
	slices.SortStableFunc(in.Phases, func(a, b Phase) int { return a.At.Compare(b.At) })
	return in, nil
}

func (d *document) incident(n ast.Node, in *Incident) {
	at := d.mapping(n, "incident",
		field{"id", true, d.id(&in.ID)},
		field{"title", true, d.text(&in.Title)},
		field{"vendor", false, d.text(&in.Vendor)},
		field{"summary", false, d.text(&in.Summary)},
		field{"starts", false, d.timeOrNull(&in.Starts)},
		field{"starts_note", false, d.text(&in.StartsNote)},
		field{"ends", false, d.timeOrNull(&in.Ends)},
		field{"ends_note", false, d.text(&in.EndsNote)},
		field{"disclosed", false, d.timeOrNull(&in.Disclosed)},
		field{"created_before", false, d.timeOrNull(&in.CreatedBefore)},
		field{"created_before_note", false, d.text(&in.CreatedBeforeNote)},
		field{"downstream_open", false, d.boolean(&in.DownstreamOpen)},
		field{"sources", false, entries(d, &in.Sources, d.sourceEntry)},
		field{"phases", false, entries(d, &in.Phases, d.phase)},
		field{"kinds", false, entries(d, &in.Kinds, d.kind)},
		field{"revocations", false, entries(d, &in.Revocations, d.revocation)},
		field{"indicators", false, entries(d, &in.Indicators, d.indicator)},
		field{"guidance", false, entries(d, &in.Guidance, d.guidance)},
		field{"notes", false, entries(d, &in.Notes, d.note)},
	)
	if in.Starts == nil {
		return
	}
	start := in.Starts.Format(time.RFC3339)
	if in.Ends != nil && !in.Ends.After(*in.Starts) {
		d.refusef(at["ends"], "ends is not after starts: write a time after %s", start)
	}
	if in.CreatedBefore != nil && !in.CreatedBefore.After(*in.Starts) {
		d.refusef(at["created_before"], "created_before is not after starts: write a time after %s, "+
			"or leave it out", start)
	}
}

// entries returns a reader of a list into s.
func entries[T any](d *document, s *[]T, read func(ast.Node) T) func(ast.Node) {
	return d.list(func(n ast.Node) { *s = append(*s, read(n)) })
}

// id returns a reader of an id, which names the profile or a source and so must be plain.
func (d *document) id(s *string) func(ast.Node) {
	return func(n ast.Node) {
		text, ok := d.textOf(n)
		if ok && !idForm.MatchString(text) {
			d.refusef(n, "id %q is no id: write lower-case words with hyphens, as vendor-2023-01", text)
			return
		}
		*s = text
	}
}

// source returns a reader of the id of a source, which may be listed further down.
func (d *document) source(s *string) func(ast.Node) {
	return func(n ast.Node) {
		id, ok := d.textOf(n)
		if !ok {
			return
		}
		*s = id
		d.later = append(d.later, func(in *Incident) {
			if !slices.ContainsFunc(in.Sources, func(s Source) bool { return s.ID == id }) {
				d.refusef(n, "source %q is not in sources: write the id of one, or list it there", id)
			}
		})
	}
}

func (d *document) confidence(s *string) func(ast.Node) {
	return d.oneOf(s, "confidence", confidences)
}

func (d *document) sourceEntry(n ast.Node) Source {
	var s Source
	at := d.mapping(n, "source",
		field{"id", true, d.id(&s.ID)},
		field{"url", false, d.text(&s.URL)},
		field{"what", true, d.text(&s.What)},
	)
	if s.ID != "" {
		d.once("source", s.ID, at["id"])
	}
	return s
}

// phase reads one step. Without a precision, a date alone is exact to the day, any other
// time to the minute.
func (d *document) phase(n ast.Node) Phase {
	p := Phase{Confidence: "high"}
	at := d.mapping(n, "phase",
		field{"at", true, d.time(&p.At)},
		field{"precision", false, d.oneOf(&p.Precision, "precision", precisions)},
		field{"what", true, d.text(&p.What)},
		field{"confidence", false, d.confidence(&p.Confidence)},
		field{"source", true, d.source(&p.Source)},
	)
	if at["precision"] == nil {
		p.Precision = "minute"
		if s, ok := at["at"].(*ast.StringNode); ok && len(s.Value) == len(time.DateOnly) {
			p.Precision = "day"
		}
	}
	return p
}

func (d *document) kind(n ast.Node) AffectedKind {
	k := AffectedKind{Confidence: "high"}
	at := d.mapping(n, "kind",
		field{"kind", true, d.oneOf(&k.Kind, "kind", kinds)},
		field{"exposed", true, d.boolean(&k.Exposed)},
		field{"held_as", false, d.list(func(n ast.Node) {
			if place, ok := d.textOf(n); ok {
				k.HeldAs = append(k.HeldAs, place)
			}
		})},
		field{"what", false, d.text(&k.What)},
		field{"confidence", false, d.confidence(&k.Confidence)},
		field{"source", true, d.source(&k.Source)},
	)
	if k.Kind != "" {
		d.once("kind", k.Kind, at["kind"])
	}
	return k
}

func (d *document) revocation(n ast.Node) Revocation {
	var r Revocation
	at := d.mapping(n, "revocation",
		field{"kind", true, d.oneOf(&r.Kind, "kind", kinds)},
		field{"identifier", false, d.text(&r.Identifier)},
		field{"at", true, d.time(&r.At)},
		field{"created_before", false, d.timeOrNull(&r.CreatedBefore)},
		field{"what", true, d.text(&r.What)},
		field{"confidence", true, d.confidence(&r.Confidence)},
		field{"source", true, d.source(&r.Source)},
	)
	if r.At.IsZero() {
		return r
	}
	d.later = append(d.later, func(in *Incident) {
		if in.Starts != nil && !r.At.After(*in.Starts) {
			d.refusef(at["at"], "the revocation is not after starts: write a time after %s",
				in.Starts.Format(time.RFC3339))
		}
	})
	return r
}

func (d *document) guidance(n ast.Node) Guidance {
	var g Guidance
	d.mapping(n, "guidance",
		field{"kind", true, d.oneOf(&g.Kind, "kind", kinds)},
		field{"text", true, d.text(&g.Text)},
		field{"evidence", false, d.text(&g.Evidence)},
		field{"source", true, d.source(&g.Source)},
	)
	return g
}

func (d *document) note(n ast.Node) Note {
	t := Note{Confidence: "high"}
	d.mapping(n, "note",
		field{"about", true, d.oneOf(&t.About, "about", topics)},
		field{"text", true, d.text(&t.Text)},
		field{"confidence", false, d.confidence(&t.Confidence)},
		field{"source", true, d.source(&t.Source)},
	)
	return t
}
