package ingest

import (
	"bytes"
	"io"

	"breachwindow/internal/archive"
)

// Valid tells whether the walker takes b for one JSON value.
func Valid(b []byte) bool {
	var w walker
	w.b = b
	end, f := w.walk(b, w.space(0))
	return f == whole && w.space(end) == len(b)
}

// Canonical is the text that a record's hash is made of. b must be valid.
func Canonical(b []byte) string { return string(canonical(nil, b)) }

// TimeOf reads a time.
func TimeOf(s string) (int64, string) { return timeOf(s) }

// Excerpt makes bytes fit to show.
func Excerpt(b []byte) string { return excerpt(b) }

// CanonicalAction folds the spellings of a CircleCI action.
func CanonicalAction(s string) string { return canonicalAction(s) }

// MaxDepth bounds nesting.
const MaxDepth = maxDepth

// StructJSON reads Presto's text of a struct, or of a map.
func StructJSON(text string, isMap bool) (string, bool) {
	s := structText{b: []byte(text), walker: &walker{}, isMap: isMap}
	out, ok := s.value(nil, 0, 0)
	return string(out), ok && s.i == len(text)
}

// IsArchive tells archives, packed or not.
func IsArchive(b []byte) bool {
	in, err := unpack(bytes.NewReader(b), &budget{left: 1 << 20, most: 1 << 20})
	if err != nil {
		return false
	}
	defer in.close()
	head, _ := in.Peek(archive.HeadSize)
	return archive.FormOf(head) != archive.None
}

// Assembled is the record of a row with these columns, whose cells are their numbers.
func Assembled(columns []string) string {
	var a assembler
	a.begin()
	for i, name := range columns {
		a.add(column{name: name}, []byte{'0' + byte(i)})
	}
	return string(a.end())
}

// ParquetRows are the rows of a Parquet file as JSON, a line each.
func ParquetRows(b []byte) (string, error) {
	rows, err := openParquet(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", err
	}
	defer rows.close()
	out, err := io.ReadAll(rows)
	return string(out), err
}
