package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"breachwindow/detect"
	"breachwindow/mail"
	"breachwindow/report"
	"breachwindow/store"
)

// spamAge is the age from which on filters suspect the date of a mail.
const spamAge = 12 * time.Hour

// sending says which mails are sent.
type sending struct {
	again bool   // the whole result, also to those who have it
	run   bool   // of a run: one without news only as often as the case wants a heartbeat
	slot  string // of the run
}

// mailResult sends the last result to those who do not have it, and records what became of it. The
// case is held meanwhile: two who send at once would send everything twice.
func (a *app) mailResult(ctx context.Context, p *post, what sending) (err error) {
	r, err := a.lastResult()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, a.path(databaseName))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := keepOutline(ctx, db, r); err != nil {
		return err
	}
	d := &delivering{app: a, db: db, post: p, result: r, what: what, sender: a.sender(p)}
	d.unsent.all = len(p.settings.To)
	var errs []error
	for _, to := range p.settings.To { // what goes wrong with one must not keep it from the others
		if err := d.deliver(ctx, to); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", to, err))
		}
	}
	if d.unsent.failed > 0 {
		errs = append(errs, &d.unsent)
	}
	return errors.Join(errs...)
}

// unsentError says to how many a mail did not get through.
type unsentError struct {
	failed, all int
	temporary   bool // for one at least it may work later
}

func (e *unsentError) Error() string {
	return fmt.Sprintf("mail: %d of %d recipients did not get it", e.failed, e.all)
}

// delivering is one result on its way.
type delivering struct {
	*app
	db     *store.DB
	post   *post
	result *savedResult
	what   sending
	sender *mail.Sender
	unsent unsentError
}

// deliver sends a recipient what he does not have, and counts him if it did not reach him.
func (d *delivering) deliver(ctx context.Context, to string) error {
	m, why, err := d.letterTo(ctx, to)
	if err != nil {
		return err
	}
	if m == nil {
		_, err := fmt.Fprintf(d.out, "%s: %s\n", to, why)
		return err
	}
	if now := d.now(); now.Sub(m.Date) > spamAge {
		m.Date = now
	}
	o := d.sender.Send(ctx, m, to)
	if o.Err != nil {
		d.unsent.failed++
		d.unsent.temporary = d.unsent.temporary || o.Temporary
	}
	// Recorded before anything else may fail, also of a run that was interrupted meanwhile: else it
	// would be sent twice.
	err = d.db.AddDelivery(context.WithoutCancel(ctx), deliveryOf(o, d.result.hash, d.now()))
	_, printed := fmt.Fprintln(d.out, o)
	return errors.Join(err, printed)
}

// letterTo is the mail that a recipient lacks, or why he lacks none: all if he has none yet of this
// incident, else what is new since the last that he got.
func (d *delivering) letterTo(ctx context.Context, to string) (m *mail.Mail, why string, err error) {
	o := mail.Options{Slot: d.what.slot}
	last, err := d.db.LastMailed(ctx, to)
	if err != nil {
		return nil, "", err
	}
	if last == nil || last.Outline == "" || d.what.again {
		m, err = d.post.letter(d.result, o)
		return m, "", err
	}
	since := moment(&last.At, "")
	if last.Result == d.result.hash && !d.what.run {
		return nil, "has it since " + since + "; --again sends it once more", nil
	}
	before, err := report.ReadJSON(strings.NewReader(last.Outline))
	if err != nil || !before.Comparable(d.result.r) {
		m, err = d.post.letter(d.result, o)
		return m, "", err
	}
	o.Changes, o.Since = detect.Diff(before, d.result.r), last.At
	if d.what.run && !o.Changes.News() {
		if !d.post.settings.Heartbeat.due(last.At, d.now()) {
			return nil, "nothing new since the mail of " + since, nil
		}
		o.Date = d.now()
	}
	m, err = d.post.letter(d.result, o)
	return m, "", err
}

// keepOutline keeps what the next mail compares with.
func keepOutline(ctx context.Context, db *store.DB, r *savedResult) error {
	var b strings.Builder
	if err := report.JSON(&b, r.r.Outline()); err != nil {
		return err
	}
	return db.KeepOutline(ctx, r.hash, b.String())
}

func deliveryOf(o mail.Outcome, hash string, at time.Time) store.Delivery {
	d := store.Delivery{
		Recipient: o.Recipient, MessageID: o.MessageID, Result: hash, At: at, Delivered: o.Err == nil,
	}
	if o.Err != nil {
		d.Error = o.Err.Error()
	}
	return d
}

func (a *app) sender(p *post) *mail.Sender {
	return &mail.Sender{Server: p.server, Envelope: p.envelope, Waits: a.mailWaits, Note: a.note}
}

// failureTime is how long the mails of a failed run may take, also of one that was interrupted.
const failureTime = 2 * time.Minute

// mailFailure tells the recipients that a run failed. It needs no database: that may be why.
func (a *app) mailFailure(ctx context.Context, p *post, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), failureTime)
	defer cancel()
	m, err := mail.NewFailure("breachwindow "+version, p.name, why.Error(), a.now())
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	var errs []error
	for _, to := range p.settings.To {
		o := a.sender(p).Send(ctx, m, to)
		if o.Err != nil {
			errs = append(errs, fmt.Errorf("mail: %s", o))
			continue
		}
		a.note("%s was told that the run failed", to)
	}
	return errors.Join(errs...)
}

// mailed does a run and mails its result, or that it failed: nobody shall take silence for an
// all-clear. Settings that cannot work end it before the run.
func (a *app) mailed(
	ctx context.Context, f runFlags, render func(*detect.Result) error,
) error {
	p, err := a.postReady(ctx)
	if err != nil {
		return err
	}
	what := sending{run: true, slot: f.slot}
	if what.slot == "" {
		what.slot = a.now().UTC().Format(time.RFC3339)
	}
	r, err := a.run(ctx, f)
	if err != nil {
		return errors.Join(err, a.mailFailure(ctx, p, err))
	}
	a.decide(r)
	return errors.Join(render(r), a.mailResult(ctx, p, what))
}
