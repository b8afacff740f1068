package main

import (
	"bufio"
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"

	"breachwindow/store"
)

// outcome is what a phase has to say of itself. Peak is of its whole process.
type outcome struct {
	Seconds  float64
	CPU      float64 // seconds of all cores, of the whole process
	Events   int64
	PeakMiB  float64
	Steps    []step
	Uses     int64 // that answer found
	Findings int64
}

// step is a part of a phase.
type step struct {
	Name    string
	Seconds float64
}

// phase is something that is measured: it works on the files and a database that is its own.
type phase func(ctx context.Context, files []string, db string) (outcome, error)

// phases are run by name in a process of their own.
var phases = map[string]phase{
	"load":       load,
	"tuned":      tuned,
	"naive":      naive,
	"decompress": decompress,
	"answer":     answer,
}

// load is the program's own way: from nothing to a database that is closed again.
func load(ctx context.Context, files []string, name string) (o outcome, err error) {
	start := time.Now()
	db, err := store.Open(ctx, name)
	if err != nil {
		return o, err
	}
	sum, err := db.Load(ctx, loadFiles(files), store.LoadOptions{})
	err = errors.Join(err, db.Close())
	if err == nil && sum.Rejects+sum.Duplicates > 0 {
		err = fmt.Errorf("load: %d rejects and %d duplicates in generated files", sum.Rejects,
			sum.Duplicates)
	}
	return outcome{Seconds: time.Since(start).Seconds(), Events: sum.Events}, err
}

func loadFiles(files []string) []store.LoadFile {
	out := make([]store.LoadFile, len(files))
	for i, f := range files {
		out[i] = store.LoadFile{Name: filepath.Base(f), Path: f}
		if info, err := os.Stat(f); err == nil {
			out[i].Size = info.Size()
		}
	}
	return out
}

//go:embed tuned.sql
var tunedSQL string

//go:embed naive.sql
var naiveSQL string

func tuned(ctx context.Context, files []string, name string) (outcome, error) {
	return byHand(ctx, tunedSQL, files, name)
}

func naive(ctx context.Context, files []string, name string) (outcome, error) {
	return byHand(ctx, naiveSQL, files, name)
}

// byHand fills the same table of the same database, with the same settings, by one statement.
func byHand(ctx context.Context, query string, files []string, name string) (o outcome, err error) {
	start := time.Now()
	made, err := store.Open(ctx, name)
	if err != nil {
		return o, err
	}
	if err := made.Close(); err != nil {
		return o, err
	}
	db, err := sql.Open("duckdb", name+"?preserve_insertion_order=false"+
		"&write_buffer_row_group_count=1&max_vacuum_tasks=0&storage_compatibility_version=latest&autoinstall_known_extensions=false"+
		"&autoload_known_extensions=false")
	if err != nil {
		return o, err
	}
	quoted := make([]string, len(files))
	for i, f := range files {
		quoted[i] = "'" + strings.ReplaceAll(f, "'", "''") + "'"
	}
	query = strings.Replace(query, "'{files}'", "["+strings.Join(quoted, ", ")+"]", 1)
	result, err := db.ExecContext(ctx, query)
	if err == nil {
		o.Events, err = result.RowsAffected()
	}
	err = errors.Join(err, db.Close())
	o.Seconds = time.Since(start).Seconds()
	return o, err
}

// decompress is the least that any load does, with the library and the two goroutines (one per
// core) that ingest has.
func decompress(ctx context.Context, files []string, _ string) (outcome, error) {
	start := time.Now()
	var next atomic.Int64
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				if errs[w] = unzip(files[i]); errs[w] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return outcome{Seconds: time.Since(start).Seconds(), Events: int64(len(files)) * perFile},
		errors.Join(append(errs, ctx.Err())...)
}

func unzip(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, z)
	return err
}

// peakMiB is the most memory that this process ever had; 0 where the system does not say.
func peakMiB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kib float64
		if n, err := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 && err == nil {
			return kib / 1024
		}
	}
	return 0
}
