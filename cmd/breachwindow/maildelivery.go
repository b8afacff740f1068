package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"breachwindow/detect"
	"breachwindow/mail"
	"breachwindow/store"
)

// spamAge is the age from which on filters suspect the date of a mail.
const spamAge = 12 * time.Hour

// mailResult sends the last result to those who do not have it, and records what became of it. The
// case is held meanwhile: two who send at once would send everything twice.
func (a *app) mailResult(ctx context.Context, p *post, again bool) (err error) {
	m, hash, err := a.letter(p)
	if err != nil {
		return err
	}
	if now := a.now(); now.Sub(m.Date) > spamAge {
		m.Date = now
	}
	db, err := store.Open(ctx, a.path(databaseName))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	failed := 0
	sender := a.sender(p)
	for _, to := range p.settings.To {
		id := m.MessageID(p.envelope, to)
		had, err := db.DeliveredAt(ctx, id)
		if err != nil {
			return err
		}
		if had != nil && !again {
			fmt.Fprintf(a.out, "%s: has it since %s; --again sends it once more\n", to,
				had.Format("2006-01-02 15:04Z"))
			continue
		}
		o := sender.Send(ctx, m, to)
		if o.Err != nil {
			failed++
		}
		if _, err := fmt.Fprintln(a.out, o); err != nil {
			return err
		}
		// Also of a run that was interrupted meanwhile.
		if err := db.AddDelivery(context.WithoutCancel(ctx), deliveryOf(o, hash, a.now())); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("mail: %d of %d recipients did not get it", failed, len(p.settings.To))
	}
	return nil
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
	ctx context.Context, run func() (*detect.Result, error), render func(*detect.Result) error,
) error {
	p, err := a.postOf(mailFlags{})
	if err != nil {
		return err
	}
	if err := a.connect(ctx, p); err != nil {
		return err
	}
	r, err := run()
	if err != nil {
		return errors.Join(err, a.mailFailure(ctx, p, err))
	}
	a.decide(r)
	return errors.Join(render(r), a.mailResult(ctx, p, false))
}
