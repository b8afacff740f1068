package inventory

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// columns are the names that a header may have besides those that are kept as they are.
var columns = []string{
	"id", "kind", "identifier", "name", "stored_in", "created_at", "rotated_at", "owner", "notes",
}

func readCSV(src *source, p *problems) []row {
	r := newCSV(src.text, separator(firstLine(src.text)))
	header := nextRow(r, src, p)
	if !checkHeader(header, p) {
		return nil
	}
	var rows []row
	for {
		r := nextRow(r, src, p)
		if r == nil {
			return rows
		}
		if len(r.cells) != len(header.cells) {
			p.add(place{line: r.at.line}, ragged(len(r.cells), len(header.cells)))
			continue
		}
		for i, h := range header.cells {
			r.cells[i].column = h.value
		}
		rows = append(rows, *r)
	}
}

// newCSV reads the text of an inventory.
func newCSV(text string, separator rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.Comment = separator, '#'
	r.FieldsPerRecord = -1 // a ragged row is one fault, not the end
	r.TrimLeadingSpace = separator != '\t'
	return r
}

// nextRow reads on to a row with something in it; nil is the end. Broken rows become
// problems. Spreadsheets put quotes and empty cells around a comment, so the first cell
// is looked at too.
func nextRow(r *csv.Reader, src *source, p *problems) *row {
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			p.add(csvFault(err, src))
			continue
		}
		out := row{cells: make([]cell, len(record))}
		blank := true
		for i, value := range record {
			line, column := r.FieldPos(i)
			out.cells[i] = cell{value: strings.TrimSpace(value), at: src.at(line, column)}
			blank = blank && out.cells[i].value == ""
		}
		if !blank && !strings.HasPrefix(out.cells[0].value, "#") {
			out.at = out.cells[0].at
			return &out
		}
	}
}

func checkHeader(header *row, p *problems) bool {
	all := "write a first line such as " + strings.Join(columns, ",")
	if header == nil {
		p.add(place{line: 1}, fault{"the header is missing", all})
		return false
	}
	var names []string
	for i, c := range header.cells {
		names = append(names, fold(c.value))
		header.cells[i].column = c.value
	}
	if !slices.ContainsFunc(names, func(s string) bool { return slices.Contains(columns, s) }) {
		p.add(place{line: header.at.line}, fault{"the header is missing", all})
		return false
	}
	ok := true
	for _, need := range []string{"id", "kind"} {
		if !slices.Contains(names, need) {
			p.add(place{line: header.at.line}, fault{"the header has no column " + need, all})
			ok = false
		}
	}
	p.columns(header.cells)
	return ok
}

// separator picks what splits the header into most columns that we know.
func separator(header string) rune {
	best, most := ',', 0
	for _, sep := range []rune{',', ';', '\t'} {
		known := 0
		for name := range strings.SplitSeq(header, string(sep)) {
			if slices.Contains(columns, fold(strings.Trim(name, "\" "))) {
				known++
			}
		}
		if known > most {
			best, most = sep, known
		}
	}
	return best
}

func ragged(got, want int) fault {
	return fault{
		fmt.Sprintf("the row has %d values, the header has %d", got, want),
		"put a value that holds the separator in double quotes",
	}
}

func csvFault(err error, src *source) (place, fault) {
	var bad *csv.ParseError
	if !errors.As(err, &bad) {
		return place{}, fault{msg: "the text is not CSV"}
	}
	if errors.Is(err, csv.ErrBareQuote) {
		return src.at(bad.Line, bad.Column), fault{
			"a double quote inside a value without quotes",
			"put the whole value in double quotes and double those inside",
		}
	}
	return place{line: bad.StartLine}, fault{
		"a value in double quotes does not end where it should",
		"close it before the separator and double the quotes inside",
	}
}
