package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"breachwindow/detect"
)

// schema is the version of result.json that this program writes and reads.
const schema = 1

// JSON writes the result as indented JSON, the same bytes for the same result. Runes that could
// steer a terminal are written as \u escapes, which mean the same to every reader of JSON.
func JSON(w io.Writer, r *detect.Result) error {
	return writeJSON(w, "result", whole(r))
}

// writeJSON writes a value as indented JSON; what names it in errors.
func writeJSON(w io.Writer, what string, v any) error {
	text, err := encode(v, "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}

// encode is json.Marshal without escapes for HTML and with escapes for what Clean escapes.
func encode(v any, indent string) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return escapeHidden(buf.Bytes()), nil
}

// escapeHidden escapes hidden runes in JSON. The encoder leaves them only inside strings; the
// line ends are its own layout. It also escapes U+FFFD, as the encoder does for a byte that is
// no UTF-8, so that a result that was read is written as it was.
func escapeHidden(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if c := text[i]; ' ' <= c && c <= '~' { // most of it
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == '\n' || r == joiner || !isHidden(r) && r != utf8.RuneError:
			out = append(out, text[i:i+n]...)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += n
	}
	return out
}

// whole returns a copy in which an absent list is an empty one: readers of result.json may
// count on lists.
func whole(r *detect.Result) *detect.Result {
	c := *r
	c.Secrets = mapped(r.Secrets, func(s *detect.SecretAnswer) {
		s.RotationBecause = list(s.RotationBecause)
		s.Because = list(s.Because)
		s.ConfidenceBecause = list(s.ConfidenceBecause)
		s.Days = list(s.Days)
		s.Findings = list(s.Findings)
	})
	c.Findings = mapped(r.Findings, func(f *detect.Finding) {
		f.Events, f.Places, f.IPs = list(f.Events), list(f.Places), list(f.IPs)
		f.Actors, f.Actions = list(f.Actors), list(f.Actions)
		if f.Attributes == nil {
			f.Attributes = map[string]any{}
		}
	})
	c.Coverage = mapped(r.Coverage, func(s *detect.CoverageSpan) {
		s.Gaps, s.Kinds, s.EventsPerDay = list(s.Gaps), list(s.Kinds), list(s.EventsPerDay)
	})
	c.Addresses = mapped(r.Addresses, func(a *detect.Address) { a.Labels = list(a.Labels) })
	c.Responders = mapped(r.Responders, func(w *detect.Responder) {
		w.Credentials, w.IPs, w.Findings = list(w.Credentials), list(w.IPs), list(w.Findings)
		w.Rotations = list(w.Rotations)
	})
	c.Incident.Phases = list(r.Incident.Phases)
	c.Databases = list(r.Databases)
	c.Origins = mapped(r.Origins, func(o *detect.Origin) { o.Labels = list(o.Labels) })
	c.Queries = mapped(r.Queries, func(q *detect.QueryText) {
		q.Attack, q.References = list(q.Attack), list(q.References)
	})
	c.Settings, c.Triage = list(r.Settings), list(r.Triage)
	c.Caveats = list(r.Caveats)
	c.Lineage, c.Blind, c.Inputs = list(r.Lineage), list(r.Blind), list(r.Inputs)
	c.Problems, c.ExposedNext = list(r.Problems), list(r.ExposedNext)
	return &c
}

// list returns an empty list for an absent one.
func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}

// mapped returns a changed copy of a list.
func mapped[T any](values []T, change func(*T)) []T {
	out := append([]T{}, values...)
	for i := range out {
		change(&out[i])
	}
	return out
}

// ReadJSON reads a saved result. It takes schema 1 only; fields that it does not know are
// allowed, since a schema may grow. Numbers in attributes keep their digits.
func ReadJSON(r io.Reader) (*detect.Result, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read result: %w", err)
	}
	var head struct {
		Schema *int   `json:"schema"`
		Tool   string `json:"tool"`
	}
	if err := decode(text, &head); err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	switch {
	case head.Schema == nil:
		return nil, errors.New("result: no schema: this is no result.json of breachwindow")
	case *head.Schema != schema:
		return nil, fmt.Errorf("result: schema %d, made by %q: this program reads schema %d; "+
			"make the result again with: breachwindow run", *head.Schema, Clean(head.Tool), schema)
	}
	var result detect.Result
	if err := decode(text, &result); err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	return &result, nil
}

// decode reads exactly one JSON value.
func decode(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more text after the end")
	}
	return nil
}
