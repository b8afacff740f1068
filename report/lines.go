package report

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"

	"breachwindow/detect"
)

// writeLines writes a JSON object per line; what names them in errors. For tools that show what
// they decode, the texts must be cleaned before: an escape in the JSON protects nobody there.
func writeLines[T any](w io.Writer, what string, lines []T) error {
	var out bytes.Buffer
	for _, line := range lines {
		text, err := encode(line, "")
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		out.Write(text)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}

// cut shortens a text to a number of bytes, at a letter, and says that it did.
func cut(text string, most int) string {
	const mark = " …"
	if len(text) <= most {
		return text
	}
	text = text[:most-len(mark)]
	for text != "" {
		if r, n := utf8.DecodeLastRuneInString(text); r != utf8.RuneError || n > 1 {
			break
		}
		text = text[:len(text)-1]
	}
	return text + mark
}

// pairs writes a finding's attributes as NAME=VALUE.
func pairs(f detect.Finding) []string {
	out := make([]string, 0, len(f.Attributes))
	for _, name := range slices.Sorted(maps.Keys(f.Attributes)) {
		out = append(out, Clean(name)+"="+Clean(attribute(f.Attributes[name])))
	}
	return out
}

// evidenceOf names the places of a finding's records: FILE:POSITION.
func evidenceOf(places []detect.Place) []string {
	out := make([]string, 0, len(places))
	for _, p := range places {
		out = append(out, fmt.Sprintf("%s:%d", p.File, p.Pos))
	}
	return out
}
