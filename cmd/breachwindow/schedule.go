package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
	_ "time/tzdata" // zones also where the system has none, as in small containers

	"github.com/spf13/cobra"

	"breachwindow/report"
	"breachwindow/store"
)

// scheduleSettings are schedule: in case.yaml.
type scheduleSettings struct {
	Cron string `yaml:"cron"`
	Zone string `yaml:"zone"`
}

func (s scheduleSettings) slots() (*slots, error) {
	return newSlots(cmp.Or(s.Cron, "0 7 * * *"), cmp.Or(s.Zone, "UTC"))
}

func (a *app) scheduleCmd() *cobra.Command {
	var flags scheduleSettings
	var queryDir string
	var noMail bool
	cmd := &cobra.Command{
		Use:   "schedule [CASE]",
		Short: "Run and mail again and again, by a schedule",
		Long: `Schedule does run --mail at the times of a cron expression (minute, hour, day, month,
weekday) in a time zone, until it is stopped: schedule: {cron: "0 7 * * *", zone: Europe/Berlin}
in case.yaml, or flags. It is for machines without cron, systemd or Kubernetes. A
time that was missed, because the machine was off or the run was killed, is caught up once; the
same time is never run twice, also where clocks go back. While another run holds the case it waits
for it. A run that fails is mailed and does not end it.`,
		Example: "  breachwindow schedule acme --zone America/New_York --cron \"30 6 * * 1-5\"",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				a.caseDir = args[0]
			}
			c, err := a.openCase()
			if err != nil {
				return err
			}
			s := c.file.Schedule
			set(&s.Cron, flags.Cron)
			set(&s.Zone, flags.Zone)
			slots, err := s.slots()
			if err != nil {
				return usagef("schedule: %w", err)
			}
			r := &scheduler{
				app: a, slots: slots, flags: runFlags{queryDir: queryDir}, mails: !noMail,
				after: time.After,
			}
			if r.mails { // mistakes in its settings end it here
				if _, err := a.postReady(cmd.Context()); err != nil {
					return fmt.Errorf("%w\nhint: --no-mail only runs", err)
				}
			}
			return r.loop(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&flags.Cron, "cron", "", "when, five fields (0 7 * * *)")
	cmd.Flags().StringVar(&flags.Zone, "zone", "", "the time zone of these times (UTC)")
	cmd.Flags().BoolVar(&noMail, "no-mail", false, "write report.html and result.json only")
	cmd.Flags().StringVar(&queryDir, "queries", "", "a folder with more detections")
	a.expandFlag(cmd)
	return cmd
}

// scheduler runs what is due.
type scheduler struct {
	*app
	slots *slots
	flags runFlags
	mails bool
	after func(time.Duration) <-chan time.Time
}

// answer runs a slot and mails the answer. Its error is that there is none; that a mail did not get
// through is said.
func (s *scheduler) answer(ctx context.Context, slot string) error {
	f := s.flags
	f.slot = slot
	r, err := s.run(ctx, f)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.out, "%s: %s\n", slot, report.Answer(r)); err != nil {
		return err
	}
	if !s.mails {
		return nil
	}
	p, err := s.postReady(ctx)
	if err == nil {
		err = s.mailResult(ctx, p, sending{run: true, slot: slot})
	}
	if err != nil {
		s.printError(ctx, err)
	}
	return nil
}

// fail says that a slot has no answer, by mail too.
func (s *scheduler) fail(ctx context.Context, why error) {
	s.printError(ctx, why)
	if !s.mails {
		return
	}
	p, err := s.postReady(ctx)
	if err == nil {
		err = s.mailFailure(ctx, p, why)
	}
	if err != nil {
		s.printError(ctx, err)
	}
}

// busyWait is how long it waits for another run that holds the case.
const busyWait = time.Minute

// loop runs one slot after the other until the context ends. That is no error.
func (s *scheduler) loop(ctx context.Context) error {
	slot, err := s.missed(ctx)
	if err != nil {
		return err
	}
	for {
		if slot.IsZero() {
			slot = s.slots.next(s.now())
			s.note("the next run is at %s", slot.Format(time.RFC3339))
		} else {
			s.note("the run of %s was missed", slot.Format(time.RFC3339))
		}
		if !s.until(ctx, slot) {
			return nil
		}
		if err := s.runSlot(ctx, slot); err != nil {
			if ctx.Err() != nil {
				return err
			}
			s.fail(ctx, err)
		}
		// A run may take longer than until the next slot. Of several only the last is caught up.
		if last := s.slots.last(s.now()); last.After(slot) {
			slot = last
		} else {
			slot = time.Time{}
		}
	}
}

// missed is the last slot, if no run has answered since. A case that was never run misses none.
func (s *scheduler) missed(ctx context.Context) (time.Time, error) {
	last := s.slots.last(s.now())
	answered, err := store.AnsweredSince(ctx, s.path(databaseName), last)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return time.Time{}, nil
	case errors.Is(err, store.ErrBusy):
		return last, nil // the slot itself knows whether it was run
	case err != nil:
		return time.Time{}, err
	case answered:
		return time.Time{}, nil
	}
	return last, nil
}

// runSlot runs a slot, later if another run holds the case; after the next slot it is missed.
func (s *scheduler) runSlot(ctx context.Context, slot time.Time) error {
	for {
		err := s.answer(ctx, slot.UTC().Format(time.RFC3339))
		if !errors.Is(err, store.ErrBusy) || s.slots.last(s.now()).After(slot) {
			return err
		}
		s.note("%v; trying again in %s", err, busyWait)
		if !s.until(ctx, s.now().Add(busyWait)) {
			return ctx.Err()
		}
	}
}

// until waits until a time. Machines sleep and clocks are set, so it looks at the clock again and
// again. It returns false if the context ended before.
func (s *scheduler) until(ctx context.Context, at time.Time) bool {
	for {
		left := at.Sub(s.now())
		if left <= 0 {
			return ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-s.after(min(left, time.Minute)):
		}
	}
}
