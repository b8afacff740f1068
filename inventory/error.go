package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Error is one fault of an inventory file: where it is, what is wrong, what to try. Line
// and Column count from one, in characters; zero means that they are not known. No value
// that could be a secret is in it.
type Error struct {
	File         string
	Line, Column int
	Msg, Hint    string
}

// Error gives FILE:LINE:COLUMN: message; hint.
func (e *Error) Error() string {
	s := e.Msg
	switch {
	case e.Column > 0:
		s = fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, s)
	case e.Line > 0:
		s = fmt.Sprintf("%s:%d: %s", e.File, e.Line, s)
	case e.File != "":
		s = e.File + ": " + s
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// place is a position in a file.
type place struct {
	line, column int
}

// fault is an Error before its place is known.
type fault struct {
	msg, hint string
}

// problems collects the faults of one file, so that one run shows all of them.
type problems struct {
	file    string
	list    []*Error
	refused map[int]bool // lines on which a secret was refused already
}

func (p *problems) add(at place, f fault) {
	p.list = append(p.list, &Error{
		File: p.file, Line: at.line, Column: at.column, Msg: f.msg, Hint: f.hint,
	})
}

// duplicates adds a problem for every id that an earlier secret has already.
func (p *problems) duplicates(secrets []Secret) {
	first := make(map[string]Secret, len(secrets))
	for _, s := range secrets {
		other, twice := first[s.ID]
		if !twice {
			first[s.ID] = s
			continue
		}
		p.list = append(p.list, &Error{
			File: s.File, Line: s.Line, Msg: "duplicate id " + echo(s.ID),
			Hint: fmt.Sprintf("the first is at %s:%d; every secret needs its own", other.File, other.Line),
		})
	}
}

// err joins what was collected, in the order of the file.
func (p *problems) err() error {
	slices.SortStableFunc(p.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column))
	})
	errs := make([]error, len(p.list))
	for i, e := range p.list {
		errs[i] = e
	}
	return errors.Join(errs...)
}

// echo quotes a value of the file for a message, unless it is long or could be a secret.
func echo(s string) string {
	if len(s) > 80 || looksSecret(s) {
		return "(not shown: it could be a secret)"
	}
	return strconv.Quote(s)
}
