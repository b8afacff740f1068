package ingest_test

import (
	"fmt"
	"strings"
	"testing"

	"breachwindow/ingest"
)

const csvHeader = "Action, ACTOR ,target,payload,occurred_at,id,success\n"

// csvRow is a row under csvHeader, with a JSON cell over several lines.
func csvRow(n int) string {
	return fmt.Sprintf("context.create,\"{\"\"id\"\":\"\"u\"\",\n \"\"type\"\":\"\"user\"\",\"\"name\"\":\"\"github: Alice\"\"}\","+
		"{},,2022-12-20 09:14:0%d.123 Z,id%d,TRUE\n", n%10, n)
}

func TestCSV(t *testing.T) {
	row := csvRow
	oneLine := func(n int) string { return strings.Replace(csvRow(n), "\n ", " ", 1) }
	documented := `id1,1,context.create,2022-12-20T09:14:02Z,{},{},{},{},{},true,{}` + "\n"
	bullets := `context.create,{},{},{},2022-12-20T09:14:02Z,{},id1,1,{},true,{}` + "\n"
	quotedEvent := `"{""id"":""id7"",""action"":""context.create"",""occurred_at"":""2022-12-20T09:14:02Z""}"`
	twice := strings.TrimSuffix(strings.Repeat("id7 ", 2), " ")
	tests := []struct {
		name, in, ids string
		reasons       []string
	}{
		{"rows", csvHeader + row(1) + row(2), "id1 id2", nil},
		{"CRLF, BOM, blank lines", "\xEF\xBB\xBF" + strings.ReplaceAll(csvHeader+row(1)+"\n"+row(2), "\n", "\r\n"), "id1 id2", nil},
		{"no newline at the end", csvHeader + strings.TrimSuffix(row(1), "\n"), "id1", nil},
		{"header only", csvHeader, "", nil},
		{"documented order", documented, "id1", nil},
		{"order of the list of fields", bullets, "id1", nil},
		{"a cell is the event", "x,y," + quotedEvent + "\nz,\"{}\"," + quotedEvent + "\n1,2,3\n", twice, []string{"3: no cell holds a record, and there is no header"}},
		{"raw event beside columns", "ID,ACTION,OCCURRED_AT,RAW_JSON\nid1,a.b,2022-12-20," + quotedEvent + "\n", "id7", nil},
		{"broken JSON cell", csvHeader + row(1) + strings.Replace(row(2), `""u""`, `""u`, 1) + row(3), "id1 id3", []string{"2: cell actor is not JSON (line 4)"}},
		{"text in a JSON cell", csvHeader + "context.create,alice,{},,2022-12-20T09:14:02Z,id1,true\n" + row(2), "id2", []string{"1: cell actor is not JSON (line 2)"}},
		{"too few cells", csvHeader + row(1) + "a,b\n" + row(3), "id1 id3", []string{"2: 2 cells, where the header has 7 (line 4)"}},
		{"too many cells", csvHeader + strings.Replace(oneLine(1), "TRUE", "TRUE,x", 1) + row(2), "id2", []string{"1: 8 cells, where the header has 7"}},
		{"quote in a plain cell", csvHeader + row(1) + "context.create,a\"b,{},,2022-12-20T09:14:02Z,id2,true\n" + row(3), "id1 id3", []string{"2: a quote within a cell that is not quoted (line 4)"}},
		{"text behind a quote", csvHeader + row(1) + "context.create,\"a\"b,{},,2022-12-20T09:14:02Z,id2,true\n" + row(3), "id1 id3", []string{"2: text behind the closing quote of a cell (line 4)"}},
		{"open quote", csvHeader + row(1) + "context.create,\"{,{},,2022-12-20T09:14:02Z,id2,true\n" + row(3) + row(4), "id1 id3 id4", []string{"2: "}},
		{"open quote, short rows", csvHeader + oneLine(1) + "a,\"b\n" + oneLine(3) + oneLine(4), "id1 id3 id4", []string{"2: "}},
		{"open quote in the last row", csvHeader + row(1) + "context.create,\"{", "id1", []string{"2: the file ends within a quoted cell (line 4)"}},
		{"two broken rows", csvHeader + "a\"\nb\"\n" + row(3), "id3", []string{"1: a quote within"}},
		{"no time", csvHeader + strings.Replace(row(1), "2022-12-20 09:14:01.123 Z", "", 1) + row(2), "id2", []string{"1: "}},
		{"bad time", csvHeader + strings.Replace(row(1), "2022-12-20", "yesterday", 1) + row(2), "id2", []string{"1: occurred_at is not a time"}},
		{"invalid UTF-8", csvHeader + strings.Replace(row(1), "Alice", "\xff", 1) + row(2), "id2", []string{"1: cell actor is not JSON"}},
		{"invalid UTF-8 in text", csvHeader + strings.Replace(row(1), "id1", "\xff", 1) + row(2), "id2", []string{"1: not JSON: invalid UTF-8"}},
		{"gzip", gz(t, csvHeader+row(1)), "id1", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, k := read(t, []byte(tt.in), ingest.Options{})
			var ids []string
			for _, e := range k.events {
				ids = append(ids, e.EventID)
			}
			if got := strings.Join(ids, " "); got != tt.ids || f.Form != "circleci/csv" {
				t.Errorf("form %s, events %q, want %q", f.Form, got, tt.ids)
			}
			ok := len(k.rejects) == len(tt.reasons)
			for i := 0; ok && i < len(k.rejects); i++ {
				ok = strings.HasPrefix(strings.Split(k.reasons(), "\n")[i], tt.reasons[i])
			}
			if !ok {
				t.Errorf("rejects %q, want %q", k.reasons(), tt.reasons)
			}
		})
	}
}
