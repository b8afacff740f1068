package incident

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// stixTokens cuts a pattern of STIX into words: brackets, texts in quotes, operators, and paths,
// whose parts may be in quotes.
var stixTokens = regexp.MustCompile(`^(?:[\[\](),]|'(?:[^'\\]|\\.)*'|!?=|[<>]=?|` +
	`[A-Za-z][A-Za-z0-9_-]*:(?:[A-Za-z0-9_.-]|\[[0-9*]+\]|'[^']*')+|[A-Za-z]+)`)

// maxPattern bounds a pattern and maxComparisons what may stand in one.
const (
	maxPattern     = 64 << 10
	maxComparisons = 1000
)

// pattern is a pattern being read.
type pattern struct {
	tokens []string
	found  []Indicator
}

// parsePattern reads a pattern of the simple form: comparisons joined by OR, in one pair of
// brackets or in several that are joined by OR. Any of them is an indicator by itself. AND, NOT,
// FOLLOWEDBY and qualifiers ask for more than one thing and are not read.
func parsePattern(text string) ([]Indicator, error) {
	p := &pattern{}
	if len(text) > maxPattern {
		return nil, fmt.Errorf("it has %d bytes, at most %d are read", len(text), maxPattern)
	}
	for rest := strings.TrimSpace(text); rest != ""; {
		token := stixTokens.FindString(rest)
		if token == "" {
			return nil, fmt.Errorf("%.20q is not read", rest)
		}
		p.tokens = append(p.tokens, token)
		rest = strings.TrimLeft(rest[len(token):], " \t\r\n")
	}
	for {
		if err := p.observation(); err != nil {
			return nil, err
		}
		if len(p.tokens) == 0 {
			return p.found, nil
		}
		if !strings.EqualFold(p.next(), "OR") {
			return nil, errors.New("only brackets joined by OR are read")
		}
	}
}

// next takes a word; "" is the end.
func (p *pattern) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

// observation reads [ comparison OR comparison … ].
func (p *pattern) observation() error {
	if p.next() != "[" {
		return errors.New("no bracket [ where one must be")
	}
	for {
		if err := p.comparison(); err != nil {
			return err
		}
		switch token := p.next(); {
		case token == "]":
			return nil
		case !strings.EqualFold(token, "OR"):
			return fmt.Errorf("only comparisons joined by OR are read, not by %q", token)
		}
	}
}

func (p *pattern) comparison() error {
	path, operator := p.next(), strings.ToUpper(p.next())
	if !strings.Contains(path, ":") {
		return fmt.Errorf("%q is not read where a path must be", path)
	}
	values := []string{p.next()}
	if operator == "IN" && values[0] == "(" {
		operator, values = "=", nil
		for {
			values = append(values, p.next())
			if token := p.next(); token == ")" {
				break
			} else if token != "," {
				return errors.New("the list of IN does not end")
			}
		}
	}
	for _, quoted := range values {
		value, ok := unquote(quoted)
		if !ok {
			return fmt.Errorf("%q is not read where a text in quotes must be", quoted)
		}
		i, err := fromSTIX(path, operator, value)
		if err != nil {
			return err
		}
		if p.found = append(p.found, i); len(p.found) > maxComparisons {
			return fmt.Errorf("it has more than %d comparisons", maxComparisons)
		}
	}
	return nil
}

// unquote returns the text within single quotes, without its escapes.
func unquote(token string) (string, bool) {
	if len(token) < 2 || token[0] != '\'' {
		return "", false
	}
	var b strings.Builder
	escaped := false
	for _, r := range token[1 : len(token)-1] {
		if r == '\\' && !escaped {
			escaped = true
			continue
		}
		b.WriteRune(r)
		escaped = false
	}
	return b.String(), b.Len() > 0
}
