package ingest

import "bytes"

// record returns the first cell of the row that is a whole record, nil if there is none:
// CircleCI's export has one beside the columns, and it is the fuller one.
func (s *sheet) record() []byte {
	for i, c := range s.cells {
		if i < len(s.columns) && s.columns[i].cell != cellOther {
			continue
		}
		text := bytes.TrimSpace(s.text(s.blocks.buf, c))
		if len(text) < 2 || text[0] != '{' {
			continue
		}
		if s.isJSON(text) && s.table.event(&s.mapper) {
			return s.keep(text)
		}
	}
	return nil
}

// keep copies a cell to where it stays: events will point into it.
func (s *sheet) keep(b []byte) []byte {
	a := &s.mapper.arena
	a.room(len(b))
	mark := len(a.buf)
	a.buf = append(a.buf, b...)
	return a.buf[mark:len(a.buf):len(a.buf)]
}

// assemble makes a JSON record of the row. why names the cell that cannot be part of one.
func (s *sheet) assemble() (record []byte, why string) {
	out := s.assembled[:0]
	out = append(out, '{')
	for i, c := range s.cells {
		text := s.text(s.blocks.buf, c)
		if len(bytes.TrimSpace(text)) == 0 {
			continue // as absent
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = appendQuoted(out, []byte(s.columns[i].name))
		out = append(out, ':')
		if out, why = s.appendCell(out, text, s.columns[i]); why != "" {
			return nil, why
		}
	}
	out = append(out, '}')
	s.assembled = out
	return s.keep(out), ""
}

// appendCell appends a cell as the JSON value that its column holds.
func (s *sheet) appendCell(out, text []byte, c column) (_ []byte, why string) {
	trimmed := bytes.TrimSpace(text)
	isJSON := s.isJSON(trimmed)
	switch c.cell {
	case cellJSON:
		if !isJSON {
			return nil, "cell " + c.name + " is not JSON"
		}
		return append(out, trimmed...), ""
	case cellFlag:
		if lower := bytes.ToLower(trimmed); string(lower) == "true" || string(lower) == "false" {
			return append(out, lower...), ""
		}
	case cellNumber:
		if isJSON && trimmed[0] <= '9' && trimmed[0] != '"' {
			return append(out, trimmed...), ""
		}
	case cellOther:
		if isJSON && (trimmed[0] == '{' || trimmed[0] == '[') {
			return append(out, trimmed...), ""
		}
	}
	return appendQuoted(out, text), ""
}

func (s *sheet) isJSON(b []byte) bool {
	end, f := s.mapper.walk(b, 0)
	return f == whole && end == len(b)
}
