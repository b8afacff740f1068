package ingest

import (
	"bytes"
	"fmt"
	"strings"
)

// table is a form that is CSV: its rows become records of JSON, which a source then maps.
type table struct {
	form    string
	columns []column
	// header tells from the names in a row, as they are spelled, whether it is the form's.
	header func(names []string) bool
	orders [][]string // in which the columns stand without a header
	// fits tells whether a row without a header is of the form; cells by column name.
	fits func(cells map[string]string) bool
	// event tells whether a cell is a whole record; without it, any known record is one.
	event func(m *mapper) bool
}

// sheet is a CSV file being read.
type sheet struct {
	*file
	table   *table
	columns []column // in the order of the file
	ragged  bool     // without a known order: a row is looked through for a record
	cells   []cell

	scratch   []byte // of text
	assembler assembler
}

// cell is where a cell stands in the block, without its quotes.
type cell struct {
	from, to int
	doubled  bool // it has doubled quotes
}

// text returns the content of a cell. It is valid until the next call.
func (s *sheet) text(b []byte, c cell) []byte {
	if !c.doubled {
		return b[c.from:c.to]
	}
	s.scratch = s.scratch[:0]
	for i := c.from; i < c.to; i++ {
		s.scratch = append(s.scratch, b[i])
		if b[i] == '"' {
			i++
		}
	}
	return s.scratch
}

// row cuts the row at b[i] into s.cells and returns where the next one starts. end tells
// that no more data follows. why says what is bad.
func (s *sheet) row(b []byte, i int, end bool) (next int, f fault, why string) {
	s.cells = s.cells[:0]
	for {
		var c cell
		if i < len(b) && b[i] == '"' {
			c.from = i + 1
			i, f, why = s.quoted(b, &c, end)
		} else {
			c.from = i
			i, f, why = s.plain(b, &c)
		}
		if f != whole {
			return i, f, why
		}
		s.cells = append(s.cells, c)
		switch {
		case i == len(b) && !end:
			return i, short, ""
		case i == len(b):
			return i, whole, ""
		case b[i] == '\n':
			return i + 1, whole, ""
		}
		i++ // the comma
	}
}

// plain reads a cell without quotes.
func (s *sheet) plain(b []byte, c *cell) (next int, f fault, why string) {
	i := c.from
	for i < len(b) && b[i] != ',' && b[i] != '\n' {
		if b[i] == '"' {
			return i, bad, "a quote within a cell that is not quoted"
		}
		i++
	}
	c.to = i
	if (i == len(b) || b[i] == '\n') && c.to > c.from && b[c.to-1] == '\r' {
		c.to--
	}
	return i, whole, ""
}

// quoted reads a cell from behind its opening quote and moves behind the closing one.
func (s *sheet) quoted(b []byte, c *cell, end bool) (next int, f fault, why string) {
	i := c.from
	for {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return len(b), short, ""
		}
		i += n + 1
		if i < len(b) && b[i] == '"' {
			c.doubled = true
			i++
			continue
		}
		break
	}
	c.to = i - 1
	if i < len(b) && b[i] == '\r' {
		i++
	}
	switch {
	case i == len(b) && !end:
		return i, short, ""
	case i < len(b) && b[i] != ',' && b[i] != '\n':
		return i, bad, "text behind the closing quote of a cell"
	}
	return i, whole, ""
}

// cutRow cuts the row that starts skip bytes behind the one at hand, reading on as long as it
// is not whole.
func (s *sheet) cutRow(skip int) (next int, f fault, why string) {
	for {
		next, f, why = s.row(s.blocks.buf, s.blocks.pos+skip, s.blocks.err != nil)
		if f == short && s.mayGrow() && s.blocks.more() {
			continue
		}
		if f == short && s.mayGrow() && s.blocks.err != nil {
			// The data has just turned out to end here.
			next, f, why = s.row(s.blocks.buf, s.blocks.pos+skip, true)
			if f == short {
				return next, bad, "the file ends within a quoted cell"
			}
		}
		return next, f, why
	}
}

// names returns the cells of a header row.
func (s *sheet) names() []string {
	var names []string
	for _, c := range s.cells {
		names = append(names, string(bytes.TrimSpace(s.text(s.blocks.buf, c))))
	}
	return names
}

// tableOf finds the table form that the first row shows, with or without a header.
func (f *file) tableOf() (*sheet, bool) {
	for i := range tables {
		s := &sheet{file: f, table: &tables[i]}
		next, fl, _ := s.cutRow(0)
		if fl != whole || len(s.cells) < 2 {
			continue
		}
		if names := s.names(); s.table.header(names) {
			s.takeHeader(names)
			f.pass(next - f.blocks.pos)
			return s, true
		}
		if s.takeOrder() {
			return s, true
		}
		if raw := s.record(); raw != nil {
			s.ragged = true
			return s, true
		}
	}
	return f.anyTable()
}

// anyTable finds a table of records that were exported with others' columns: one cell of each
// row holds a record.
func (f *file) anyTable() (*sheet, bool) {
	s := &sheet{file: f, table: &table{}, ragged: true}
	next, fl, _ := s.cutRow(0)
	if fl != whole {
		return nil, false
	}
	if s.record() != nil {
		return s, true
	}
	n := next - f.blocks.pos
	if _, fl, _ = s.cutRow(n); fl != whole || s.record() == nil {
		return nil, false
	}
	f.pass(n)
	return s, true
}

func (s *sheet) takeHeader(names []string) {
	for _, name := range names {
		s.columns = append(s.columns, s.table.column(strings.ToLower(name)))
	}
}

func (t *table) column(name string) column {
	for _, c := range t.columns {
		if c.name == name {
			return c
		}
	}
	return column{name: name, cell: cellOther}
}

// takeOrder finds the order of columns that the first row fits.
func (s *sheet) takeOrder() bool {
	for _, order := range s.table.orders {
		if len(s.cells) > len(order) {
			continue
		}
		cells := map[string]string{}
		for i, c := range s.cells {
			cells[order[i]] = string(s.text(s.blocks.buf, c))
		}
		if s.table.fits(cells) {
			s.takeHeader(order[:len(s.cells)])
			return true
		}
	}
	return false
}

// readTable reads the rows of a table. Positions are the numbers of its data rows.
func (f *file) readTable(s *sheet) error {
	if s.table.form != "" {
		if err := f.recognised(s.table.form); err != nil {
			return err
		}
	}
	for {
		if _, ok := f.skipSpace(); !ok {
			return nil
		}
		next, fl, why := s.cutRow(0)
		n := 0
		if fl == whole {
			n = next - f.blocks.pos
		}
		if fl == whole && !s.ragged && len(s.cells) != len(s.columns) {
			why = fmt.Sprintf("%d cells, where the header has %d", len(s.cells), len(s.columns))
			if bytes.IndexByte(f.blocks.rest()[:n-1], '\n') >= 0 {
				n = 0 // an unclosed quote may have swallowed rows
			}
		}
		var err error
		switch {
		case n == 0:
			err = s.resync(fl, why)
		case why != "":
			raw := f.blocks.rest()[:n]
			f.pass(n)
			err = f.reject(f.next(), s.at(why, raw), raw)
		default:
			err = s.take(n)
		}
		if err != nil {
			return err
		}
	}
}

// at adds the line on which a row starts, which is not its number when cells span lines.
func (s *sheet) at(why string, raw []byte) string {
	return fmt.Sprintf("%s (line %d)", why, s.line-int64(bytes.Count(raw, newline)))
}

// resync rejects the row at hand and moves to the next line that starts a plausible row.
func (s *sheet) resync(fl fault, why string) error {
	if fl == short {
		why = s.tooLarge()
	}
	pos, line := s.next(), s.line
	raw := s.blocks.rest()
	skipped := 0
	for {
		n := s.skipLine().bytes
		skipped += n
		if _, ok := s.skipSpace(); !ok || s.plausible() {
			break
		}
	}
	raw = bytes.TrimSpace(raw[:min(skipped+1, len(raw))])
	return s.reject(pos, fmt.Sprintf("%s (line %d)", why, line), raw)
}

// plausible tells whether a row starts at hand: as many cells as there are columns, and
// what a row of the form must have.
func (s *sheet) plausible() bool {
	_, fl, _ := s.cutRow(0)
	if fl != whole || s.ragged {
		return fl == whole && s.record() != nil
	}
	if len(s.cells) != len(s.columns) {
		return false
	}
	cells := map[string]string{}
	for i, c := range s.cells {
		cells[s.columns[i].name] = string(s.text(s.blocks.buf, c))
	}
	return s.table.fits(cells)
}

func (s *sheet) noRecord() string {
	if s.table.form == "" {
		return "no cell holds a record of a log that is read here"
	}
	return "no cell holds a record, and there is no header: columns id, action, occurred_at … " +
		"were expected"
}

// take passes on the row at hand, which is n bytes long.
func (s *sheet) take(n int) error {
	raw := s.blocks.rest()[:n]
	pos := s.next()
	record := s.record()
	if record == nil && s.ragged {
		s.pass(n)
		return s.reject(pos, s.at(s.noRecord(), raw), raw)
	}
	var why string
	if record == nil {
		record, why = s.assemble()
	}
	s.pass(n)
	if why != "" {
		return s.reject(pos, s.at(why, raw), raw)
	}
	w := &s.mapper.walker
	if end, fl := w.walk(record, 0); fl != whole || end != len(record) {
		return s.reject(pos, s.at("not JSON: "+w.why, raw), raw)
	}
	s.outer, s.sheet = bytes.TrimRight(raw, "\r\n"), s
	defer func() { s.outer, s.sheet = nil, nil }()
	return s.file.take(pos, record, inCells)
}
