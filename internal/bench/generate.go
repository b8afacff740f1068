package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
)

// fileNames are the names of files 0 to n-1, whose order is that of time.
func fileNames(dir string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = filepath.Join(dir, fmt.Sprintf("trail-%d-%d", seed, n),
			fmt.Sprintf("trail-%06d.json.gz", i))
	}
	return names
}

// generate writes these files. Those that are there already are kept: the seed always makes the
// same ones.
func generate(ctx context.Context, names []string) error {
	c, err := newCompany()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(names[0]), 0o750); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	var next atomic.Int64
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs { // making the files takes longer than what is measured with them
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(names) {
					return
				}
				if errs[w] = c.writeFile(names, i); errs[w] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	return nil
}

// writeFile writes a file whole or not at all.
func (c *company) writeFile(names []string, i int) error {
	name := names[i]
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	t := newTrail(c, i, len(names))
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(t.write()); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(name+".part", b.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}
