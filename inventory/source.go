package inventory

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// source is a file's text, in which an offset can be turned into a line and a column.
type source struct {
	text   string
	starts []int // where each line begins

	// What place answered last. Readers ask from front to back, and a file may be one line
	// of megabytes, in which counting from the line's start each time would take minutes.
	lastOffset int
	last       place
}

// newSource decodes a file: UTF-8 with or without a byte-order mark, or UTF-16 with one,
// as spreadsheets and PowerShell write it. Lines end in \n afterwards. Other encodings
// are a fault at the first byte that is not understood.
func newSource(data []byte) (*source, place, *fault) {
	text := decodeText(data)
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	src := &source{text: text, starts: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			src.starts = append(src.starts, i+1)
		}
	}
	if utf8.ValidString(text) {
		return src, place{}, nil
	}
	valid := strings.ToValidUTF8(text, "\x00")
	bad := 0
	for bad < len(valid) && text[bad] == valid[bad] {
		bad++
	}
	return src, src.place(bad), &fault{"text that is not UTF-8", "save the file as UTF-8"}
}

func decodeText(data []byte) string {
	var order binary.ByteOrder
	switch {
	case len(data) >= 2 && data[0] == 0xff && data[1] == 0xfe:
		order = binary.LittleEndian
	case len(data) >= 2 && data[0] == 0xfe && data[1] == 0xff:
		order = binary.BigEndian
	default:
		return strings.TrimPrefix(string(data), "\ufeff")
	}
	units := make([]uint16, 0, len(data)/2)
	for data = data[2:]; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	return string(utf16.Decode(units))
}

// place turns an offset into a line and a column of characters.
func (s *source) place(offset int) place {
	offset = min(max(offset, 0), len(s.text))
	line, found := slices.BinarySearch(s.starts, offset)
	if found {
		line++
	}
	from, column := s.starts[line-1], 1
	if s.last.line == line && s.lastOffset <= offset {
		from, column = s.lastOffset, s.last.column
	}
	s.lastOffset = offset
	s.last = place{line, column + utf8.RuneCountInString(s.text[from:offset])}
	return s.last
}

// at turns a line and a column in bytes, as encoding/csv counts them, into a place.
func (s *source) at(line, column int) place {
	if line < 1 || line > len(s.starts) {
		return place{line: line}
	}
	return s.place(s.starts[line-1] + column - 1)
}
