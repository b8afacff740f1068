package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strings"
	"time"

	"breachwindow/detect"
)

// The page's templates, its style and its script, which stand in the page: it loads nothing.
//
//go:embed html
var pageFiles embed.FS

// HTML writes the whole report as one page, which loads nothing and sends nothing: it can be
// mailed, printed and opened years later. Its script filters and folds; without it everything can
// be read. The page's policy allows this style and this script by their hashes, so that nothing
// that came from a log could run, should it ever get past the escaping.
func HTML(w io.Writer, r *detect.Result) error {
	style, err := pageFiles.ReadFile("html/page.css")
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	script, err := pageFiles.ReadFile("html/page.js")
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	t, err := template.New("page.gohtml").ParseFS(pageFiles, "html/*.gohtml")
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	view := viewOf(cleaned(r))
	view.Policy = fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; img-src data:; "+
		"base-uri 'none'; form-action 'none'", source(style), source(script))
	view.Style = template.CSS(style)  //nolint:gosec // G203: the file above
	view.Script = template.JS(script) //nolint:gosec // G203: the file above
	var page bytes.Buffer
	if err := t.Execute(&page, view); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	if _, err := w.Write(page.Bytes()); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// source names a style or script in a content security policy.
func source(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// cleaned returns a copy of the result in which every text went through Clean: what hides or
// reorders text would do so on a page too. It walks the result, so that no field can be forgotten.
// Attributes, whose form is the detection's, are cleaned where they are written.
func cleaned(r *detect.Result) *detect.Result {
	c := *r
	c.Queries = mapped(r.Queries, func(q *detect.QueryText) {
		q.Description = strings.Join(strings.Fields(q.Description), " ")
	})
	cleanValue(reflect.ValueOf(&c).Elem())
	for i := range c.Queries { // SQL keeps its lines
		lines := strings.Split(r.Queries[i].SQL, "\n")
		for n := range lines {
			lines[n] = Clean(strings.ReplaceAll(lines[n], "\t", "  "))
		}
		c.Queries[i].SQL = strings.Join(lines, "\n")
	}
	return &c
}

func cleanValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer: // of a mark of triage, not of a time
		if v.IsNil() || v.Type().Elem() == reflect.TypeFor[time.Time]() {
			return
		}
		own := reflect.New(v.Type().Elem())
		own.Elem().Set(v.Elem())
		cleanValue(own.Elem())
		v.Set(own)
	case reflect.String:
		v.SetString(Clean(v.String()))
	case reflect.Slice:
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		for i := range own.Len() {
			cleanValue(own.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for _, field := range v.Fields() {
			cleanValue(field)
		}
	}
}
