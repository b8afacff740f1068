package ingest

import (
	"bytes"
	"strings"
)

// column is a documented column.
type column struct {
	name string // in lower case
	cell cellKind
	as   string // the record's member, a.b one of its object a; "" if it has the column's name
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
	walker walker
	values []byte // of the cells, as JSON
	leaves []leaf
	out    []byte
}

// leaf is a cell's place in the record: path "a.b" is member b of the object a.
type leaf struct {
	path     string
	from, to int // its value in values
}

func (a *assembler) begin() {
	a.values, a.leaves = a.values[:0], a.leaves[:0]
}

// add adds a cell, an empty one as absent. why says that it cannot be part of a record.
func (a *assembler) add(c column, text []byte) (why string) {
	if len(bytes.TrimSpace(text)) == 0 {
		return ""
	}
	l := leaf{path: c.as, from: len(a.values)}
	if l.path == "" {
		l.path = c.name
	}
	values, why := a.appendCell(a.values, text, c)
	if why != "" {
		return why
	}
	a.values = values
	l.to = len(values)
	a.leaves = append(a.leaves, l)
	return ""
}

// end returns the record. It is valid until the next one begins.
func (a *assembler) end() []byte {
	a.out = a.appendLeaves(a.out[:0], a.leaves, 0)
	return a.out
}

// appendLeaves appends the object of leaves, whose paths start behind level names. Objects in it
// stand behind its other members.
func (a *assembler) appendLeaves(out []byte, leaves []leaf, level int) []byte {
	out = append(out, '{')
	start := len(out)
	inner := leaves[:0:0]
	for _, l := range leaves {
		if a.isInner(l, leaves, level) {
			inner = append(inner, l)
			continue
		}
		out = a.appendName(out, start, l.path)
		out = append(out, a.values[l.from:l.to]...)
	}
	for len(inner) > 0 {
		head, _, _ := strings.Cut(inner[0].path, ".")
		var mine, others []leaf
		for _, l := range inner {
			if rest, ok := strings.CutPrefix(l.path, head+"."); ok {
				mine = append(mine, leaf{rest, l.from, l.to})
			} else {
				others = append(others, l)
			}
		}
		out = a.appendName(out, start, head)
		out = a.appendLeaves(out, mine, level+1)
		inner = others
	}
	return append(out, '}')
}

// isInner tells a leaf of an object within this one. Where a cell has the object's name too, those
// within it keep their path for a name, for one of two members of a name would be lost.
func (a *assembler) isInner(l leaf, leaves []leaf, level int) bool {
	head, rest, ok := strings.Cut(l.path, ".")
	if !ok || head == "" || rest == "" || level == maxNested || len(leaves) > maxLeaves {
		return false
	}
	for _, other := range leaves {
		if other.path == head {
			return false
		}
	}
	return true
}

const (
	maxNested = 8    // objects within each other that names of columns make
	maxLeaves = 1000 // cells of a row whose names make objects
)

func (a *assembler) appendName(out []byte, start int, name string) []byte {
	if len(out) > start {
		out = append(out, ',')
	}
	return append(appendQuoted(out, []byte(name)), ':')
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
	return a.walker.isWhole(b)
}

// record returns the first cell of the row that is a whole record, nil if there is none:
// CircleCI's export has one beside the columns, and it is the fuller one.
func (s *sheet) record() []byte {
	for i, c := range s.cells {
		if i < len(s.columns) && s.columns[i].cell != cellOther {
			continue
		}
		text := bytes.TrimSpace(s.text(s.blocks.buf, c))
		n, _ := prefixOf(text)
		if text = text[n:]; len(text) < 2 || text[0] != '{' {
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
	return s.mapper.isWhole(b)
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
