package ingest

import (
	"bytes"
	"fmt"
)

const maxLevels = 8 // arrays and wrappers around a record

// documents reads JSON documents one after the other: records, arrays of records, and
// documents that wrap an array of records.
func (f *file) documents() error {
	f.framing = lines
	for first := true; ; first = false {
		c, ok := f.skipSpace()
		if !ok {
			return nil
		}
		if c == ',' && !first { // lines that were cut out of an array keep their commas
			f.blocks.pos++
			continue
		}
		if f.skipPrefix(c) {
			c = '{'
		}
		if first && c != '[' && f.wrapper(true) == 0 {
			var single bool
			if f.byLine, single = f.isByLine(); !f.byLine {
				f.framing = apart
			}
			f.byLine = f.byLine && !single
		}
		if err := f.value(first, lines, 0); err != nil {
			return err
		}
	}
}

// isByLine tells whether a stream has one record a line, from its first: pretty-printed
// ones, several on one line, or a single one in the file are numbered instead. What cannot
// be parsed is by line, unless its first line is a lone brace.
func (f *file) isByLine() (byLine, single bool) {
	w := &f.mapper.walker
	for {
		b := f.blocks.buf
		end, fl := w.walk(b, f.blocks.pos)
		if (fl == short || end == len(b)) && f.mayGrow() && f.blocks.more() {
			continue
		}
		if fl != whole {
			line, _, _ := bytes.Cut(f.blocks.rest(), []byte("\n"))
			return len(bytes.TrimSpace(line)) > 1, false
		}
		if bytes.IndexByte(b[f.blocks.pos:end], '\n') >= 0 {
			return false, false
		}
		for end < len(b) && isSpace(b[end]) {
			if b[end] == '\n' {
				return true, f.ends(end - f.blocks.pos)
			}
			end++
		}
		return end == len(b), end == len(b)
	}
}

// skipPrefix moves over what stands in front of a record on its line, if c starts that.
func (f *file) skipPrefix(c byte) bool {
	if c != '<' && !isAlnum(c) {
		return false
	}
	f.blocks.need(maxPrefix)
	n, label := prefixOf(f.blocks.rest())
	f.blocks.pos += n
	if f.prefix == "" {
		f.prefix = label
	}
	return n > 0
}

// ends tells whether only white space stands n bytes behind what is at hand.
func (f *file) ends(n int) bool {
	for {
		rest := f.blocks.rest()
		for n < len(rest) && isSpace(rest[n]) {
			n++
		}
		if n < len(rest) {
			return false
		}
		if n > mostBlock || !f.blocks.more() {
			return n <= mostBlock
		}
	}
}

// mayGrow tells whether the record at hand may become larger still.
func (f *file) mayGrow() bool {
	return int64(len(f.blocks.rest())) < f.opt.MaxRecord
}

// skipSpace moves to the next byte that is no white space and counts lines.
func (f *file) skipSpace() (byte, bool) {
	for {
		c, ok := f.blocks.peek()
		if !ok || !isSpace(c) {
			return c, ok
		}
		if c == '\n' {
			f.line++
		}
		f.blocks.pos++
	}
}

// value reads the JSON value at hand: an array of records, a wrapper, or a record. first
// tells the first one in its array or stream.
func (f *file) value(first bool, in framing, level int) error {
	c, _ := f.blocks.peek()
	switch {
	case level == maxLevels:
	case c == '[' && f.mayEnter():
		f.blocks.pos++
		return f.elements(array, level+1)
	case c == '{':
		if n := f.wrapper(first); n > 0 && f.mayEnter() {
			return f.unwrap(n, level+1)
		}
	}
	if in == lines {
		in = f.framing
	}
	return f.record(in, level)
}

// mayEnter tells whether to look for records within the array or wrapper at hand. In a file
// of lines it must be whole: a line that is cut off must not swallow those behind it.
func (f *file) mayEnter() bool {
	if !f.byLine {
		return true
	}
	_, fl := f.grow(f.mapper.walk)
	return fl == whole
}

// wrapper returns how many bytes stand before the elements of the wrapper {"Records":[ at
// hand, 0 if there is none. deep looks behind other members, none of which may be an object
// or array; a stream's first record tells whether that is worth it.
func (f *file) wrapper(deep bool) int {
	w := &f.mapper.walker
	for {
		pos, fl := wrapperStart(w, f.blocks.buf, f.blocks.pos, deep)
		if fl == short && len(f.blocks.rest()) < firstBlock && f.blocks.more() {
			continue
		}
		if fl != whole {
			return 0
		}
		return pos - f.blocks.pos
	}
}

// unwrap reads a wrapper: its records, from behind the n bytes before them, and what
// stands behind them.
func (f *file) unwrap(n, level int) error {
	for {
		f.pass(n)
		if err := f.elements(wrapped, level); err != nil {
			return err
		}
		var err error
		if n, err = f.unwrapped(); n == 0 || err != nil {
			return err
		}
	}
}

// pass moves over n bytes that are no records.
func (f *file) pass(n int) {
	f.line += int64(bytes.Count(f.blocks.rest()[:n], newline))
	f.blocks.pos += n
}

// wrapperStart returns the position behind the bracket of {"Records":[ at b[i].
func wrapperStart(w *walker, b []byte, i int, deep bool) (int, fault) {
	w.b = b
	if i >= len(b) || b[i] != '{' {
		return i, bad
	}
	for first := true; ; first = false {
		i = w.space(i + 1)
		value, list, fl := w.nameAt(i)
		if fl != whole || list == ofRecords || list == ofObjects && first {
			return value + 1, fl
		}
		if b[value] == '[' || b[value] == '{' || !deep {
			return value, bad
		}
		if i, fl = w.value(value, 0, -1); fl != whole {
			return i, fl
		}
		if i = w.space(i); i >= len(b) {
			return i, short
		}
		if b[i] != ',' {
			return i, bad
		}
	}
}

// list tells arrays whose elements are cut as records from others.
type list uint8

const (
	ofOthers  list = iota
	ofRecords      // of {"Records":[…]}
	ofObjects      // as results of calls have them; other records may have such members too
)

// nameAt reads a member's name and colon and returns where its value starts, and whether that
// is an array to cut.
func (w *walker) nameAt(i int) (value int, l list, f fault) {
	if i >= len(w.b) {
		return i, ofOthers, short
	}
	if w.b[i] != '"' {
		i, f = w.fail(i, errJunk)
		return i, ofOthers, f
	}
	key := i + 1
	end, _, f := w.str(key)
	if f != whole {
		return end, ofOthers, f
	}
	i = w.space(end + 1)
	if i < len(w.b) && w.b[i] != ':' {
		i, f = w.fail(i, errJunk)
		return i, ofOthers, f
	}
	if i < len(w.b) {
		i = w.space(i + 1)
	}
	if i >= len(w.b) {
		return i, ofOthers, short
	}
	if w.b[i] != '[' {
		return i, ofOthers, whole
	}
	l, f = w.listAt(i, w.b[key:end])
	return i, l, f
}

// listAt tells from its member's name and its first element what an array is.
func (w *walker) listAt(i int, name []byte) (list, fault) {
	switch string(name) {
	default:
		if bytes.EqualFold(name, []byte("Records")) {
			return ofRecords, whole
		}
		return ofOthers, whole
	case "Events", "events", "results", "logs":
	}
	if i = w.space(i + 1); i >= len(w.b) {
		return ofOthers, short
	}
	if w.b[i] != '{' {
		return ofOthers, whole
	}
	return ofObjects, whole
}

// elements reads the elements of an array from behind its bracket.
func (f *file) elements(in framing, level int) error {
	before := f.count
	for first := true; ; first = false {
		more, err := f.element(first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if err := f.value(first, in, level); err != nil {
			return err
		}
	}
	if f.count == before && in == wrapped && f.empty == "" {
		f.empty = emptyWrapper
	}
	return nil
}

// element moves to the next element, or behind the end of the array.
func (f *file) element(first bool) (more bool, err error) {
	commas := 0
	c, ok := f.skipSpace()
	for ok && c == ',' && !first {
		commas++
		f.blocks.pos++
		c, ok = f.skipSpace()
	}
	expected := !first && !f.restarted
	f.restarted = false
	switch {
	case !ok:
		return false, f.cutOff(nil)
	case expected && commas == 0 && c != ']':
		err = f.structure("a comma is missing between elements")
	case expected && (commas > 1 || commas == 1 && c == ']'):
		err = f.structure("an element is missing")
	}
	if c == ']' {
		f.blocks.pos++
	}
	return c != ']', err
}

// structure rejects what is wrong between records. It takes no number: the next record is
// the element that it says.
func (f *file) structure(what string) error {
	err := f.reject(f.next(), fmt.Sprintf("%s at byte %d", what, f.blocks.offset()), nil)
	f.count--
	return err
}

// unwrapped reads what follows the array of a wrapper. Should that be a second array of
// records, n bytes stand before its elements.
func (f *file) unwrapped() (n int, err error) {
	w := &f.mapper.walker
	for {
		c, ok := f.skipSpace()
		switch {
		case !ok:
			return 0, f.cutOff(nil)
		case c == '}':
			f.blocks.pos++
			return 0, nil
		case c != ',':
			return 0, f.lost(errJunk)
		}
		f.blocks.pos++
		end, fl := f.grow(w.walkMember)
		switch {
		case fl == short && f.blocks.err != nil:
			return 0, f.cutOff(f.blocks.rest())
		case fl != whole:
			return 0, f.lost(errJunk)
		case w.b[end-1] == '[':
			return end - f.blocks.pos, nil
		}
		f.pass(end - f.blocks.pos)
	}
}

// walkMember reads the member of an object from before its name. It stops behind the
// bracket of a second array of records.
func (w *walker) walkMember(b []byte, i int) (int, fault) {
	w.b, w.nodes, w.secrets, w.open = b, w.nodes[:0], w.secrets[:0], false
	value, list, f := w.nameAt(w.space(i))
	switch {
	case f != whole:
		return value, f
	case list == ofRecords:
		return value + 1, whole
	}
	return w.value(value, 0, -1)
}

const errJunk = "something else stands where the document should go on"

var newline = []byte("\n")

// grow applies walk to the bytes at hand, and again with more of them as long as they end
// within the value and it is not too large.
func (f *file) grow(walk func(b []byte, i int) (int, fault)) (int, fault) {
	for {
		end, fl := walk(f.blocks.buf, f.blocks.pos)
		if fl == short && f.mayGrow() && f.blocks.more() {
			continue
		}
		if fl == whole && f.mapper.open && f.blocks.more() {
			continue
		}
		return end, fl
	}
}

// checkLine refuses what is JSON by accident: a string or number in front of the rest of a
// broken line, and a line that was cut off together with those behind it. A record that is
// meant to span lines starts with a line that is a lone brace.
func (f *file) checkLine(end int) fault {
	w := &f.mapper.walker
	switch {
	case w.nodes[0].kind != kindObject && !f.lineEnds(end):
		_, fl := w.fail(end, "something else stands behind a value")
		return fl
	case w.blank:
		line, _, spans := bytes.Cut(f.blocks.buf[f.blocks.pos:end], newline)
		if spans && len(bytes.TrimSpace(line)) > 1 {
			_, fl := w.fail(f.blocks.pos+len(line), "the line ends within a value")
			return fl
		}
	}
	return whole
}

// lineEnds tells whether only white space stands between b[i] and the end of its line.
func (f *file) lineEnds(i int) bool {
	b := f.blocks.buf
	for i < len(b) && isSpace(b[i]) && b[i] != '\n' {
		i++
	}
	return i == len(b) || b[i] == '\n'
}

// record cuts one record and passes it on.
func (f *file) record(in framing, level int) error {
	w := &f.mapper.walker
	end, fl := w.walk(f.blocks.buf, f.blocks.pos)
	if fl != whole || w.open {
		end, fl = f.grow(w.walk)
	}
	if fl == whole && f.byLine {
		fl = f.checkLine(end)
	}
	if fl != whole {
		return f.resync(fl, level)
	}
	pos := f.next()
	raw := f.blocks.buf[f.blocks.pos:end]
	if w.blank {
		f.line += int64(bytes.Count(raw, newline))
	}
	f.blocks.pos = end
	if int64(len(raw)) > f.opt.MaxRecord {
		return f.reject(pos, f.tooLarge(), raw)
	}
	return f.take(pos, raw, in)
}
