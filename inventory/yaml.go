package inventory

import (
	"errors"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// The parser's time and memory grow with the square of the nesting. An inventory has
// three levels.
const maxNesting = 500

var deepSequence = regexp.MustCompile(`(?m)^[ \t]*(?:[-?][ \t]+){50}`)

// readYAML walks the syntax tree instead of decoding into values: the tree has places,
// and it keeps what was written, where decoding would turn an account number, a date or a
// "no" into something else.
func readYAML(src *source, p *problems) []row {
	if deep(src.text) || deepSequence.MatchString(src.text) {
		p.add(place{line: 1}, fault{"nested too deep", "write a list of mappings"})
		return nil
	}
	body, ok := yamlBody(src.text, p)
	if !ok {
		return nil
	}
	list := yamlList(body, p)
	rows := make([]row, 0, len(list))
	for _, n := range list {
		values, ok := yamlMapping(n)
		if !ok {
			p.add(yamlPlace(n), fault{"not a secret", "write a mapping with id and kind"})
			continue
		}
		r := row{at: yamlPlace(n)}
		if len(values) > 0 {
			r.at = yamlPlace(values[0].Key)
		}
		for _, v := range values {
			if c, ok := yamlCell(v, p); ok {
				r.cells = append(r.cells, c)
			}
		}
		p.columns(r.cells)
		rows = append(rows, r)
	}
	return rows
}

// yamlBody parses the file and returns its only document.
func yamlBody(text string, p *problems) (body ast.Node, ok bool) {
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		p.add(yamlFault(err))
		return nil, false
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			p.add(yamlPlace(doc.Body), fault{"a second document", "keep one list in one file"})
			return nil, false
		}
		body = doc.Body
	}
	if body == nil {
		p.add(place{line: 1}, fault{"no secrets", "write a list of mappings with id and kind"})
	}
	return body, body != nil
}

// yamlFault keeps the parser's message where it is a fixed text. Its own Error shows the
// lines around, and some messages quote a value: both may be secrets.
func yamlFault(err error) (place, fault) {
	var bad *yaml.SyntaxError
	if !errors.As(err, &bad) || bad.Token == nil || bad.Token.Position == nil {
		return place{line: 1}, fault{msg: "the text is not YAML"}
	}
	at := place{bad.Token.Position.Line, bad.Token.Position.Column}
	switch {
	case strings.Contains(bad.Message, "already defined"):
		return at, fault{"a column is there twice in one secret", "keep one of them"}
	case strings.ContainsAny(bad.Message, "\"`"):
		return at, fault{msg: "the text is not YAML"}
	default:
		hint := "put a value with special characters in quotes"
		if strings.Contains(bad.Message, "\t") {
			hint = "indent with spaces"
		}
		return at, fault{"the text is not YAML: " + strings.ReplaceAll(bad.Message, "\t", `\t`), hint}
	}
}

// yamlList is the list of secrets: the document, or what its key secrets holds.
func yamlList(body ast.Node, p *problems) []ast.Node {
	values, ok := yamlMapping(body)
	if !ok {
		return yamlSequence(body, p)
	}
	var list []ast.Node
	for _, v := range values {
		if yamlKey(v.Key) == "secrets" {
			list = yamlSequence(v.Value, p)
			continue
		}
		p.unknownKey(yamlKey(v.Key), yamlPlace(v.Key))
	}
	return list
}

func yamlSequence(n ast.Node, p *problems) []ast.Node {
	switch n := yamlBare(n).(type) {
	case *ast.SequenceNode:
		return n.Values
	case *ast.NullNode:
		return nil
	}
	p.add(yamlPlace(n), fault{"not a list of secrets", "start each secret with a dash"})
	return nil
}

func yamlMapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := yamlBare(n).(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// yamlCell reads one value as it was written. Aliases and merge keys are refused: what
// they stand for is somewhere else, and so would be the place of its faults.
func yamlCell(v *ast.MappingValueNode, p *problems) (cell, bool) {
	c := cell{column: yamlKey(v.Key), at: yamlPlace(v.Value)}
	if v.Key.IsMergeKey() {
		p.add(yamlPlace(v.Key), fault{"a merge key", "write the values out"})
		return c, false
	}
	switch n := yamlBare(v.Value).(type) {
	case *ast.NullNode:
	case *ast.StringNode:
		c.value = n.Value
	case *ast.LiteralNode:
		c.value = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		c.value = n.GetToken().Value
	case *ast.AliasNode:
		p.add(c.at, fault{"an alias", "write the value out"})
		return c, false
	default:
		p.add(c.at, nested(c.column))
		return c, false
	}
	c.value = strings.TrimSpace(c.value)
	return c, true
}

// yamlBare takes tags and anchors off a node.
func yamlBare(n ast.Node) ast.Node {
	for {
		switch outer := n.(type) {
		case *ast.TagNode:
			n = outer.Value
		case *ast.AnchorNode:
			n = outer.Value
		default:
			return n
		}
	}
}

func yamlKey(n ast.Node) string {
	if s, ok := yamlBare(n).(*ast.StringNode); ok {
		return s.Value
	}
	if token := n.GetToken(); token != nil {
		return token.Value
	}
	return ""
}

func yamlPlace(n ast.Node) place {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return place{line: 1}
	}
	return place{n.GetToken().Position.Line, n.GetToken().Position.Column}
}

// deep reports whether brackets open further than any inventory needs. Brackets inside
// texts count too, which the limit leaves room for.
func deep(text string) bool {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		}
		if depth > maxNesting {
			return true
		}
	}
	return false
}

// nested is the fault of a value that is no text, in YAML and JSON.
func nested(column string) fault {
	return fault{
		"column " + echo(column) + " holds a list or a mapping", "write one text",
	}
}
