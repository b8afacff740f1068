package report_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"breachwindow/report"
)

func table(tb testing.TB, header []string, rows [][]string, o report.Options) string {
	tb.Helper()
	return render(tb, func(w io.Writer) error { return report.Table(w, header, rows, o) })
}

func TestTable(t *testing.T) {
	header := []string{"Name_of it", "n", "note"}
	rows := [][]string{
		{"alpha", "7", "short"},
		{"漏洩", "1200", strings.Repeat("long ", 20)},
		{"", "", "a\x1b[2Jb"},
	}
	golden(t, "table-0", table(t, header, rows, report.Options{}))
	golden(t, "table-60", table(t, header, rows, report.Options{Width: 60}))
	golden(t, "table-no-rows", table(t, header, nil, report.Options{Width: 60}))
}

// More columns than fit beside each other become lists, in which nothing is clipped.
func TestTableOfManyColumns(t *testing.T) {
	var header, row []string
	for i := range 30 {
		header = append(header, fmt.Sprintf("column_%d", i))
		row = append(row, fmt.Sprintf("value %d%s", i, strings.Repeat(" y", i/2)))
	}
	out := table(t, header, [][]string{row, row}, report.Options{Width: 60})
	golden(t, "table-many-columns", out)
	for _, cell := range row[:12] { // the others are wrapped
		if !strings.Contains(out, cell) {
			t.Errorf("%q is not shown", cell)
		}
	}
}

func TestTableRaggedRow(t *testing.T) {
	err := report.Table(io.Discard, []string{"a", "b"}, [][]string{{"1", "2"}, {"3"}}, report.Options{})
	if err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("got %v, want an error that names row 2", err)
	}
}

// A table is a header, a rule and one line for each row, all of them within the terminal,
// whatever is in the cells; or lists, within the terminal too.
func FuzzTable(f *testing.F) {
	f.Add("name", hostile, "x", 60, 3)
	f.Add("漏洩した鍵", "👩‍💻🏳️‍🌈", "\u0301\u0301", 61, 9)
	f.Add("\u1100\u1161\u11a8", "🇩🇪🇩", "ก็็็", 75, 1)
	f.Fuzz(func(t *testing.T, name, a, b string, width, cols int) {
		width, cols = 60+abs(width)%141, 1+abs(cols)%40
		var header, row, other []string
		for i := range cols {
			header = append(header, name+fmt.Sprint(i))
			row = append(row, strings.Repeat(a, 1+i%4))
			other = append(other, b)
		}
		out := table(t, header, [][]string{row, other}, report.Options{Width: width})
		if line, n := widest(out); n > width {
			t.Fatalf("a line of %d columns on a terminal of %d: %q", n, width, line)
		}
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if strings.HasPrefix(lines[0], "row 1") {
			return
		}
		if len(lines) != 4 {
			t.Fatalf("%d lines for two rows:\n%s", len(lines), out)
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }
