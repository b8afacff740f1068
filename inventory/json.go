package inventory

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// jsonReader walks a JSON text token by token, because only tokens have a place.
type jsonReader struct {
	dec *json.Decoder
	src *source
	p   *problems
}

func readJSON(src *source, p *problems) []row {
	var whole json.RawMessage
	if err := json.Unmarshal([]byte(src.text), &whole); err != nil {
		// The error's own message quotes a character of the text.
		at, bad := place{line: 1}, (*json.SyntaxError)(nil)
		if errors.As(err, &bad) {
			at = src.place(int(bad.Offset) - 1)
		}
		p.add(at, fault{"the text is not JSON from here on", "write one array of objects"})
		return nil
	}
	r := jsonReader{dec: json.NewDecoder(strings.NewReader(src.text)), src: src, p: p}
	r.dec.UseNumber()
	if first, _ := r.peek(); first == '[' {
		return r.list()
	}
	var rows []row
	r.token()
	for r.dec.More() {
		_, at := r.peek()
		key, _ := r.token().(string)
		if key == "secrets" {
			rows = append(rows, r.secrets()...)
			continue
		}
		p.unknownKey(key, at)
		r.skip()
	}
	return rows
}

// peek is the first byte of the next token and where it stands.
func (r *jsonReader) peek() (byte, place) {
	at := int(r.dec.InputOffset())
	at += len(r.src.text[at:]) - len(strings.TrimLeft(r.src.text[at:], " \t\r\n,:"))
	return r.src.text[at], r.src.place(at)
}

// token reads on by one token, skip by one value. The whole text is known to be JSON, so
// neither has an error to give.
func (r *jsonReader) token() json.Token {
	token, _ := r.dec.Token()
	return token
}

func (r *jsonReader) skip() {
	var value json.RawMessage
	_ = r.dec.Decode(&value)
}

// secrets reads the value of the key secrets.
func (r *jsonReader) secrets() []row {
	switch first, at := r.peek(); first {
	case '[':
		return r.list()
	case 'n': // null: no secrets
	default:
		r.p.add(at, fault{"not a list of secrets", "write an array of objects"})
	}
	r.skip()
	return nil
}

func (r *jsonReader) list() []row {
	var rows []row
	r.token()
	for r.dec.More() {
		first, at := r.peek()
		if first == '{' {
			rows = append(rows, r.object(at))
			continue
		}
		r.p.add(at, fault{"not a secret", "write an object with id and kind"})
		r.skip()
	}
	r.token()
	return rows
}

func (r *jsonReader) object(at place) row {
	out := row{at: at}
	r.token()
	for r.dec.More() {
		key, _ := r.token().(string)
		first, at := r.peek()
		if first == '[' || first == '{' {
			r.p.add(at, nested(key))
			r.skip()
			continue
		}
		c := cell{column: key, at: at}
		switch v := r.token().(type) {
		case string:
			c.value = strings.TrimSpace(v)
		case json.Number:
			c.value = v.String()
		case bool:
			c.value = strconv.FormatBool(v)
		}
		out.cells = append(out.cells, c)
	}
	r.token()
	r.p.columns(out.cells)
	return out
}
