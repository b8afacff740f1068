package report_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"breachwindow/detect"
	"breachwindow/report"
)

func xlsxOf(tb testing.TB, r *detect.Result) []byte {
	tb.Helper()
	return []byte(render(tb, func(w io.Writer) error { return report.XLSX(w, r) }))
}

func openXLSX(tb testing.TB, file []byte) *excelize.File {
	tb.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	return f
}

// cells returns the rows of a sheet as they are stored.
func cells(tb testing.TB, f *excelize.File, sheet string) [][]string {
	tb.Helper()
	rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

// entries returns the files in a workbook.
func entries(tb testing.TB, file []byte) map[string]string {
	tb.Helper()
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		tb.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range archive.File {
		in, err := e.Open()
		if err != nil {
			tb.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			tb.Fatal(err)
		}
		all[e.Name] = string(text)
		if e.Modified.Year() != 1980 {
			tb.Errorf("%s is of %v", e.Name, e.Modified)
		}
	}
	return all
}

var sheetNames = []string{
	"Answer", "Secrets", "Findings", "Chain", "Exposed next", "Triage", "Responders", "Coverage",
	"Limits", "Inputs",
}

// Each sheet has a row for each thing that the result has, under a frozen header with a filter.
func TestXLSXSheets(t *testing.T) {
	r := sample(t)
	file := xlsxOf(t, r)
	f := openXLSX(t, file)
	if got := f.GetSheetList(); !slices.Equal(got, sheetNames) {
		t.Fatalf("sheets are %v", got)
	}
	gaps := 0
	for _, c := range r.Coverage {
		gaps += len(c.Gaps)
	}
	for sheet, want := range map[string]int{
		"Secrets": len(r.Secrets), "Findings": len(r.Findings), "Chain": len(r.Lineage),
		"Exposed next": len(r.ExposedNext), "Coverage": len(r.Coverage), "Inputs": len(r.Inputs),
		// Beside them the form with limits, the file with rejects and the empty one.
		"Limits": gaps + len(r.Caveats) + len(r.Blind) + len(r.Problems) + 1 + 1 + 1,
	} {
		if got := len(cells(t, f, sheet)) - 1; got != want {
			t.Errorf("%s has %d rows, want %d", sheet, got, want)
		}
	}
	for i, sheet := range sheetNames {
		text := entries(t, file)[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)]
		for _, want := range []string{`state="frozen"`, `<autoFilter ref="`, `<cols>`} {
			if !strings.Contains(text, want) {
				t.Errorf("sheet %s has no %s", sheet, want)
			}
		}
	}
	secrets := cells(t, f, "Secrets")
	if secrets[1][0] != "compromised" || secrets[1][1] != "context:aws-prod/AWS_ACCESS_KEY_ID" {
		t.Errorf("the first secret is %v", secrets[1][:2])
	}
	for _, want := range r.Secrets[len(r.Secrets)-1].Because {
		if !strings.Contains(secrets[1][6], want) {
			t.Errorf("column %s has no %q", secrets[0][6], want)
		}
	}
	if answer := cells(t, f, "Answer"); answer[1][1] != report.Answer(r) {
		t.Errorf("the answer is %q", answer[1])
	}
}

// A time is a date for Excel, to the millisecond and UTC; what no date can hold is text, as are numbers
// that would lose digits.
func TestXLSXTypes(t *testing.T) {
	at := time.Date(2022, 12, 22, 4, 0, 41, 839_000_000, time.FixedZone("", 3600))
	old := time.Date(1754, 8, 30, 0, 0, 0, 0, time.UTC)
	r := &detect.Result{
		Findings: []detect.Finding{
			{ID: "001122334455667788", Title: "a", FirstSeen: at, LastSeen: old, Count: 1 << 62, Actors: []string{"000111122223333"}},
			{ID: "b", Title: "b", FirstSeen: at, LastSeen: at, Count: 12},
		},
	}
	f := openXLSX(t, xlsxOf(t, r))
	tests := []struct {
		cell, want string
		kind       excelize.CellType
	}{
		{"G2", "1754-08-30T00:00:00Z", excelize.CellTypeInlineString},
		{"H2", "4611686018427387904", excelize.CellTypeInlineString},
		{"J2", "000111122223333", excelize.CellTypeInlineString},
		{"O2", "001122334455667788", excelize.CellTypeInlineString},
		{"H3", "12", excelize.CellTypeUnset},
	}
	for _, tt := range tests {
		got, err := f.GetCellValue("Findings", tt.cell)
		if err != nil {
			t.Fatal(err)
		}
		kind, err := f.GetCellType("Findings", tt.cell)
		if err != nil {
			t.Fatal(err)
		}
		if got != tt.want || kind != tt.kind {
			t.Errorf("%s is %q of type %v, want %q of type %v", tt.cell, got, kind, tt.want, tt.kind)
		}
	}
	days, err := strconv.ParseFloat(cells(t, f, "Findings")[1][5], 64)
	if err != nil {
		t.Fatal(err)
	}
	// Days since then, as Excel counts; excelize itself reads no milliseconds.
	got := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(days * 24 * float64(time.Hour)))
	if d := got.Sub(at); d.Abs() > time.Millisecond/2 {
		t.Errorf("the date is %v, want %v", got, at)
	}
	if header, err := f.GetCellValue("Findings", "F1"); err != nil || !strings.Contains(header, "UTC") {
		t.Errorf("the header of times is %q, %v", header, err)
	}
}

// Whatever a log says is text: nothing is computed, linked or hidden, and no reader stumbles.
func TestXLSXHostile(t *testing.T) {
	r := nasty(t)
	evil := []string{
		`=HYPERLINK("http://evil.example","x")`, "+1+cmd|' /C calc'!A0", "@SUM(1)", "-2+3",
		"http://evil.example/", "_x0041_ _x000D_", "]]></t></is></c><f>1</f>", "a\x00\x0b\ufffe\uffff\xffb",
		" leading", "\tTAB",
	}
	for i := range r.Findings {
		r.Findings[i].Title = evil[i]
		r.Findings[i].Secret = evil[i+5]
	}
	file := xlsxOf(t, r)
	f := openXLSX(t, file)
	found := cells(t, f, "Findings")
	for i, row := range found[1:] {
		if !slices.ContainsFunc(evil, func(s string) bool { return report.Clean(s) == row[1] }) {
			t.Errorf("row %d has the title %q", i, row[1])
		}
	}
	if !slices.ContainsFunc(found, func(row []string) bool { return row[2] == "_x0041_ _x000D_" }) {
		t.Errorf("a text that looks like an escape was changed")
	}
	for name, text := range entries(t, file) {
		for _, bad := range []string{"<f>", "<f ", "<hyperlink", "TargetMode"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s has %s", name, bad)
			}
		}
		wellFormed(t, name, text)
	}
	for _, sheet := range f.GetSheetList() {
		for _, row := range cells(t, f, sheet) {
			for _, cell := range row {
				if i := strings.IndexFunc(strings.ReplaceAll(cell, "\n", ""), steers); i >= 0 {
					t.Fatalf("%s has a raw %.4q", sheet, cell[i:])
				}
			}
		}
	}
}

func wellFormed(t *testing.T, name, text string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := dec.Token()
		if err == io.EOF { //nolint:errorlint // the decoder returns it bare
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

// A cell that Excel cannot hold is cut between characters, and says so; one that fits is whole.
func TestXLSXLongCells(t *testing.T) {
	for name, title := range map[string]string{
		"letters": strings.Repeat("a", 40000), "pairs": strings.Repeat("🔑", 20000),
		"odd pairs": "a" + strings.Repeat("🔑", 20000), "just fits": strings.Repeat("x", 32767),
		"bytes": strings.Repeat("漏", 30000),
	} {
		r := &detect.Result{Findings: []detect.Finding{{ID: "f", Title: title}}}
		got := cells(t, openXLSX(t, xlsxOf(t, r)), "Findings")[1][1]
		units := len(utf16.Encode([]rune(title)))
		kept, remark, cut := strings.Cut(got, " … ")
		if cut != (units > 32767) || !strings.HasPrefix(title, kept) || strings.Contains(got, "\ufffd") {
			t.Errorf("%s: cut: %v, ends with %.80q", name, cut, got[max(0, len(got)-80):])
		}
		if n := len(utf16.Encode([]rune(got))); n > 32767 {
			t.Errorf("%s: %d code units", name, n)
		}
		left := units - len(utf16.Encode([]rune(kept)))
		if want := fmt.Sprintf("%d more characters: see result.json", left); cut && remark != want {
			t.Errorf("%s: says %q, want %q", name, remark, want)
		}
	}
}

// The same result gives the same bytes.
func TestXLSXSameBytes(t *testing.T) {
	for name, r := range map[string]*detect.Result{"sample": sample(t), "nasty": nasty(t), "empty": {Schema: 1}} {
		first := xlsxOf(t, r)
		for range 3 { // the library goes through maps
			if !bytes.Equal(first, xlsxOf(t, r)) {
				t.Fatalf("%s: the same result gives other bytes", name)
			}
		}
	}
}
