package ingest

import (
	"bytes"
	"fmt"
)

// resync rejects the record at hand, which cannot be parsed, and moves to where the next
// one starts, as far as that can be told.
func (f *file) resync(fl fault, level int) error {
	w := &f.mapper.walker
	reason := "not whole: it ends within a value"
	if fl == bad {
		reason = fmt.Sprintf("not JSON: %s at byte %d", w.why, f.blocks.off+int64(w.at))
	} else if !f.mayGrow() {
		reason = f.tooLarge()
		fl = bad
	}
	pos := f.next()
	raw := f.blocks.rest()
	var skipped skip
	switch {
	case level > 0:
		skipped = f.skipElement()
	case f.byLine:
		skipped = f.skipLine()
	default:
		skipped = f.skipValue()
	}
	if skipped.lost {
		if fl == short {
			return f.cutOff(raw)
		}
		if level > 0 {
			reason += fmt.Sprintf("; the rest of the file from byte %d could not be cut into "+
				"records", skipped.from)
		}
		return f.broke(pos, reason, raw)
	}
	return f.reject(pos, reason, raw[:min(skipped.bytes, len(raw))])
}

func (f *file) tooLarge() string {
	return fmt.Sprintf("larger than the limit of %d bytes", f.opt.MaxRecord)
}

// cutOff rejects what the end of the file cuts off. The levels around it end with it.
func (f *file) cutOff(raw []byte) error {
	if f.told {
		return nil
	}
	reason := "the file ends within a record"
	if len(raw) == 0 {
		reason = "the file ends before the end of its array"
	}
	f.blocks.pos = len(f.blocks.buf)
	return f.broke(f.next(), reason, raw)
}

// broke rejects the last record of a file together with what broke the stream, if
// something did.
func (f *file) broke(pos int64, reason string, raw []byte) error {
	f.told = true
	if err := f.blocks.broken(); err != nil {
		if f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		reason = err.Error() + "; " + reason
	}
	return f.reject(pos, reason, raw)
}

// lost rejects the rest of a document whose structure is broken and moves on to what may
// be the next document.
func (f *file) lost(why string) error {
	pos, from, raw := f.next(), f.blocks.offset(), f.blocks.rest()
	reason := fmt.Sprintf("not JSON: %s at byte %d", why, from)
	skipped := f.skipValue()
	raw = raw[:min(skipped.bytes, len(raw))]
	if skipped.lost {
		return f.broke(pos, reason, raw)
	}
	return f.reject(pos, reason, raw)
}

// skip tells what was skipped.
type skip struct {
	bytes     int
	from      int64 // where in the stream it started
	lost      bool  // the data ended before the end of the value was found
	restarted bool  // another record starts at hand, without what should be before it
}

// skipLine moves to the start of the next line.
func (f *file) skipLine() skip {
	s := skip{from: f.blocks.offset()}
	for {
		rest := f.blocks.rest()
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			f.blocks.pos += i
			s.bytes += i
			return s
		}
		s.bytes += len(rest)
		f.blocks.pos = len(f.blocks.buf)
		if !f.blocks.more() {
			s.lost = true
			return s
		}
	}
}

// skipValue moves behind the value at hand, or before a line that starts with a brace: in
// pretty-printed text only records start there.
func (f *file) skipValue() skip {
	sc := scanner{file: f, lineStarts: true}
	return sc.run()
}

// skipElement moves behind the array element at hand: to the comma or bracket that follows
// it, or to an element that starts as this one did.
func (f *file) skipElement() skip {
	sc := scanner{file: f, inArray: true, signature: f.signature}
	if sc.signature == nil {
		sc.signature = signature(f.blocks.rest())
	}
	s := sc.run()
	f.restarted = s.restarted
	return s
}

// signature returns the name of a record's first member with its quotes: the mark of the
// next record, should brackets or quotes not lead there.
func signature(b []byte) []byte {
	if len(b) == 0 || b[0] != '{' {
		return nil
	}
	b = bytes.TrimLeft(b[1:min(len(b), 200)], " \t\r\n")
	if len(b) < 4 || b[0] != '"' {
		return nil
	}
	if end := bytes.IndexByte(b[1:], '"'); end > 1 {
		return bytes.Clone(b[:end+2])
	}
	return nil
}

// scanner looks for the end of a value that is not valid JSON. It knows only strings and
// brackets, and goes through blocks without keeping them.
type scanner struct {
	file       *file
	inArray    bool
	lineStarts bool
	signature  []byte

	depth    int
	inString bool
	escaped  bool
	last     byte // in an array the last one that is no white space
	skipped  skip
}

// lookAhead is how much of a record's start must be at hand to tell it.
const lookAhead = 256

func (s *scanner) run() skip {
	b := &s.file.blocks
	s.skipped.from = b.offset()
	for {
		if len(b.rest()) < lookAhead {
			b.more()
		}
		if b.pos == len(b.buf) {
			s.skipped.lost = true
			return s.skipped
		}
		if s.skipped.bytes > 0 && s.starts() {
			s.skipped.restarted = true
			return s.skipped
		}
		if s.ends(b.buf[b.pos]) {
			return s.skipped
		}
	}
}

// starts tells whether another record starts at hand, whatever quotes and brackets say.
func (s *scanner) starts() bool {
	b := s.file.blocks.rest()
	if b[0] != '{' {
		return false
	}
	if s.lineStarts {
		return s.last == '\n'
	}
	if s.signature == nil || s.last != ',' && s.last != '[' {
		return false
	}
	rest := bytes.TrimLeft(b[1:min(len(b), lookAhead)], " \t\r\n")
	return bytes.HasPrefix(rest, s.signature)
}

// ends takes the next byte and tells whether the value ends with it or before it.
func (s *scanner) ends(c byte) bool {
	if s.inArray && !s.inString && s.depth == 0 && (c == ',' || c == ']') {
		return true
	}
	s.pass(c)
	if s.inString {
		s.inString = s.escaped || c != '"'
		s.escaped = !s.escaped && c == '\\'
		return false
	}
	switch c {
	case '"':
		s.inString = true
	case '{', '[':
		s.depth++
	case '}', ']':
		s.depth--
		return !s.inArray && s.depth <= 0
	}
	return false
}

// pass moves over a byte.
func (s *scanner) pass(c byte) {
	s.file.blocks.pos++
	s.skipped.bytes++
	if s.lineStarts || !isSpace(c) {
		s.last = c
	}
	if c == '\n' {
		s.file.line++
		s.inString, s.escaped = false, false // it cannot hold one: it was never closed
	}
}
