package ingest

import "bytes"

// column is a documented column.
type column struct {
	name string // in lower case
	cell cellKind
	as   string // the record's member, "" if it has the column's name
}

type cellKind uint8

const (
	cellText cellKind = iota
	cellJSON
	cellFlag   // true or false
	cellNumber // a number
	cellStruct // Presto's text of a struct, with names in lower case, or JSON
	cellMap    // the same of a map, whose names are as logged
	cellOther  // of a column that is not documented
)

// assembler makes a JSON record of named cells.
type assembler struct {
	walker   walker
	out      []byte
	identity []byte // members of userIdentity that have columns of their own
}

func (a *assembler) begin() {
	a.out, a.identity = append(a.out[:0], '{'), a.identity[:0]
}

// add adds a cell, an empty one as absent. why says that it cannot be part of a record.
func (a *assembler) add(c column, text []byte) (why string) {
	if len(bytes.TrimSpace(text)) == 0 {
		return ""
	}
	name, out := c.as, &a.out
	if name == "" {
		name = c.name
	}
	if inner, ok := bytes.CutPrefix([]byte(name), []byte("userIdentity.")); ok {
		name, out = string(inner), &a.identity
	}
	if len(*out) > 1 {
		*out = append(*out, ',')
	}
	*out = append(appendQuoted(*out, []byte(name)), ':')
	*out, why = a.appendCell(*out, text, c)
	return why
}

// end returns the record. It is valid until the next one begins.
func (a *assembler) end() []byte {
	if len(a.identity) > 0 {
		if len(a.out) > 1 {
			a.out = append(a.out, ',')
		}
		a.out = append(a.out, `"userIdentity":{`...)
		a.out = append(append(a.out, a.identity...), '}')
	}
	a.out = append(a.out, '}')
	return a.out
}

// appendCell appends a cell as the JSON value that its column holds.
func (a *assembler) appendCell(out, text []byte, c column) (_ []byte, why string) {
	trimmed := bytes.TrimSpace(text)
	isJSON := a.isJSON(trimmed)
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
	case cellStruct, cellMap:
		if isJSON {
			return append(out, trimmed...), ""
		}
		return a.appendStruct(out, trimmed, c)
	case cellOther:
		if isJSON && isNested(trimmed) {
			return append(out, trimmed...), ""
		}
	}
	return appendQuoted(out, text), ""
}

// isNested tells objects and lists.
func isNested(b []byte) bool {
	return b[0] == '{' || b[0] == '['
}

// appendStruct appends Presto's text of a struct or map. Of a map that cannot be read the text
// stays, without what may be a secret; of an identity it must be sure who acted.
func (a *assembler) appendStruct(out, text []byte, c column) (_ []byte, why string) {
	if string(text) == "null" {
		return append(out, text...), ""
	}
	s := structText{b: text, walker: &a.walker, isMap: c.cell == cellMap}
	mark := len(out)
	if isNested(text) {
		if out, ok := s.value(out, 0, 0); ok && s.i == len(text) {
			return out, ""
		}
	}
	if c.name == "useridentity" {
		return nil, "cell " + c.name + " cannot be read: " + s.fault()
	}
	return appendQuoted(out[:mark], mask(text)), ""
}

func (a *assembler) isJSON(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	end, f := a.walker.walk(b, 0)
	return f == whole && end == len(b)
}

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
		if s.isJSON(text) && s.isRecord(text) {
			return s.keep(text)
		}
	}
	return nil
}

// isRecord tells whether the cell that was just walked is a record of the table.
func (s *sheet) isRecord(text []byte) bool {
	if s.table.event == nil {
		return s.opener.holds(text)
	}
	return s.table.event(&s.mapper)
}

func (s *sheet) isJSON(b []byte) bool {
	end, f := s.mapper.walk(b, 0)
	return f == whole && end == len(b)
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
	s.assembler.begin()
	for i, c := range s.cells {
		if why := s.assembler.add(s.columns[i], s.text(s.blocks.buf, c)); why != "" {
			return nil, why
		}
	}
	return s.keep(s.assembler.end()), ""
}
