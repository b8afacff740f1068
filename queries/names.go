package queries

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed names/*.txt
var nameFiles embed.FS

// Names are the events that are known, by source and service. A detection that waits for an event
// that does not exist is silent for ever, and no case of ours would show it.
type Names struct {
	services map[string]map[string][]string // source, service, its events
}

// KnownNames reads the lists in names/, which say how they were made.
func KnownNames() (Names, error) {
	n := Names{services: map[string]map[string][]string{}}
	for _, source := range Sources {
		text, err := nameFiles.ReadFile("names/" + source + ".txt")
		if err != nil {
			return n, fmt.Errorf("names: %w", err)
		}
		n.services[source] = servicesOf(source, string(text))
	}
	return n, nil
}

// servicesOf reads a list: comments, CloudTrail's services each before its indented events, and for
// the others only events, whose service is their first word.
func servicesOf(source, text string) map[string][]string {
	out := map[string][]string{}
	service := ""
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "#"):
		case source != "cloudtrail":
			for name := range strings.FieldsSeq(line) {
				word, _, _ := strings.Cut(name, ".")
				out[word] = append(out[word], name)
			}
		case strings.HasPrefix(line, " "):
			out[service] = append(out[service], strings.Fields(line)...)
		default:
			service = strings.TrimSpace(line) + ".amazonaws.com"
		}
	}
	return out
}

// Check refuses a detection that compares action or service with a name that does not exist, each
// with its file and line. A detection that names services may only wait for their events. A
// pattern (LIKE) must fit one name at least.
func (n Names) Check(q Query) error {
	literals := compared(q.Text)
	var named []literal
	var errs []error
	for _, l := range literals {
		if l.column != "service" {
			continue
		}
		named = append(named, l)
		if !n.some(q.Sources, func(service, _ string) bool { return l.fits(service) }) {
			errs = append(errs, l.unknown(q))
		}
	}
	for _, l := range literals {
		if l.column != "action" {
			continue
		}
		ok := n.some(q.Sources, func(service, event string) bool {
			return l.fits(event) && (len(named) == 0 ||
				slices.ContainsFunc(named, func(s literal) bool { return s.fits(service) }))
		})
		if !ok {
			errs = append(errs, l.unknown(q))
		}
	}
	return errors.Join(errs...)
}

func (n Names) some(sources []string, is func(service, event string) bool) bool {
	for _, source := range sources {
		for service, events := range n.services[source] {
			if slices.ContainsFunc(events, func(event string) bool { return is(service, event) }) {
				return true
			}
		}
	}
	return false
}

// literal is a string that a detection compares with a column.
type literal struct {
	column string // action, service
	text   string
	line   int
	like   *regexp.Regexp // of a pattern
}

func (l literal) fits(name string) bool {
	if l.like != nil {
		return l.like.MatchString(name)
	}
	return l.text == name
}

func (l literal) unknown(q Query) error {
	return &SyntaxError{q.ID + ".sql", l.line, fmt.Sprintf(
		"no %s %q is known among those of %s: see queries/names",
		map[string]string{"action": "event", "service": "service"}[l.column], l.text,
		strings.Join(q.Sources, ", "))}
}

// token is a word, a string, an operator or a parenthesis of SQL.
type token struct {
	text string
	line int
}

var tokenPattern = regexp.MustCompile(`--[^\n]*|'(?:[^']|'')*'|[A-Za-z_][\w.]*|<>|!=|<=|>=|\|\||\S`)

func tokens(text string) []token {
	var out []token
	line, at := 1, 0
	for _, m := range tokenPattern.FindAllStringIndex(text, -1) {
		line += strings.Count(text[at:m[0]], "\n")
		at = m[0]
		if s := text[m[0]:m[1]]; !strings.HasPrefix(s, "--") {
			out = append(out, token{s, line})
		}
	}
	return out
}

// compared finds the strings that columns action and service are compared with: by =, <>, LIKE and
// IN, from both sides, and in CASE column WHEN.
func compared(text string) []literal {
	ts := tokens(text)
	at := func(i int) string {
		if i < 0 || i >= len(ts) {
			return ""
		}
		return strings.ToUpper(ts[i].text)
	}
	var out []literal
	for i, t := range ts {
		column := t.text[strings.LastIndexByte(t.text, '.')+1:]
		if column != "action" && column != "service" {
			continue
		}
		if isEqual(at(i - 1)) {
			out = appendStrings(out, column, ts[max(i-2, 0):i-1], nil)
		}
		if at(i-1) == "CASE" {
			out = appendStrings(out, column, ts[i+1:], []string{"WHEN"})
		}
		op := i + 1
		if at(op) == "NOT" {
			op++
		}
		switch {
		case isEqual(at(op)) && op+1 < len(ts):
			out = appendStrings(out, column, ts[op+1:op+2], nil)
		case at(op) == "LIKE" && op+1 < len(ts):
			n := len(out)
			if out = appendStrings(out, column, ts[op+1:op+2], nil); len(out) > n {
				out[n].like = likePattern(out[n].text)
			}
		case at(op) == "IN":
			out = appendStrings(out, column, ts[op+1:], []string{"(", ","})
		}
	}
	return out
}

func isEqual(op string) bool { return op == "=" || op == "<>" || op == "!=" }

// appendStrings takes the strings of a part of SQL up to the end of its list, or of its CASE; after
// names the words behind which a string counts, nil for all.
func appendStrings(out []literal, column string, ts []token, after []string) []literal {
	for i, t := range ts {
		if t.text == ")" || strings.EqualFold(t.text, "END") {
			break
		}
		counts := after == nil || i > 0 && slices.Contains(after, strings.ToUpper(ts[i-1].text))
		if counts && strings.HasPrefix(t.text, "'") && len(t.text) > 1 {
			s := strings.ReplaceAll(t.text[1:len(t.text)-1], "''", "'")
			out = append(out, literal{column: column, text: s, line: t.line})
		}
	}
	return out
}

func likePattern(like string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.NewReplacer("%", ".*", "_", ".").
		Replace(regexp.QuoteMeta(like)) + "$")
}
