package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"breachwindow/ingest"
	"breachwindow/store"
)

// What makes the test program load a folder instead of testing: to be killed in it, or to be
// started with another setting of the collector.
const (
	loadEnv   = "BREACHWINDOW_TEST_LOAD"   // the folder; its database is case.duckdb
	commitEnv = "BREACHWINDOW_TEST_COMMIT" // LoadOptions.RowsPerCommit
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(loadEnv); dir != "" {
		if err := loadFolder(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// loadFolder does what a command does with a database: it is opened, loaded and closed.
func loadFolder(dir string) error {
	ctx := context.Background()
	files, err := filesIn(dir)
	if err != nil {
		return err
	}
	rows, err := strconv.ParseInt(os.Getenv(commitEnv), 10, 64)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, filepath.Join(dir, "case.duckdb"))
	if err != nil {
		return err
	}
	_, err = db.Load(ctx, files, store.LoadOptions{RowsPerCommit: rows})
	return errors.Join(err, db.Close())
}

// filesIn lists the logs of a folder as a case does.
func filesIn(dir string) (files []store.LoadFile, err error) {
	found, bad := ingest.Find([]string{filepath.Join(dir, "logs")})
	if len(bad) > 0 {
		return nil, bad[0]
	}
	for _, f := range found {
		if f.Skip != "" {
			continue
		}
		name, err := filepath.Rel(dir, f.Name)
		if err != nil {
			return nil, err
		}
		files = append(files, store.LoadFile{Name: filepath.ToSlash(name), Path: f.Name, Size: f.Size})
	}
	return files, nil
}

// loading is the test program as a process that loads the folder.
func loading(dir string, rowsPerCommit int, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), loadEnv+"="+dir, commitEnv+"="+strconv.Itoa(rowsPerCommit),
		"GORACE=atexit_sleep_ms=0") // else a second of its life would be spent at its end
	cmd.Env = append(cmd.Env, env...)
	return cmd
}
