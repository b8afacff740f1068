// Package queries is the detections: one .sql file each, and the parser of their headers. It runs
// nothing: package detect does. A detection's id is its path without .sql; nothing registers it.
package queries

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed any cloudtrail github circleci
var builtin embed.FS

// Query is one detection. The header keys are fixed; SQL is one SELECT without parameters.
type Query struct {
	ID             string
	Title          string // the header's first line
	Description    string // the text up to the keys
	Level          string
	Sources        []string
	Attack         []string
	Needs          []string // columns or kinds of events without which it cannot speak
	Group          []string // columns that make one finding, beside the secret
	FalsePositives string
	References     []string
	SQL            string
	Text           string // the file as it is
	Builtin        bool   // it ships with the program: nothing in it needs to be guarded against
}

// Levels are the words for a level, least first.
var Levels = []string{"informational", "low", "medium", "high", "critical"}

// Sources are the words for where an event is from.
var Sources = []string{"cloudtrail", "github", "circleci"}

// Builtin returns the detections that ship with the program, sorted by id.
func Builtin() ([]Query, error) {
	qs, err := Load(builtin)
	for i := range qs {
		qs[i].Builtin = true
	}
	return qs, err
}

// Load reads every .sql file of a tree, sorted by id. The error names each file and line that
// is wrong.
func Load(fsys fs.FS) ([]Query, error) {
	var out []Query
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".sql" {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		q, err := Parse(name, string(text))
		if err != nil {
			return err
		}
		out = append(out, q)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("queries: %w", err)
	}
	slices.SortFunc(out, func(a, b Query) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// SyntaxError is what is wrong with a header, and where.
type SyntaxError struct {
	File string
	Line int
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// Parse reads one detection. Its id is name without .sql. The header is the -- lines at the top: a
// title, paragraphs of prose, and in its last paragraph the keys.
func Parse(name, text string) (Query, error) {
	q := Query{ID: strings.TrimSuffix(name, ".sql"), Text: text}
	p := parser{file: name, seen: map[string]int{}, query: &q}
	lines := strings.Split(text, "\n")
	var header []string
	for _, line := range lines {
		rest, ok := strings.CutPrefix(strings.TrimRight(line, " \r"), "--")
		if !ok {
			break
		}
		header = append(header, strings.TrimSpace(rest))
	}
	if len(header) == 0 || header[0] == "" {
		return Query{}, &SyntaxError{name, 1, "no header: the first line says what is found, after --"}
	}
	q.Title = header[0]
	first := 1 // of the keys
	for i, line := range header {
		if line == "" {
			first = i + 1
		}
	}
	q.Description = strings.TrimSpace(strings.Join(header[1:first], "\n"))
	for i := first; i < len(header); i++ {
		if err := p.key(i+1, header[i]); err != nil {
			return Query{}, err
		}
	}
	q.SQL = strings.TrimSpace(strings.Join(lines[len(header):], "\n"))
	return q, p.finish(len(header) + 1)
}

// parser reads the keys of a header.
type parser struct {
	file  string
	seen  map[string]int // line of each key
	query *Query
}

// keys are the header's keys and where their values go.
var keys = map[string]func(q *Query, value string){
	"level":           func(q *Query, v string) { q.Level = v },
	"sources":         func(q *Query, v string) { q.Sources = list(v) },
	"attack":          func(q *Query, v string) { q.Attack = list(v) },
	"needs":           func(q *Query, v string) { q.Needs = list(v) },
	"group":           func(q *Query, v string) { q.Group = list(v) },
	"false positives": func(q *Query, v string) { q.FalsePositives = v },
	"references":      func(q *Query, v string) { q.References = list(v) },
}

func (p *parser) key(n int, text string) error {
	key, value, _ := strings.Cut(text, ":")
	value = strings.TrimSpace(value)
	set, known := keys[key]
	switch {
	case !known:
		return &SyntaxError{p.file, n, fmt.Sprintf("unknown key %q: keys are %s",
			key, strings.Join(keyNames(), ", "))}
	case p.seen[key] != 0:
		return &SyntaxError{p.file, n, fmt.Sprintf("key %q stands in line %d already",
			key, p.seen[key])}
	case value == "":
		return &SyntaxError{p.file, n, fmt.Sprintf("key %q has no value", key)}
	}
	p.seen[key] = n
	set(p.query, value)
	return nil
}

func (p *parser) finish(n int) error {
	q := p.query
	switch {
	case q.Level == "":
		return &SyntaxError{p.file, n, "key level is missing"}
	case len(q.Sources) == 0:
		return &SyntaxError{p.file, n, "key sources is missing"}
	case !slices.Contains(Levels, q.Level):
		return &SyntaxError{p.file, p.seen["level"], fmt.Sprintf("level %q: write one of %s",
			q.Level, strings.Join(Levels, ", "))}
	case q.SQL == "":
		return &SyntaxError{p.file, n, "no SELECT after the header"}
	}
	for _, s := range q.Sources {
		if !slices.Contains(Sources, s) {
			return &SyntaxError{
				p.file, p.seen["sources"],
				fmt.Sprintf("source %q: write cloudtrail, github or circleci", s),
			}
		}
	}
	return nil
}

func list(value string) []string {
	parts := strings.Split(value, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func keyNames() []string {
	names := make([]string, 0, len(keys))
	for k := range keys {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}
