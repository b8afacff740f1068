package store_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"breachwindow/store"
)

// Rows come back as they were, in their order, whatever the folder is called; the same rows are
// the same bytes.
func TestParquet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's [a] *?")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	const n = 5000
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"id":%d,"time":"2022-12-20T00:00:00.%06dZ","text":"\u0000\ufffd\u202e \"%d\"","none":null,`+
			`"list":["a","b%d"],"yes":true,"json":"{\"n\": 1.50}"}`+"\n", i, i, i, i)
	}
	fmt.Fprintf(&b, `{"id":%d,"text":"%s"}`+"\n", n, strings.Repeat("x", 20<<20))
	from := store.JSONL{
		Path: filepath.Join(dir, "rows.jsonl"), Rows: n + 1, Longest: 20<<20 + 100,
		Columns: []store.Column{
			{Name: "id", Type: "BIGINT"},
			{Name: "time", Type: "TIMESTAMP"},
			{Name: "text", Type: "VARCHAR"},
			{Name: "none", Type: "VARCHAR"},
			{Name: "list", Type: "VARCHAR[]"},
			{Name: "yes", Type: "BOOLEAN"},
			{Name: "json", Type: "VARCHAR"},
		},
	}
	if err := os.WriteFile(from.Path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var files [2][]byte
	for i := range files {
		to := filepath.Join(dir, fmt.Sprintf("%d.parquet", i))
		if err := store.Parquet(t.Context(), from, to); err != nil {
			t.Fatal(err)
		}
		var err error
		if files[i], err = os.ReadFile(to); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("the same rows gave other bytes")
	}
	plain := filepath.Join(t.TempDir(), "copy.parquet")
	if err := os.WriteFile(plain, files[0], 0o600); err != nil {
		t.Fatal(err)
	}
	db := open(t, newPath(t))
	got := query(t, db.SQL(), `
		SELECT count(*) || ' ' || bool_and(id = file_row_number) || ', ' ||
		  bool_and(id = 5000 OR (microsecond(time) = id AND list[2] = 'b' || id AND yes
		    AND none IS NULL AND json = '{"n": 1.50}'
		    AND text = chr(0) || chr(65533) || chr(8238) || ' "' || id || '"')) || ' ' ||
		  max(length(text))
		FROM read_parquet('`+plain+`', file_row_number = true)`)
	if want := fmt.Sprintf("%d true, true %d", n+1, 20<<20); len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}

	from.Rows--
	err := store.Parquet(t.Context(), from, filepath.Join(dir, "short.parquet"))
	if err == nil || !strings.Contains(err.Error(), "5001 rows of 5000") {
		t.Errorf("another number of rows: %v", err)
	}
	if err := os.WriteFile(from.Path, []byte("{\"id\":1}\n{\"id\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.Parquet(t.Context(), from, filepath.Join(dir, "cut.parquet")); err == nil {
		t.Error("a row that is cut off was taken")
	}
}

func TestSQL(t *testing.T) {
	for _, name := range []string{"tables.sql", "macros.sql", "views/uses.sql"} {
		text, err := fs.ReadFile(store.SQL(), name)
		if err != nil || !strings.HasPrefix(string(text), "--") {
			t.Errorf("%s begins %.20q, %v", name, text, err)
		}
	}
}
