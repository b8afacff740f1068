package inventory

import (
	"regexp"
	"strings"
)

// Read reads an inventory in CSV, YAML or JSON; its content decides which, not its name.
// The name is only for messages. The error joins every fault of the file, each an *Error;
// with an error there are no secrets, because a list that lacks some clears the rest
// wrongly.
//
// CSV has a header line, in any order and any case, and may be separated by commas,
// semicolons or tabs; lines that start with # are comments. YAML and JSON hold a list of
// mappings, or one under the key secrets.
func Read(name string, data []byte) ([]Secret, error) {
	p := &problems{file: name, refused: map[int]bool{}}
	src, at, bad := newSource(data)
	if bad != nil {
		p.add(at, *bad)
	}
	privateKey := p.refuseText(src)
	if bad != nil || privateKey {
		// The lines of a key would all be faults of their own.
		return nil, p.err()
	}
	var secrets []Secret
	for _, r := range readRows(src, p) {
		if s, ok := newSecret(r, p); ok {
			secrets = append(secrets, s)
		}
	}
	p.duplicates(secrets)
	if err := p.err(); err != nil {
		return nil, err
	}
	return secrets, nil
}

// row is one secret as it was written, whatever the form of the file.
type row struct {
	at    place
	cells []cell
}

// cell is one value of a row, with its column's name as it was written.
type cell struct {
	column, value string
	at            place
}

// fold is the form in which column names are compared.
func fold(column string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(column), func(r rune) bool {
		return r == ' ' || r == '_' || r == '-' || r == '\t'
	}), "_")
}

// columns checks the names of the columns of a header or a mapping.
func (p *problems) columns(cells []cell) {
	seen := map[string]bool{}
	for _, c := range cells {
		name := fold(c.column)
		if what := rawValue("", "", c.column); what != "" {
			p.refuse(c.at, 1, what)
		}
		if seen[name] && name != "" {
			p.add(c.at, fault{"column " + echo(c.column) + " is there twice", "keep one of them"})
		}
		seen[name] = true
	}
}

// unknownKey adds the problem of a key beside the list of secrets.
func (p *problems) unknownKey(key string, at place) {
	if what := rawValue("", "", key); what != "" {
		p.refuse(at, 1, what)
		return
	}
	p.add(at, fault{"unknown key " + echo(key), "the list of secrets stands under the key secrets"})
}

var yamlStart = regexp.MustCompile(`^(?:---|%YAML|-(?:\s|$)|["']?[A-Za-z_ ]+["']?\s*:(?:\s|$))`)

func readRows(src *source, p *problems) []row {
	line := strings.TrimSpace(firstLine(src.text))
	switch {
	case strings.HasPrefix(line, "{") || strings.HasPrefix(line, "["):
		return readJSON(src, p)
	case yamlStart.MatchString(line):
		return readYAML(src, p)
	default:
		return readCSV(src, p)
	}
}

// firstLine is the first line that says something.
func firstLine(text string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if word := strings.TrimLeft(line, "\" \t"); word != "" && word[0] != '#' {
			return line
		}
	}
	return ""
}
