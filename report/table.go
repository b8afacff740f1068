package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// cellMin is the width down to which a column of a general table may be clipped.
const cellMin = 8

// Table writes rows under a header, fitted to the terminal. Every cell is cleaned. On a
// terminal long cells are clipped, and where the columns do not fit at all each row becomes a
// list of name and value. Every row must have as many cells as the header.
func Table(w io.Writer, header []string, rows [][]string, o Options) error {
	g := grid{rows: make([][]string, len(rows))}
	for _, name := range header {
		g.cols = append(g.cols, column{name: name, min: max(cellMin, min(len(name), 2*cellMin))})
	}
	for i, row := range rows {
		if len(row) != len(header) {
			return fmt.Errorf("table row %d: %d cells under %d names", i+1, len(row), len(header))
		}
		g.rows[i] = row
	}
	p := newPage(o)
	if err := p.grid(g); err != nil {
		return err
	}
	return p.writeTo(w)
}

// grid writes a grid as wide as the page allows.
func (p *page) grid(g grid) error {
	if len(g.cols) == 0 {
		return nil
	}
	g.clean()
	l, ok := g.fit(p.cols)
	if !ok {
		p.lists(g)
		return nil
	}
	return p.columns(g, l)
}

// columns writes a laid-out grid. tablewriter gets cells that are already as wide as their
// column, because it would measure them by the locale of the machine.
func (p *page) columns(g grid, l layout) error {
	var out bytes.Buffer
	table := tablewriter.NewTable(&out,
		tablewriter.WithRenderer(&plain{Blueprint: renderer.NewBlueprint(), rule: l.total()}),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithTrimTab(tw.Off),
	)
	right := make([]bool, len(l.show))
	header := make([]string, len(l.show))
	for j, i := range l.show {
		right[j] = g.isNumeric(i)
		header[j] = pad(g.cols[i].clip(g.cols[i].name, l.widths[j]), l.widths[j], right[j])
	}
	table.Header(header)
	for _, row := range g.rows {
		cells := make([]string, len(l.show))
		if g.isHeading(row) {
			cells[0] = clipMiddle(row[0], l.total())
		} else {
			p.fill(cells, g, l, row, right)
		}
		if err := table.Append(cells); err != nil {
			return fmt.Errorf("table: %w", err)
		}
	}
	if err := table.Render(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	p.out.Write(out.Bytes())
	return nil
}

// fill clips, pads and paints the shown cells of a row.
func (p *page) fill(cells []string, g grid, l layout, row []string, right []bool) {
	for j, i := range l.show {
		text := g.cols[i].clip(row[i], l.widths[j])
		cells[j] = pad(text, l.widths[j], right[j])
		if p.o.Color && g.cols[i].paint != nil {
			cells[j] = strings.Replace(cells[j], text, paint(text, g.cols[i].paint(row[i])), 1)
		}
	}
}

// lists writes each row of a grid as a list of names and values.
func (p *page) lists(g grid) {
	for r, row := range g.rows {
		p.line(fmt.Sprintf("row %d", r+1))
		facts := make([]fact, len(row))
		for i, cell := range row {
			facts[i] = fact{g.cols[i].name, cell}
		}
		p.facts(facts...)
	}
}

// paint wraps text into a colour, given as SGR parameters.
func paint(text, sgr string) string {
	if sgr == "" || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

// plain renders a table without borders: columns two spaces apart and one rule below the
// header. Whatever it does not say itself it takes from tablewriter's own renderer.
type plain struct {
	*renderer.Blueprint
	rule int // width of the rule
	w    io.Writer
}

// Start takes the writer; Line and Row need it.
func (p *plain) Start(w io.Writer) error {
	p.w = w
	return nil
}

// Header writes the names and the rule.
func (p *plain) Header(headers [][]string, _ tw.Formatting) {
	for _, h := range headers {
		p.writeRow(h)
	}
	fmt.Fprintln(p.w, strings.Repeat("─", p.rule))
}

// Row writes one row.
func (p *plain) Row(row []string, _ tw.Formatting) { p.writeRow(row) }

// Line writes nothing: there are no borders.
func (p *plain) Line(tw.Formatting) {}

func (p *plain) writeRow(cells []string) {
	line := strings.Join(cells, strings.Repeat(" ", gap))
	fmt.Fprintln(p.w, strings.TrimRight(line, " "))
}
