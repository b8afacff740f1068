package report

import (
	"slices"
	"strings"
)

// gap is the space between two columns.
const gap = 2

// column is one column of a grid and how it gives way when the terminal is too narrow.
type column struct {
	name     string
	want     int                      // clipped below this width only when no column is left to drop
	min      int                      // never clipped below this width; 0: never clipped
	middle   bool                     // clipped in the middle: both ends tell its values apart
	drop     int                      // 0: always shown; else those with the highest go first
	fallback bool                     // stands in for the column before it once that is dropped
	paint    func(cell string) string // SGR parameters for the cell's text, "" for none
}

// clip shortens a cell to n columns.
func (c *column) clip(cell string, n int) string {
	if c.middle {
		return clipMiddle(cell, n)
	}
	return clip(cell, n)
}

// grid is a table before it is laid out. Its cells may hold anything; they are cleaned once. A
// row of a single cell is a heading and spans all columns.
type grid struct {
	cols []column
	rows [][]string
}

// isHeading says whether a row spans all columns.
func (g *grid) isHeading(row []string) bool { return len(row) < len(g.cols) }

// layout is what of a grid is shown and how wide.
type layout struct {
	show   []int // indexes of columns
	widths []int // beside show
}

// total returns the width of a line.
func (l layout) total() int { return total(l.widths) + gap*(len(l.widths)-1) }

// clean makes every cell and name harmless and one line.
func (g *grid) clean() {
	for i := range g.cols {
		g.cols[i].name = Clean(g.cols[i].name)
	}
	for r, row := range g.rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = Clean(cell)
		}
		g.rows[r] = cells
	}
}

// natural returns the width that each column would take if it could.
func (g *grid) natural() []int {
	widths := make([]int, len(g.cols))
	for i, c := range g.cols {
		widths[i] = width(c.name)
		for _, row := range g.rows {
			if !g.isHeading(row) {
				widths[i] = max(widths[i], width(row[i]))
			}
		}
	}
	return widths
}

// fit chooses columns and widths for a terminal of so many columns, 0 for no limit. It drops
// columns until the others have the width that they want, then clips. It says false when even
// the narrowest choice is too wide.
func (g *grid) fit(cols int) (layout, bool) {
	natural := g.natural()
	dropped := g.empty()
	for {
		l := layout{show: g.visible(dropped)}
		room := cols - gap*(len(l.show)-1)
		l.widths = g.floors(l.show, natural, func(column) int { return 0 })
		if cols <= 0 || total(l.widths) <= room {
			return l, true
		}
		wanted := g.floors(l.show, natural, func(c column) int { return max(c.want, c.min) })
		if total(wanted) <= room {
			l.widths = shrink(l.widths, wanted, room)
			return l, true
		}
		if g.dropSome(dropped, l.show) {
			continue
		}
		least := g.floors(l.show, natural, func(c column) int { return c.min })
		if total(least) > room {
			return l, false
		}
		l.widths = shrink(l.widths, least, room)
		return l, true
	}
}

// floors returns, for the shown columns, the width below which a rule does not let them go.
func (g *grid) floors(show, natural []int, rule func(column) int) []int {
	floors := make([]int, len(show))
	for j, i := range show {
		floors[j] = natural[i]
		if n := rule(g.cols[i]); n > 0 {
			floors[j] = min(natural[i], n)
		}
	}
	return floors
}

// empty marks the columns that can be missed and hold nothing.
func (g *grid) empty() []bool {
	empty := make([]bool, len(g.cols))
	for i, c := range g.cols {
		empty[i] = c.drop > 0
		for _, row := range g.rows {
			empty[i] = empty[i] && (g.isHeading(row) || row[i] == "")
		}
	}
	return empty
}

// without removes a column.
func (g *grid) without(col int) {
	g.cols = slices.Delete(g.cols, col, col+1)
	for r := range g.rows {
		g.rows[r] = slices.Delete(g.rows[r], col, col+1)
	}
}

// visible returns the indexes of the columns that are shown.
func (g *grid) visible(dropped []bool) []int {
	var show []int
	for i, c := range g.cols {
		if !dropped[i] && (!c.fallback || dropped[i-1]) {
			show = append(show, i)
		}
	}
	return show
}

// dropSome drops the shown columns that can best be missed.
func (g *grid) dropSome(dropped []bool, show []int) bool {
	worst := 0
	for _, i := range show {
		worst = max(worst, g.cols[i].drop)
	}
	for _, i := range show {
		if worst > 0 && g.cols[i].drop == worst {
			dropped[i] = true
		}
	}
	return worst > 0
}

// shrink cuts the widest columns down to one common width, none below its floor, until all fit
// into the room. The columns that were cut share what is left over.
func shrink(widths, floors []int, room int) []int {
	cut := func(limit int) []int {
		out := make([]int, len(widths))
		for i, w := range widths {
			out[i] = min(w, max(limit, floors[i]))
		}
		return out
	}
	limit := min(slices.Max(widths), room)
	for total(cut(limit)) > room {
		limit--
	}
	out := cut(limit)
	for i, left := 0, room-total(out); i < len(out) && left > 0; i++ {
		if out[i] < widths[i] {
			out[i]++
			left--
		}
	}
	return out
}

func total(widths []int) int {
	sum := 0
	for _, w := range widths {
		sum += w
	}
	return sum
}

// isNumeric says whether a column holds nothing but numbers, which line up on the right.
func (g *grid) isNumeric(col int) bool {
	some := false
	for _, row := range g.rows {
		if g.isHeading(row) || row[col] == "" {
			continue
		}
		some = true
		if strings.Trim(row[col], "0123456789") != "" {
			return false
		}
	}
	return some
}
