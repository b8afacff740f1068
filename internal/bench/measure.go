package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// compared are the measurements that take turns, as the table names them.
var compared = []struct{ phase, what string }{
	{"load", "load"},
	{"tuned", "SQL by hand, tuned (tuned.sql)"},
	{"naive", "SQL by hand, naive (naive.sql)"},
	{"decompress", "only decompressing"},
}

func (o options) measure(ctx context.Context, out io.Writer) error {
	fmt.Fprintf(out, "generating %d files of %d events\n", o.all(), perFile)
	if err := generate(ctx, trailKind, fileNames(o.dir, trailKind, o.all())); err != nil {
		return err
	}
	if err := o.compare(ctx, out); err != nil {
		return err
	}
	if err := o.others(ctx, out); err != nil {
		return err
	}
	return o.large(ctx, out)
}

// others measures the loads of the other sources' logs beside only decompressing them.
func (o options) others(ctx context.Context, out io.Writer) error {
	files := o.all() / 4
	fmt.Fprintf(out, "\n%d events of each other log, medians of %d\n", files*perFile, o.rounds)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "load, s\tCPU\tevents/s\tpeak MiB\tdecompress, s\tload / decompress\tCPU\t\t")
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if o.kind = kind; kind == trailKind {
			continue
		}
		if err := generate(ctx, kind, fileNames(o.dir, kind, o.all())[:files]); err != nil {
			return err
		}
		var loads, unzips []outcome
		for range o.rounds {
			unzip, _, err := o.fresh(ctx, "decompress", files, false)
			if err != nil {
				return err
			}
			load, _, err := o.fresh(ctx, "load", files, false)
			if err != nil {
				return err
			}
			if load.Events != int64(files)*perFile {
				return fmt.Errorf("%s: %d events of %d", kind, load.Events, files*perFile)
			}
			loads, unzips = append(loads, load), append(unzips, unzip)
		}
		l, d := median(loads), median(unzips)
		fmt.Fprintf(t, "%.2f\t%.2f\t%.0f\t%.0f\t%.2f\t%.3g\t%.3g\t\t%s\n", l.Seconds, l.CPU,
			float64(l.Events)/l.Seconds, l.PeakMiB, d.Seconds, l.Seconds/d.Seconds, l.CPU/d.CPU, kind)
	}
	return t.Flush()
}

// measureHuge loads and answers as much as a machine of 8 GiB must be able to.
func (o options) measureHuge(ctx context.Context, out io.Writer) error {
	fmt.Fprintf(out, "generating %d files of %d events\n", o.all(), perFile)
	if err := generate(ctx, trailKind, fileNames(o.dir, trailKind, o.all())); err != nil {
		return err
	}
	loaded, db, err := o.fresh(ctx, "load", o.all(), true)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d events loaded in %.0f s, %.0f events/s, with %.0f MiB\n", loaded.Events,
		loaded.Seconds, float64(loaded.Events)/loaded.Seconds, loaded.PeakMiB)
	answered, err := o.child(ctx, "answer", 0, db)
	if err == nil {
		fmt.Fprintf(out, "answer for %d secrets with %d uses: %d findings, peak %.0f MiB\n",
			secretsHeld, answered.Uses, answered.Findings, answered.PeakMiB)
		o.printSteps(out, answered.Steps)
	}
	if err := errors.Join(err, remove(db)); err != nil {
		return err
	}
	fmt.Fprintln(out)
	goals := newGoals(out)
	goals.add("peak memory of the load, MiB", loaded.PeakMiB, hugeMiB, hugeMiB, "")
	goals.add("peak memory of the answer, MiB", answered.PeakMiB, hugeMiB, hugeMiB, "")
	return goals.print()
}

// compare measures the load beside the others.
func (o options) compare(ctx context.Context, out io.Writer) error {
	files := o.all() / 4
	if _, _, err := o.fresh(ctx, "decompress", files, false); err != nil { // fills the page cache
		return err
	}
	rounds := map[string][]outcome{}
	for i := range o.rounds {
		for _, c := range compared {
			r, _, err := o.fresh(ctx, c.phase, files, false)
			if err != nil {
				return err
			}
			if r.Events != int64(files)*perFile {
				return fmt.Errorf("%s: %d events of %d", c.phase, r.Events, files*perFile)
			}
			fmt.Fprintf(out, "round %d: %s %.2f s\n", i+1, c.phase, r.Seconds)
			rounds[c.phase] = append(rounds[c.phase], r)
		}
	}
	fmt.Fprintf(out, "\n%d events in %d files, medians of %d\n", files*perFile, files, o.rounds)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "seconds\tCPU\tevents/s\tpeak MiB\t\t")
	medians := map[string]outcome{}
	for _, c := range compared {
		m := median(rounds[c.phase])
		medians[c.phase] = m
		fmt.Fprintf(t, "%.2f\t%.2f\t%.0f\t%.0f\t\t%s\n", m.Seconds, m.CPU,
			float64(m.Events)/m.Seconds, m.PeakMiB, c.what)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	goals := newGoals(out)
	for _, g := range []struct {
		phase      string
		most, hope float64
	}{{"tuned", 0.75, 0.55}, {"naive", 0.2, 0.12}, {"decompress", 4, 2.5}} {
		a, b := medians["load"], medians[g.phase]
		goals.add("load / "+g.phase, a.Seconds/b.Seconds, g.most, g.hope, "")
		goals.add("load / "+g.phase+", CPU", a.CPU/b.CPU, g.most, g.hope, "")
	}
	return goals.print()
}

// median takes each number's own.
func median(all []outcome) outcome {
	m := all[0]
	for _, f := range []func(*outcome) *float64{
		func(o *outcome) *float64 { return &o.Seconds },
		func(o *outcome) *float64 { return &o.CPU },
		func(o *outcome) *float64 { return &o.PeakMiB },
	} {
		values := make([]float64, len(all))
		for i := range all {
			values[i] = *f(&all[i])
		}
		slices.Sort(values)
		*f(&m) = values[len(values)/2]
	}
	return m
}

// large measures memory as the input grows, and the answer over all of it.
func (o options) large(ctx context.Context, out io.Writer) error {
	small, _, err := o.fresh(ctx, "load", o.all()/20, false)
	if err != nil {
		return err
	}
	big, db, err := o.fresh(ctx, "load", o.all(), true)
	if err != nil {
		return err
	}
	answered, err := o.child(ctx, "answer", 0, db)
	if err != nil {
		return err
	}
	if err := remove(db); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%d events loaded in %.2f s with %.0f MiB; %d with %.0f MiB\n", big.Events,
		big.Seconds, big.PeakMiB, small.Events, small.PeakMiB)
	fmt.Fprintf(out, "answer for %d secrets with %d uses: %d findings, peak %.0f MiB\n",
		secretsHeld, answered.Uses, answered.Findings, answered.PeakMiB)
	o.printSteps(out, answered.Steps)

	fmt.Fprintln(out)
	goals := newGoals(out)
	goals.add(fmt.Sprintf("peak memory at %d events", big.Events), big.PeakMiB*1.048576, 800, 500, " MB")
	goals.add("its growth from a twentieth", big.PeakMiB/small.PeakMiB, 3, 1.5, "")
	goals.add("SetCase", answered.seconds(stepSetCase), 0, 0, " s")
	goals.add("Derive", answered.seconds(stepDerive), 0, 0, " s")
	goals.add("all detections and verdicts", answered.seconds(stepDetect), 5, 1, " s")
	goals.add("from the loaded database to the Result", answered.seconds(stepSetCase)+
		answered.seconds(stepDerive)+answered.seconds(stepDetect), 0, 0, " s")
	return goals.print()
}

func (o outcome) seconds(name string) float64 {
	for _, s := range o.Steps {
		if s.Name == name {
			return s.Seconds
		}
	}
	return 0
}

// printSteps prints the parts of the answer, the slowest first.
func (o options) printSteps(out io.Writer, steps []step) {
	steps = slices.Clone(steps)
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(b.Seconds, a.Seconds) })
	if !o.verbose && len(steps) > 10 {
		steps = steps[:10]
	}
	for _, s := range steps {
		fmt.Fprintf(out, "%9.3f s  %s\n", s.Seconds, s.Name)
	}
}

// goals are figures beside what they should be.
type goals struct{ out *tabwriter.Writer }

func newGoals(out io.Writer) goals {
	g := goals{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	fmt.Fprintln(g.out, "what\tmeasured\ttarget\treach for\t")
	return g
}

// add notes a figure; most is 0 where nothing is asked.
func (g goals) add(what string, value, most, hope float64, unit string) {
	if most == 0 {
		fmt.Fprintf(g.out, "%s\t%.3g%s\t\t\t\n", what, value, unit)
		return
	}
	verdict := "missed"
	switch {
	case value <= hope:
		verdict = "reached"
	case value <= most:
		verdict = "met"
	}
	fmt.Fprintf(g.out, "%s\t%.3g%s\t%g%s\t%g%s\t%s\n", what, value, unit, most, unit, hope, unit,
		verdict)
}

func (g goals) print() error { return g.out.Flush() }
