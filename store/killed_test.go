//go:build unix

package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/store"
)

// killedEnv makes the test program load a folder instead of testing: to be killed in it.
const killedEnv = "BREACHWINDOW_TEST_LOAD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedEnv); dir != "" {
		if err := loadSlowly(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func killedFiles(dir string) (files []store.LoadFile) {
	for i := range 100 {
		name := fmt.Sprintf("%03d", i)
		file := store.LoadFile{Name: name, Path: filepath.Join(dir, name)}
		if info, err := os.Stat(file.Path); err == nil {
			file.Size = info.Size()
		}
		files = append(files, file)
	}
	return files
}

// loadSlowly commits after every few files and tells of each.
func loadSlowly(dir string) error {
	db, err := store.Open(context.Background(), filepath.Join(dir, "case.duckdb"))
	if err != nil {
		return err
	}
	_, err = db.Load(context.Background(), killedFiles(dir), store.LoadOptions{
		RowsPerCommit: 20, Progress: func(int64) { fmt.Println("read") },
	})
	return err
}

// A killed load leaves a database that opens, with whole files only, and a rerun completes it.
func TestLoadKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, file := range killedFiles(dir) {
		text := ""
		for j := range 6 {
			text += trail(fmt.Sprint(i*5 + j))
		}
		if err := os.WriteFile(file.Path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "case.duckdb")
	for _, after := range []int{0, 30, 60} {
		killLoad(t, dir, after)
		db := open(t, path)
		checkSums(t, db.SQL())
		t.Logf("killed after %d files: %v of 100 are loaded", after,
			query(t, db.SQL(), "SELECT count(*) FROM main.files"))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db := open(t, path)
	files := killedFiles(dir)
	load(t, db, files, store.LoadOptions{})
	whole := open(t, newPath(t))
	load(t, whole, files, store.LoadOptions{})
	if diff := cmp.Diff(content(t, whole), content(t, db)); diff != "" {
		t.Errorf("(-uninterrupted +rerun):\n%s", diff)
	}
}

// killLoad kills a load when it has read so many files.
func killLoad(t *testing.T, dir string, after int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killedEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; n < after && lines.Scan(); n++ {
		if lines.Text() != "read" {
			t.Errorf("the load says %q", lines.Text())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Errorf("the load ended before it was killed after %d files", after)
	}
}
