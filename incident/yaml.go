package incident

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a profile. The YAML library needs quadratic time in the length of a line and in
// the number of keys, and quadratic memory in the depth of brackets: without bounds, a file
// of 300 KB takes all memory of a machine. Real profiles come nowhere near these.
const (
	maxBytes = 256 << 10
	maxLines = 5000
	maxLine  = 2 << 10
	maxDepth = 32
)

// maxProblems is how many mistakes of one file are listed.
const maxProblems = 50

// position is a place in the file; both numbers count from one, columns in characters.
type position struct{ line, column int }

// problem is one mistake and its place.
type problem struct {
	position
	text string
}

// document reads one YAML file by walking its tree, because a mistake is worth more with its
// place, and all mistakes at once more than the first: the library's strict decoding stops
// at the first one, takes numbers for text, and reads times that have no zone.
type document struct {
	name     string
	problems []problem
	// later are the checks that need the whole file.
	later []func(*Incident)
	// seen are the entries that may be listed once, and where each stands first.
	seen map[string]position
}

// root parses the file down to its one mapping, nil if that is not possible.
func (d *document) root(data []byte) ast.Node {
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !d.readable(text) {
		return nil
	}
	tokens := lexer.Tokenize(text)
	if !d.plain(tokens) {
		return nil
	}
	// Repeated keys are refused by mapping, together with everything else.
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return nil
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		d.addf(position{1, 1}, "the file is empty: write at least id and title")
		return nil
	}
	return file.Docs[0].Body
}

// readable refuses what the YAML parser must not see.
func (d *document) readable(text string) bool {
	lines := strings.Split(text, "\n")
	if len(text) > maxBytes || len(lines) > maxLines {
		d.addf(position{1, 1}, "the file has %d bytes in %d lines: write at most %d in %d",
			len(text), len(lines), maxBytes, maxLines)
		return false
	}
	for i, line := range lines {
		if len(line) > maxLine {
			d.addf(position{i + 1, 1}, "the line has %d bytes: break it, at most %d are read",
				len(line), maxLine)
			return false
		}
		if bad := notText(line); bad >= 0 {
			column := utf8.RuneCountInString(line[:bad]) + 1
			d.addf(position{i + 1, column}, "this is no text: save the file as UTF-8")
			return false
		}
	}
	return true
}

// notText returns the index of the first byte of line that is no UTF-8 or is zero, or -1.
func notText(line string) int {
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// plain refuses what makes more of a file than one plain document.
func (d *document) plain(tokens token.Tokens) bool {
	depth := 0
	content, ended := false, false
	for _, t := range tokens {
		switch t.Type {
		case token.CommentType:
			continue
		case token.DirectiveType:
			d.addf(tokenPosition(t), "a YAML directive begins: leave it out")
			return false
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.DocumentHeaderType:
			ended = content
		default:
		}
		if ended {
			d.addf(tokenPosition(t), "a second YAML document begins: write one incident per file")
			return false
		}
		if depth > maxDepth {
			d.addf(tokenPosition(t), "brackets are nested more than %d deep: write plain lists",
				maxDepth)
			return false
		}
		content, ended = true, t.Type == token.DocumentEndType
	}
	return true
}

// syntax records a refusal of the YAML parser.
func (d *document) syntax(err error) {
	at, message := position{1, 1}, err.Error()
	if e, ok := errors.AsType[yaml.Error](err); ok {
		message = e.GetMessage()
		if t := e.GetToken(); t != nil {
			at = tokenPosition(t)
		}
	}
	hint := ": check the indentation, and put text that contains : or # in quotes"
	if strings.Contains(message, "\t") {
		hint = ": indent with spaces, not with tabs"
	}
	d.addf(at, "this is no YAML (%s)%s", printable(message), hint)
}

// err returns all problems, one a line, in the order of the file.
func (d *document) err() error {
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b problem) int {
		if a.line != b.line {
			return a.line - b.line
		}
		return a.column - b.column
	})
	var b strings.Builder
	for i, p := range d.problems {
		if i == maxProblems {
			fmt.Fprintf(&b, "\n%s: and %d more", d.name, len(d.problems)-i)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s", d.name, p.line, p.column, p.text)
	}
	return errors.New(b.String())
}

func (d *document) addf(at position, format string, args ...any) {
	d.problems = append(d.problems, problem{at, fmt.Sprintf(format, args...)})
}

// refusef records a problem at a node.
func (d *document) refusef(n ast.Node, format string, args ...any) {
	d.addf(nodePosition(n), format, args...)
}

// nodePosition is where a reader sees the node begin. A block mapping's own token is the
// colon behind its first key.
func nodePosition(n ast.Node) position {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return tokenPosition(m.Values[0].Key.GetToken())
	}
	return tokenPosition(n.GetToken())
}

func tokenPosition(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{1, 1}
	}
	return position{t.Position.Line, t.Position.Column}
}

// found names what stands where something else should.
func found(n ast.Node) string {
	switch n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.AliasNode, *ast.AnchorNode, *ast.MergeKeyNode:
		return "an anchor or alias, which profiles do not have"
	case *ast.TagNode:
		return "a tag, which profiles do not have"
	}
	return "something else"
}

// printable keeps foreign text from acting on a terminal or breaking a line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
