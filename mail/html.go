package mail

import (
	"embed"
	"fmt"
	"html/template"
	"strings"
)

// The templates are what Outlook, which renders with Word, and Gmail, which drops styles, both
// show: tables, inline styles, colours in hex, nothing that is loaded.
//
//go:embed letter.gohtml failure.gohtml
var templates embed.FS

// html is the HTML part. Every text goes through html/template's escaping.
func (s *sheet) html() (string, error) { return fill("letter.gohtml", s) }

func (f *failure) html() (string, error) { return fill("failure.gohtml", f) }

func fill(name string, data any) (string, error) {
	t, err := template.New(name).Funcs(template.FuncMap{
		"join": strings.Join, "some": some, "times": times, "upper": strings.ToUpper,
	}).ParseFS(templates, name)
	if err != nil {
		return "", fmt.Errorf("template: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", fmt.Errorf("template: %w", err)
	}
	return b.String(), nil
}
