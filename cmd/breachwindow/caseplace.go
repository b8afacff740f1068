package main

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"breachwindow/inventory"
)

// Mistakes in case.yaml, each with its place and with what to write.

// placeError is a mistake in case.yaml with its place.
type placeError struct {
	line, column int
	msg          string
}

func (e *placeError) Error() string { return e.msg }

func placed(node ast.Node, format string, args ...any) error {
	e := &placeError{msg: fmt.Sprintf(format, args...)}
	if t := node.GetToken(); t != nil && t.Position != nil {
		e.line, e.column = t.Position.Line, t.Position.Column
	}
	return e
}

// place is where a path such as $.rotated_at stands in the case's file, or the file's name alone.
func (c *investigation) place(name, path string) string {
	p, err := yaml.PathString(path)
	if err != nil {
		return name
	}
	node, err := p.ReadNode(bytes.NewReader(c.text))
	if err != nil || node.GetToken() == nil || node.GetToken().Position == nil {
		return name
	}
	at := node.GetToken().Position
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 { // its token is the first colon
		at = m.Values[0].Key.GetToken().Position
	}
	return fmt.Sprintf("%s:%d:%d", name, at.Line, at.Column)
}

// yamlError puts the place first, as every other error has it.
func yamlError(name string, err error) error {
	var pe *placeError
	if errors.As(err, &pe) && pe.line > 0 {
		return fmt.Errorf("%s:%d:%d: %s", name, pe.line, pe.column, pe.msg)
	}
	var ye yaml.Error
	if errors.As(err, &ye) && ye.GetToken() != nil && ye.GetToken().Position != nil {
		p := ye.GetToken().Position
		return fmt.Errorf("%s:%d:%d: %s", name, p.Line, p.Column, explain(ye.GetMessage()))
	}
	return fmt.Errorf("%s: %w", name, err)
}

var (
	unknownField = regexp.MustCompile(`^unknown field "(.*)"$`)
	wrongShape   = regexp.MustCompile(`^(\w+) was used where (\w+) is expected$`)
)

// explain adds what to write to a message of the YAML library, where it says only what is wrong.
func explain(msg string) string {
	if m := unknownField.FindStringSubmatch(msg); m != nil {
		top := yamlKeys(reflect.TypeFor[caseFile]())
		if near, ok := inventory.Nearest(m[1], top); ok {
			return msg + "\nhint: did you mean " + near + "?"
		}
		return msg + "\nhint: the keys of a case are " + strings.Join(top, ", ")
	}
	if m := wrongShape.FindStringSubmatch(msg); m != nil {
		switch m[2] {
		case "sequence":
			return "a list is expected here\nhint: write [A, B], also around a single one"
		case "mapping":
			return "names with values are expected here\nhint: write {name: value}"
		}
	}
	return msg
}

// yamlKeys are the keys of a part of case.yaml.
func yamlKeys(t reflect.Type) []string {
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i], _, _ = strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
	}
	return keys
}
