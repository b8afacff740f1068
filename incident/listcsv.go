package incident

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// listHeader is the header of a CSV of indicators.
const listHeader = "type,value,confidence,source,note"

// csv reads a CSV with a header. Type and value are required, the columns may stand in any order.
func (r *listReader) csv(data []byte) {
	r.list.Form = "csv"
	rows := csv.NewReader(bytes.NewReader(data))
	rows.TrimLeadingSpace = true
	header, err := rows.Read()
	if err != nil {
		r.refusef("1", "%v: write a header, %s", csvCause(err), listHeader)
		return
	}
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(strings.Split(listHeader, ","), header[i]) ||
			slices.Index(header, header[i]) < i {
			r.refusef("1", "column %q is unknown or repeated: write a header of %s", name, listHeader)
		}
	}
	for _, name := range []string{"type", "value"} {
		if !slices.Contains(header, name) {
			r.refusef("1", "column %s is missing: write a header, %s", name, listHeader)
		}
	}
	if r.errs != nil {
		return
	}
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			var bad *csv.ParseError
			if !errors.As(err, &bad) {
				r.refusef("", "%v", err)
				return
			}
			r.refusef(fmt.Sprint(bad.Line), "%v: the rows have %d columns, quotes come in pairs",
				bad.Err, len(header))
			if !errors.Is(err, csv.ErrFieldCount) {
				return // what follows an open quote is no row
			}
			continue
		}
		line, _ := rows.FieldPos(0)
		r.row(fmt.Sprint(line), header, cells)
	}
}

func csvCause(err error) error {
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return bad.Err
	}
	return err
}

func (r *listReader) row(place string, header, cells []string) {
	var i Indicator
	for n, name := range header {
		cell := strings.TrimSpace(cells[n])
		switch name {
		case "type":
			i.Type = strings.ToLower(cell)
		case "value":
			i.Value = cell
		case "confidence":
			i.Confidence = strings.ToLower(cell)
		case "source":
			i.Source = cell
		case "note":
			i.Note = cell
		}
	}
	switch {
	case !slices.Contains(indicatorTypes, i.Type):
		r.refusef(place, "type %q is unknown: write one of %s", i.Type,
			strings.Join(indicatorTypes, ", "))
	case i.Confidence != "" && !slices.Contains(confidences, i.Confidence):
		r.refusef(place, "confidence %q is unknown: write one of %s", i.Confidence,
			strings.Join(confidences, ", "))
	default:
		if fault := r.take(place, i); fault != "" {
			r.refusef(place, "%s %.100q %s", i.Type, i.Value, fault)
		}
	}
}
