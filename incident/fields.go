package incident

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// field is one key that a mapping may have, and what reads its value.
type field struct {
	key      string
	required bool
	read     func(ast.Node)
}

// mapping reads the fields of n, which is an entry of that name, and returns the values that
// it met, so that checks across fields can point at them. It refuses keys that are unknown,
// repeated or missing.
func (d *document) mapping(n ast.Node, name string, fields ...field) map[string]ast.Node {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.refusef(n, "%s: found %s: write keys and values", name, found(n))
		return nil
	}
	values := make(map[string]ast.Node, len(m.Values))
	for _, entry := range m.Values {
		d.entry(entry, name, fields, values)
	}
	for _, f := range fields {
		if f.required && values[f.key] == nil {
			d.refusef(m, "%s: %s is missing: write %s: …", name, f.key, f.key)
		}
	}
	return values
}

func (d *document) entry(
	entry *ast.MappingValueNode, name string, fields []field, values map[string]ast.Node,
) {
	key, ok := entry.Key.(*ast.StringNode)
	if !ok {
		d.refusef(entry.Key, "%s: a key is no plain word: write one of %s", name, keys(fields))
		return
	}
	i := slices.IndexFunc(fields, func(f field) bool { return f.key == key.Value })
	switch {
	case i < 0:
		d.refusef(key, "%s: key %q is unknown: write one of %s", name, key.Value, keys(fields))
	case values[key.Value] != nil:
		d.refusef(key, "%s: key %s is repeated: write it once; the first is in line %d",
			name, key.Value, nodePosition(values[key.Value]).line)
	default:
		values[key.Value] = entry.Value
		fields[i].read(entry.Value)
	}
}

func keys(fields []field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.key
	}
	return strings.Join(names, ", ")
}

// list returns a reader of a list, whose entries read reads.
func (d *document) list(read func(ast.Node)) func(ast.Node) {
	return func(n ast.Node) {
		l, ok := n.(*ast.SequenceNode)
		if !ok {
			d.refusef(n, "found %s: write a list, or leave the key out", found(n))
			return
		}
		for _, v := range l.Values {
			read(v)
		}
	}
}

// text returns a reader of text into s.
func (d *document) text(s *string) func(ast.Node) {
	return func(n ast.Node) { *s, _ = d.textOf(n) }
}

// textOf returns the text of n without space around it.
func (d *document) textOf(n ast.Node) (string, bool) {
	var s string
	switch n := n.(type) {
	case *ast.StringNode:
		s = n.Value
	case *ast.LiteralNode:
		s = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		d.refusef(n, "found %s: write text; in quotes if it is meant as such", found(n))
		return "", false
	default:
		d.refusef(n, "found %s: write text, or leave the key out", found(n))
		return "", false
	}
	s = strings.TrimSpace(s)
	if s == "" {
		d.refusef(n, "the text is empty: write some, or leave the key out")
		return "", false
	}
	// Reports print these texts.
	if i := strings.IndexFunc(s, hidden); i >= 0 {
		d.refusef(n, "the text contains %+q: write it without invisible characters",
			[]rune(s[i:])[0])
		return "", false
	}
	return s, true
}

func hidden(r rune) bool {
	return r != '\n' && r != '\t' && !unicode.IsGraphic(r)
}

// oneOf returns a reader of one of the words into s.
func (d *document) oneOf(s *string, what string, words []string) func(ast.Node) {
	return func(n ast.Node) {
		text, ok := d.textOf(n)
		if !ok {
			return
		}
		if !slices.Contains(words, text) {
			d.refusef(n, "%s %q is unknown: write one of %s", what, text, strings.Join(words, ", "))
			return
		}
		*s = text
	}
}

func (d *document) boolean(b *bool) func(ast.Node) {
	return func(n ast.Node) {
		v, ok := n.(*ast.BoolNode)
		if !ok {
			d.refusef(n, "found %s: write true or false", found(n))
			return
		}
		*b = v.Value
	}
}

// time returns a reader of a time that must be there.
func (d *document) time(t *time.Time) func(ast.Node) {
	return func(n ast.Node) { *t, _ = d.timeOf(n) }
}

// timeOrNull returns a reader of a time that may be null, for unknown.
func (d *document) timeOrNull(t **time.Time) func(ast.Node) {
	return func(n ast.Node) {
		if _, null := n.(*ast.NullNode); null {
			return
		}
		if at, ok := d.timeOf(n); ok {
			*t = &at
		}
	}
}

// rfc3339 is stricter than time.Parse, which takes a comma and an hour of one digit.
var rfc3339 = regexp.MustCompile(
	`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$`)

const timeForm = "a time as 2006-01-02T15:04:05Z, or a date as 2006-01-02"

// timeOf reads an RFC 3339 time with its zone, or a date, which means its first midnight UTC.
func (d *document) timeOf(n ast.Node) (time.Time, bool) {
	if _, ok := n.(*ast.StringNode); !ok {
		d.refusef(n, "found %s: write %s", found(n), timeForm)
		return time.Time{}, false
	}
	text, ok := d.textOf(n)
	if !ok {
		return time.Time{}, false
	}
	layout := time.DateOnly
	if rfc3339.MatchString(text) {
		layout = time.RFC3339
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		d.refusef(n, "time %q %s", text, timeFault(text))
		return time.Time{}, false
	}
	t = t.UTC()
	// A slip of a digit in the year would open or close every window.
	if t.Year() < 2000 || t.Year() > 2100 {
		d.refusef(n, "time %q is in the year %d: write one between 2000 and 2100", text, t.Year())
		return time.Time{}, false
	}
	return t, true
}

func timeFault(text string) string {
	for _, layout := range []string{
		"2006-01-02T15:04:05", time.DateTime, "2006-01-02T15:04", "2006-01-02 15:04",
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return "has no zone: write " + t.Format(time.RFC3339) +
				", or the offset in place of Z"
		}
	}
	return "is no time: write " + timeForm
}
