// Command bench measures the program beside what else could do its job: DuckDB's own reader with
// SQL written by hand, well and badly, and no more than decompressing the files. It stands
// outside the flow and reaches it through store and detect, as the commands do. make bench runs
// it; nothing of it is in the program.
//
// Each measurement is a process of its own, so that its peak memory is its own, and what is
// compared takes turns. Times depend on the machine and on what else it does; the ratios, which
// the targets are about, do much less.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

// seed makes the same logs on every machine.
const seed = 1

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	events, rounds int
	quick, verbose bool
	huge           bool
	dir, phase, db string
	kind           string
	files          int
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.IntVar(&o.events, "events", 500_000, "events of the comparison; the rest takes four times as many")
	f.IntVar(&o.rounds, "n", 3, "rounds of the comparison, of which the medians count")
	f.BoolVar(&o.quick, "quick", false, "100,000 events")
	f.BoolVar(&o.huge, "huge", false, "only load and answer 20 M events: an hour, 20 GB of disk")
	f.BoolVar(&o.verbose, "verbose", false, "every view and detection, not only the slowest")
	f.StringVar(&o.dir, "dir", "", "where to make the logs and to keep them (default: a temporary folder)")
	f.StringVar(&o.phase, "phase", "", "run this measurement alone and print it as JSON (for bench itself)")
	f.StringVar(&o.db, "db", "", "the database of -phase")
	f.StringVar(&o.kind, "kind", trailKind, "which logs -phase reads")
	f.IntVar(&o.files, "files", 0, "how many files -phase reads")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if o.quick {
		o.events = 100_000
	}
	if o.huge {
		o.events = hugeEvents / 4
	}
	if o.phase != "" {
		return o.runPhase(ctx, out)
	}
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "breachwindow-bench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	if o.huge {
		return o.measureHuge(ctx, out)
	}
	return o.measure(ctx, out)
}

// hugeEvents are what a load must finish within hugeMiB of memory.
const (
	hugeEvents = 20_000_000
	hugeMiB    = 8192
)

// all is how many files there are; the comparison reads the first quarter.
func (o options) all() int { return 4 * max(o.events/perFile, 5) }

// runPhase is what a process of a measurement does.
func (o options) runPhase(ctx context.Context, out io.Writer) error {
	run, ok := phases[o.phase]
	if !ok {
		return fmt.Errorf("phase %q: not known", o.phase)
	}
	result, err := run(ctx, fileNames(o.dir, o.kind, o.all())[:o.files], o.db)
	if err != nil {
		return fmt.Errorf("%s: %w", o.phase, err)
	}
	result.PeakMiB = peakMiB()
	return json.NewEncoder(out).Encode(result)
}

// child runs a measurement in a process of its own. CPU counts its user and system time.
func (o options) child(ctx context.Context, phase string, files int, db string) (outcome, error) {
	self, err := os.Executable()
	if err != nil {
		return outcome{}, err
	}
	//nolint:gosec // G204: it starts itself
	cmd := exec.CommandContext(ctx, self, "-phase", phase, "-dir", o.dir, "-db", db, "-kind", o.kind,
		"-events", fmt.Sprint(o.events), "-files", fmt.Sprint(files))
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w", phase, err)
	}
	var r outcome
	if err := json.Unmarshal(text, &r); err != nil {
		return outcome{}, fmt.Errorf("%s: %w", phase, err)
	}
	r.CPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return r, nil
}

// fresh runs a measurement with a database that does not exist before, nor after unless it is
// kept.
func (o options) fresh(
	ctx context.Context, phase string, files int, keep bool,
) (r outcome, db string, err error) {
	db = filepath.Join(o.dir, "bench-"+phase+".duckdb")
	if err := remove(db); err != nil {
		return outcome{}, "", err
	}
	r, err = o.child(ctx, phase, files, db)
	if !keep {
		err = errors.Join(err, remove(db))
	}
	return r, db, err
}

func remove(db string) error {
	for _, name := range []string{db, db + ".wal", db + ".lock"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
