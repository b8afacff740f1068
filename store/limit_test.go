package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"breachwindow/store"
)

// The case bounds the database's memory: while it is written, when it is opened again, and for
// whoever reads it. With the least that is allowed, a load completes to the same content.
func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	files := 24
	if testing.Short() {
		files = 6
	}
	dir := t.TempDir()
	collectedLogs(t, filepath.Join(dir, "logs"), files)
	logs, err := filesIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	whole := open(t, newPath(t))
	load(t, whole, logs, store.LoadOptions{})

	path := newPath(t)
	db := open(t, path)
	c := store.Case{
		Incident: parseIncident(t, "starts: 2022-12-16\n"), Settings: map[string]float64{"memory_limit_mb": 128},
	}
	if err := db.SetCase(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	const limit = "SELECT current_setting('memory_limit')"
	if got := query(t, db.SQL(), limit)[0]; got != "122.0 MiB" {
		t.Errorf("the limit is %s", got)
	}
	load(t, db, logs, store.LoadOptions{})
	if err := db.Derive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(content(t, db)) != fmt.Sprint(content(t, whole)) {
		t.Error("with little memory the content is another one")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	reader, err := store.Reader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if got := query(t, reader, limit)[0]; got != "122.0 MiB" {
		t.Errorf("a reader's limit is %s", got)
	}
	if _, err := reader.ExecContext(t.Context(), "SET memory_limit = '1GB'"); err == nil {
		t.Error("a query can give itself more memory")
	}
}

// Without the setting the bound is the default, or what the engine thinks right for a machine with
// less memory; 0 leaves it to the engine; too little is refused.
func TestMemoryLimitDefault(t *testing.T) {
	t.Parallel()
	db := open(t, newPath(t))
	const limit = "SELECT current_setting('memory_limit')"
	unset := query(t, db.SQL(), limit)[0]
	set := func(mb float64) error {
		return db.SetCase(t.Context(), store.Case{
			Incident: parseIncident(t, "starts: 2022-12-16\n"),
			Settings: map[string]float64{"memory_limit_mb": mb},
		})
	}
	if err := set(0); err != nil {
		t.Fatal(err)
	}
	own := query(t, db.SQL(), limit)[0]
	if unset != "3.8 GiB" && unset != own {
		t.Errorf("the limit is %s, the engine's own %s", unset, own)
	}
	if err := set(127); err == nil || !strings.Contains(err.Error(), "memory_limit_mb: 127: write at least 128") {
		t.Errorf("127 MB: %v", err)
	}
	for text, want := range map[string]string{
		"1.0 GiB": "1073.741824 true", "512.0 KiB": "0.524288 true", "2 TiB": "2.199023255552e+06 true",
		"-1": "0 false", "5 bytes": "0 false", "": "0 false",
	} {
		if mb, ok := store.Megabytes(text); fmt.Sprint(mb, ok) != want {
			t.Errorf("%q: %v %v, want %s", text, mb, ok, want)
		}
	}
}
