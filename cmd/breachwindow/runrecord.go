package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"breachwindow/detect"
	"breachwindow/report"
	"breachwindow/store"
)

// runRecord is a run's row in table runs. It is kept only for runs that mail or have a slot, since
// later runs ask for those.
type runRecord struct {
	kept bool
	slot string
	id   int64
	done *time.Time // when another run of this slot ended with an answer; nil: none did
	hash string     // of result.json
}

// beginRun records the run and removes the older answer: a run that fails must not leave an
// all-clear behind it.
func (a *app) beginRun(ctx context.Context, db *store.DB, run *runRecord) (err error) {
	if run.kept {
		run.id, run.done, err = db.BeginRun(ctx, run.slot, a.now())
		if err != nil || run.done != nil {
			return err
		}
	}
	return errors.Join(a.noteLostTriage(ctx, db), a.dropResult())
}

// noteLostTriage warns if the last result rests on decisions that went with a removed database:
// what was confirmed would be forgotten without a word.
func (a *app) noteLostTriage(ctx context.Context, db *store.DB) error {
	last, err := a.readResult("")
	if err != nil || len(last.Triage) == 0 {
		return nil //nolint:nilerr // without a result there is nothing to compare with
	}
	log, err := db.Decisions(ctx)
	if err == nil && len(log) == 0 {
		a.note("the last result rests on %d decisions of triage, and the database has none: it was made "+
			"anew; breachwindow triage --import takes them from an export", len(last.Triage))
	}
	return err
}

// dropResult removes the last result, which does not answer any more.
func (a *app) dropResult() error {
	for _, name := range []string{resultName, reportName} {
		err := os.Remove(a.path(name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("result: %w", err)
		}
	}
	return nil
}

// endRun records how a run ended, also one that was interrupted. It never changes the answer: what
// cannot be recorded is said.
func (a *app) endRun(
	ctx context.Context, run *runRecord, sum store.Summary, r *detect.Result, failed error,
) {
	if run.id == 0 {
		return // it is not kept, or the database could not be opened
	}
	end := store.RunEnd{At: a.now(), Err: failed, Events: sum.Events}
	if failed == nil {
		end.Result, end.Findings = run.hash, len(r.Findings)
		for _, s := range r.Secrets {
			switch {
			case s.Verdict.Alarm():
				end.Alarms++
			case s.Verdict == detect.Unknown:
				end.Unknowns++
			}
		}
	}
	ctx = context.WithoutCancel(ctx)
	db, err := store.Open(ctx, a.path(databaseName))
	if err == nil {
		err = errors.Join(db.EndRun(ctx, run.id, end), db.Close())
	}
	if err != nil {
		a.note("the end of this run could not be recorded: %v", err)
	}
}

// saveResult writes report.html and, when that is there, result.json, each whole or not at all. It
// returns the SHA-256 of result.json.
func (a *app) saveResult(r *detect.Result) (hash string, err error) {
	var page, result bytes.Buffer
	if err := errors.Join(report.HTML(&page, r), report.JSON(&result, r)); err != nil {
		return "", err
	}
	if err := a.save(reportName, page.Bytes()); err != nil {
		return "", err
	}
	sum := sha256.Sum256(result.Bytes())
	return hex.EncodeToString(sum[:]), a.save(resultName, result.Bytes())
}

// save writes a file of the case, for its owner's eyes only.
func (a *app) save(file string, text []byte) error {
	name := a.path(file)
	f, err := os.CreateTemp(filepath.Dir(name), file+".*")
	if err != nil {
		return fmt.Errorf("result: %w", err)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o600), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("result: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
