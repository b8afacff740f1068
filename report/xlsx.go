package report

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"breachwindow/detect"
)

// sheet is a table of a workbook. A cell is a text, lines, a number, a time, a bool, or nil where
// nothing is known.
type sheet struct {
	name string
	cols []sheetColumn
	rows [][]any
}

// sheetColumn is a column of a width in characters.
type sheetColumn struct {
	name  string
	width float64
	looks look
}

// look is how the texts of a column look.
type look int

const (
	oneLine look = iota // one line: long lists of ids would make a row taller than the screen
	wrapped             // sentences and names
	painted             // verdicts and levels, in their colour
)

// lines are sentences below each other in one cell.
type lines []string

// What Excel can hold, and how tall a line of its usual font is, in points.
const (
	lineHeight = 15
	maxCell    = 32767   // UTF-16 code units
	maxSheet   = 1 << 20 // rows
	maxExact   = 1 << 53 // a number is a float64
)

// epoch is the time of everything in a workbook that has to have one, and the first that zip knows:
// the same result gives the same bytes, whenever it is written.
var epoch = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

// XLSX writes a workbook for those who filter, sort and comment: the answer, the secrets, the
// findings, the chain, what was read, the coverage, what the logs cannot tell, and the files. Times
// are dates, their headers say UTC. Text from logs is text: no cell is a formula or a link, and
// since its format is that of text, none becomes one by editing it.
func XLSX(w io.Writer, r *detect.Result) (err error) {
	f := excelize.NewFile()
	defer f.Close()
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &sortedZip{out: w} })
	b := &book{file: f}
	if err := b.prepare(r); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	for i, s := range sheetsOf(r) {
		if err := b.add(i, s); err != nil {
			return fmt.Errorf("workbook: sheet %s: %w", s.name, err)
		}
	}
	text, err := f.WriteToBuffer()
	if err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// book is a workbook in the making and its styles.
type book struct {
	file                                 *excelize.File
	header, plain, wrapped, number, time int
	painted                              map[string]int // by the word that is painted
}

// prepare makes the styles, always in the same order, and says who made the file.
func (b *book) prepare(r *detect.Result) error {
	const text = 49 // Excel's number for the format @
	milliseconds := "yyyy-mm-dd hh:mm:ss.000"
	top := &excelize.Alignment{Vertical: "top"}
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	styles := []struct {
		into  *int
		style excelize.Style
	}{
		{&b.header, excelize.Style{
			NumFmt: text, Alignment: wrap, Font: font(true, "FFFFFF"),
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"44546A"}},
		}},
		{&b.plain, excelize.Style{NumFmt: text, Alignment: top}},
		{&b.wrapped, excelize.Style{NumFmt: text, Alignment: wrap}},
		{&b.number, excelize.Style{NumFmt: 1, Alignment: top}},
		{&b.time, excelize.Style{CustomNumFmt: &milliseconds, Alignment: top}},
	}
	for _, s := range styles {
		id, err := b.file.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.into = id
	}
	b.painted = map[string]int{}
	for _, word := range slices.Sorted(maps.Keys(paints)) {
		id, err := b.file.NewStyle(&excelize.Style{
			NumFmt: text, Alignment: top, Font: font(false, paints[word].ink),
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{paints[word].paper}},
		})
		if err != nil {
			return err
		}
		b.painted[word] = id
	}
	return b.file.SetDocProps(&excelize.DocProperties{
		Title: cellText("breachwindow: " + r.Case), Creator: cellText(r.Tool),
		Created: epoch.Format(time.RFC3339), Modified: epoch.Format(time.RFC3339),
	})
}

// font is the workbook's usual one: a colour alone would lose its family.
func font(bold bool, colour string) *excelize.Font {
	return &excelize.Font{Family: "Calibri", Size: 11, Bold: bold, Color: colour}
}

// paintOf is a colour for a verdict or level; the word in the cell carries the meaning without it.
type paintOf struct{ ink, paper string }

var paints = map[string]paintOf{
	string(detect.Compromised): {"9C0006", "FFC7CE"},
	string(detect.Suspicious):  {"7F6000", "FFEB9C"},
	string(detect.Unknown):     {"5F3B7A", "E4DFEC"},
	string(detect.Used):        {"006100", "C6EFCE"},
	string(detect.Unused):      {"006100", "C6EFCE"},
	string(detect.Critical):    {"9C0006", "FFC7CE"},
	string(detect.High):        {"9C0006", "FFC7CE"},
	string(detect.Medium):      {"7F6000", "FFEB9C"},
}

// add writes a sheet with its header frozen and a filter over its rows.
func (b *book) add(i int, s sheet) error {
	if i == 0 {
		if err := b.file.SetSheetName("Sheet1", s.name); err != nil {
			return err
		}
	} else if _, err := b.file.NewSheet(s.name); err != nil {
		return err
	}
	out, err := b.file.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i, c := range s.cols {
		if err := out.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{
		Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft",
	}); err != nil {
		return err
	}
	rows, err := b.write(out, s)
	if err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(s.cols), rows)
	if err != nil {
		return err
	}
	if err := b.file.AutoFilter(s.name, "A1:"+last, nil); err != nil {
		return err
	}
	return out.Flush()
}

// write writes the header and the rows, and returns how many rows there are in all.
func (b *book) write(out *excelize.StreamWriter, s sheet) (rows int, err error) {
	header := make([]any, len(s.cols))
	for i, c := range s.cols {
		header[i] = excelize.Cell{StyleID: b.header, Value: c.name}
	}
	if err := out.SetRow("A1", header); err != nil {
		return 0, err
	}
	all := s.rows
	if left := len(all) - (maxSheet - 1); left > 0 {
		all = slices.Clone(all[:maxSheet-2])
		all = append(all, []any{fmt.Sprintf("%d more rows: a sheet ends here; result.json has all", left+1)})
	}
	for n, row := range all {
		cells := make([]any, len(row))
		tall := 1
		for i, v := range row {
			cells[i] = b.cell(v, s.cols[i].looks)
			if c, ok := cells[i].(excelize.Cell); ok && s.cols[i].looks == wrapped {
				tall = max(tall, tallness(fmt.Sprint(c.Value), s.cols[i].width))
			}
		}
		height := excelize.RowOpts{Height: min(float64(tall)*lineHeight, excelize.MaxRowHeight)}
		if err := out.SetRow(fmt.Sprintf("A%d", n+2), cells, height); err != nil {
			return 0, err
		}
	}
	return len(all) + 1, nil
}

// tallness is how many lines a text takes in a column: not every program makes its rows tall enough
// by itself.
func tallness(text string, columns float64) (n int) {
	const tallest = excelize.MaxRowHeight / lineHeight
	if len(text) > 4*tallest*excelize.MaxColumnWidth {
		return tallest
	}
	for line := range strings.SplitSeq(text, "\n") {
		n += len(wrap(line, max(1, int(columns*0.95)))) // letters are not all as wide as a digit
	}
	return n
}

// cell makes a cell of a value.
func (b *book) cell(v any, looks look) any {
	style := b.plain
	if looks == wrapped {
		style = b.wrapped
	}
	switch v := v.(type) {
	case nil:
		return nil
	case *time.Time:
		if v == nil {
			return nil
		}
		return b.cell(*v, looks)
	case time.Time:
		if t := v.UTC(); t.Year() > 1900 && t.Year() < 10000 {
			return excelize.Cell{StyleID: b.time, Value: t}
		}
		return excelize.Cell{StyleID: style, Value: stamp(v)} // no date to Excel
	case int64:
		if v > maxExact || v < -maxExact { // would lose digits
			return excelize.Cell{StyleID: style, Value: fmt.Sprint(v)}
		}
		return excelize.Cell{StyleID: b.number, Value: v}
	case bool:
		return excelize.Cell{StyleID: style, Value: map[bool]string{true: "yes", false: "no"}[v]}
	case lines:
		return textCell(style, cellText(v...))
	}
	text := fmt.Sprint(v)
	if id, ok := b.painted[text]; ok && looks == painted {
		style = id
	}
	return textCell(style, cellText(text))
}

func textCell(style int, text string) any {
	if text == "" {
		return nil
	}
	return excelize.Cell{StyleID: style, Value: text}
}

// cellText cleans texts, which leaves nothing in them that XML cannot hold, puts them below each
// other, and cuts what Excel cannot hold, saying so.
func cellText(texts ...string) string {
	cleaned := make([]string, len(texts))
	for i := range texts {
		cleaned[i] = Clean(texts[i])
	}
	text := strings.Join(cleaned, "\n")
	if len(text) <= maxCell { // never fewer bytes than code units
		return text
	}
	units := utf16.Encode([]rune(text))
	if len(units) <= maxCell {
		return text
	}
	const room = 60
	keep := maxCell - room
	if utf16.IsSurrogate(rune(units[keep-1])) && utf16.IsSurrogate(rune(units[keep])) &&
		units[keep] >= 0xdc00 {
		keep--
	}
	return string(utf16.Decode(units[:keep])) +
		fmt.Sprintf(" … %d more characters: see result.json", len(units)-keep)
}

// sortedZip writes a zip archive with its entries sorted by name and one fixed time: the library
// writes them in any order.
type sortedZip struct {
	out     io.Writer
	entries map[string]*bytes.Buffer
}

// Create returns the writer of an entry.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	if z.entries == nil {
		z.entries = map[string]*bytes.Buffer{}
	}
	z.entries[name] = new(bytes.Buffer)
	return z.entries[name], nil
}

// AddFS is for templates, of which there are none.
func (z *sortedZip) AddFS(fs.FS) error { return fmt.Errorf("add a folder: %w", fs.ErrInvalid) }

// Close writes the archive.
func (z *sortedZip) Close() error {
	archive := zip.NewWriter(z.out)
	for _, name := range slices.Sorted(maps.Keys(z.entries)) {
		entry, err := archive.CreateHeader(&zip.FileHeader{
			Name: name, Method: zip.Deflate, Modified: epoch,
		})
		if err != nil {
			return err
		}
		if _, err := entry.Write(z.entries[name].Bytes()); err != nil {
			return err
		}
	}
	return archive.Close()
}
