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

// fileNames are the names of files 0 to n-1 of a kind, whose order is that of time.
func fileNames(dir, kind string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = filepath.Join(dir, fmt.Sprintf("%s-%d-%d", kind, seed, n),
			fmt.Sprintf("%s-%06d.json.gz", kind, i))
	}
	return names
}

// kinds are the logs that are measured: what a file has before compression.
var kinds = map[string]func(c *company, index, files int) []byte{
	trailKind: func(c *company, index, files int) []byte { return newTrail(c, index, files).write() },
	"hub-lines": func(c *company, index, files int) []byte {
		return newOther(c, index, files).lines((*other).hub)
	},
	"circle-lines": func(c *company, index, files int) []byte {
		return newOther(c, index, files).lines((*other).circle)
	},
	"circle-csv": func(c *company, index, files int) []byte { return newOther(c, index, files).rows() },
}

// trailKind is the kind that is compared with other ways to load it.
const trailKind = "trail"

// generate writes these files. Those that are there already are kept: the seed always makes the
// same ones.
func generate(ctx context.Context, kind string, names []string) error {
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
				if errs[w] = c.writeFile(kind, names, i); errs[w] != nil {
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
func (c *company) writeFile(kind string, names []string, i int) error {
	name := names[i]
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(kinds[kind](c, i, len(names))); err != nil {
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
