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
for it. A run that fails is mailed and does not end it; a mail that the server does not take is tried
again until the next run. It reads case.yaml for each run, but its times only when it starts.`,
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
				if _, err := r.settings(cmd.Context()); err != nil {
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
	post  *post // the last settings of mail that could work
}

// settings reads the settings of mail, which may have changed since the last slot.
func (s *scheduler) settings(ctx context.Context) (*post, error) {
	p, err := s.postReady(ctx)
	if err == nil {
		s.post = p
	}
	return p, err
}

// slotName is how table runs knows a slot.
func slotName(slot time.Time) string { return slot.UTC().Format(time.RFC3339) }

// answer runs a slot. Its error is that there is no answer.
func (s *scheduler) answer(ctx context.Context, slot time.Time) error {
	f := s.flags
	f.slot = slotName(slot)
	r, err := s.run(ctx, f)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %s\n", f.slot, report.Answer(r))
	return err
}

// Between two tries of a mail the wait doubles.
const firstMailWait, longestMailWait = 5 * time.Minute, time.Hour

// deliver mails the answer of a slot. As long as another try may help, it tries again until the
// next slot, which may be a week away.
func (s *scheduler) deliver(ctx context.Context, slot time.Time) {
	if !s.mails {
		return
	}
	for wait := firstMailWait; ; wait = min(2*wait, longestMailWait) {
		p, err := s.settings(ctx)
		if err != nil {
			s.fail(ctx, fmt.Errorf("there is an answer, but it cannot be mailed: %w", err))
			return
		}
		if err = s.mailResult(ctx, p, sending{run: true, slot: slotName(slot)}); err == nil {
			return
		}
		s.printError(ctx, err)
		var unsent *unsentError
		if !errors.Is(err, store.ErrBusy) && (!errors.As(err, &unsent) || !unsent.temporary) {
			return
		}
		s.note("mailing again in %s", wait)
		if !s.pause(ctx, wait) || !s.passed(slot).IsZero() {
			return
		}
	}
}

// fail reports that a slot has no answer, by mail too. If a mistake in case.yaml is the reason, its
// mail settings cannot be read either: then the last ones that worked are used.
func (s *scheduler) fail(ctx context.Context, why error) {
	s.printError(ctx, why)
	if !s.mails {
		return
	}
	p, err := s.settings(ctx)
	if err != nil && s.post != nil {
		s.note("mailing that with the settings from before")
		p, err = s.post, nil
	}
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
			if slot = s.wait(ctx); slot.IsZero() {
				return nil
			}
		} else {
			s.note("the run of %s was missed", slotName(slot))
		}
		switch err := s.runSlot(ctx, slot); {
		case err == nil:
			s.deliver(ctx, slot)
		case ctx.Err() != nil:
			return err
		default:
			s.fail(ctx, err)
		}
		slot = s.passed(slot)
	}
}

// passed is the slot that passed since another one, zero if none did: a run may take longer than
// until the next. Of several only the last is caught up.
func (s *scheduler) passed(slot time.Time) time.Time {
	if last := s.slots.last(s.now()); last.After(slot) {
		return last
	}
	return time.Time{}
}

// missed is the last slot, if no run has answered since. A case that was never run misses none. One
// that was answered may have been stopped before its mails were sent, or been run by hand: they are
// sent now.
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
		s.deliver(ctx, last)
		return s.passed(last), nil
	}
	return last, nil
}

// wait waits for the next slot and returns it, or zero if the context ended first. Machines sleep
// and clocks are set, so it keeps looking at the clock: if that is set back, another slot comes
// first.
func (s *scheduler) wait(ctx context.Context) time.Time {
	slot := s.slots.next(s.now())
	s.note("the next run is at %s", slotName(slot))
	for s.now().Before(slot) {
		if !s.pause(ctx, min(slot.Sub(s.now()), time.Minute)) {
			return time.Time{}
		}
		if next := s.slots.next(s.now()); next.Before(slot) {
			slot = next
			s.note("the clock was set back: the next run is at %s", slotName(slot))
		}
	}
	return slot
}

// runSlot runs a slot, later if another run holds the case; after the next slot it is missed.
func (s *scheduler) runSlot(ctx context.Context, slot time.Time) error {
	for {
		err := s.answer(ctx, slot)
		if !errors.Is(err, store.ErrBusy) || s.slots.last(s.now()).After(slot) {
			return err
		}
		s.note("%v; trying again in %s", err, busyWait)
		if !s.pause(ctx, busyWait) {
			return ctx.Err()
		}
	}
}

// pause waits, perhaps for long, without looking at the clock: one that is set back meanwhile would
// make it longer. It returns false if the context ended first.
func (s *scheduler) pause(ctx context.Context, d time.Duration) bool {
	for ; d > 0; d -= time.Minute {
		select {
		case <-ctx.Done():
			return false
		case <-s.after(min(d, time.Minute)):
		}
	}
	return ctx.Err() == nil
}
