package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"breachwindow/digest"
	"breachwindow/ingest"
	"breachwindow/internal/archive"
)

// prober tells the forms of files as load would. The first event of CloudTrail settles it.
type prober struct {
	mu       sync.Mutex
	archives map[string]map[string]string // by path, then by the full name of a file in it
}

func (p *prober) form(ctx context.Context, file digest.File) (string, error) {
	f, err := os.Open(file.Path)
	if err != nil {
		return "", fmt.Errorf("%s: it was there and cannot be read again: %w", file.Name, err)
	}
	defer f.Close()
	form, err := settled(ingest.Read(ctx, file.Name, f, ingest.Options{}, probe{}))
	if !errors.Is(err, ingest.ErrArchive) {
		return form, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	forms, ok := p.archives[file.Path]
	if !ok {
		if forms, err = formsIn(ctx, file.Path); err != nil {
			return "", err
		}
		p.archives[file.Path] = forms
	}
	if form, ok := forms[file.Member]; ok {
		return form, nil
	}
	return "cloudtrail/log", nil // where it is not known, doubt
}

// formsIn reads an archive and tells the forms of the files in it.
func formsIn(ctx context.Context, path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	forms := map[string]string{}
	_, err = ingest.ReadArchive(ctx, "", f, ingest.Options{}, probe{},
		func(name string, read func(ingest.Sink) (ingest.File, error)) (err error) {
			name = strings.TrimPrefix(name, archive.Member("", ""))
			forms[name], err = settled(read(probe{}))
			return err
		})
	return forms, err
}

// settled is the form of a file whose reading has ended, perhaps early.
func settled(account ingest.File, err error) (string, error) {
	if errors.Is(err, errProbed) {
		return "cloudtrail/log", nil
	}
	return account.Form, err
}

// errProbed ends the reading of a file that holds CloudTrail.
var errProbed = errors.New("an event of CloudTrail")

// probe is a sink that wants one event.
type probe struct{}

func (probe) Events(events []ingest.Event) error {
	if slices.ContainsFunc(events, func(e ingest.Event) bool { return e.Source == "cloudtrail" }) {
		return errProbed
	}
	return nil
}

func (probe) Reject(ingest.Reject) error { return nil }
