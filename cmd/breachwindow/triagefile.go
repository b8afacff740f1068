package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"breachwindow/detect"
	"breachwindow/inventory"
	"breachwindow/store"
)

// triageLine is a decision as a line of the file that colleagues exchange. A finding's id has the name
// of the case in it; what the finding is beside that stands in seen, so that it is found again in a
// case of another name.
type triageLine struct {
	Kind     string            `json:"kind"`
	Subject  string            `json:"subject,omitempty"`
	Secret   string            `json:"secret,omitempty"`
	IP       string            `json:"ip,omitempty"`
	Agent    string            `json:"agent,omitempty"`
	Actor    string            `json:"actor,omitempty"`
	Decision string            `json:"decision"`
	Note     string            `json:"note"`
	Author   string            `json:"author"`
	At       time.Time         `json:"at"`
	Seen     []detect.Sighting `json:"seen,omitempty"`
}

func lineOf(d store.Decision) (l triageLine, err error) {
	l = triageLine{
		Kind: d.Kind, Subject: d.Subject, Secret: d.Secret, IP: d.IP, Agent: d.Agent, Actor: d.Actor,
		Decision: d.Decision, Note: d.Note, Author: d.Author, At: d.At.UTC(),
	}
	if err := json.Unmarshal([]byte(d.Seen), &l.Seen); err != nil {
		return l, fmt.Errorf("triage of %s: what was seen: %w", d.Subject, err)
	}
	return l, nil
}

// decision is the line as the store keeps it.
func (l triageLine) decision() (store.Decision, error) {
	//nolint:gosec // G117: the id of a secret
	seen, err := json.Marshal(append([]detect.Sighting{}, l.Seen...))
	return store.Decision{
		Kind: l.Kind, Subject: l.Subject, Secret: l.Secret, IP: l.IP, Agent: l.Agent, Actor: l.Actor,
		Decision: l.Decision, Note: l.Note, Author: l.Author,
		At: l.At.UTC().Truncate(time.Microsecond), Seen: string(seen),
	}, err
}

// Bounds of what people write, and of a line: what a finding had may be long.
const (
	maxNote       = 2000 // characters
	maxAuthor     = 100
	maxTriageLine = 32 << 20
	maxAhead      = 5 * time.Minute // of this machine's clock
)

// check refuses what is no decision, or one that could have no effect.
func (l triageLine) check(now time.Time) error {
	switch {
	case !slices.Contains([]string{"finding", "secret", "use"}, l.Kind):
		return fmt.Errorf("kind %q: write finding, secret or use", l.Kind)
	case l.Decision != detect.Open && !slices.Contains(decisionWords, l.Decision):
		return fmt.Errorf("decision %q: write %s, or open for one that is taken back", l.Decision,
			oneOf(decisionWords))
	case l.At.IsZero():
		return errors.New("at is missing")
	case l.At.After(now.Add(maxAhead)):
		return fmt.Errorf("at %s is in the future, so that no later decision could replace it: one of "+
			"two clocks is wrong", l.At.UTC().Format(time.RFC3339))
	}
	if err := l.checkWords(); err != nil {
		return err
	}
	if l.Kind != "use" {
		return l.checkSubject()
	}
	if l.Subject != "" || len(l.Seen) > 0 {
		return errors.New("a use has neither subject nor seen")
	}
	_, err := l.entry().selectors()
	return err
}

// checkWords is about what people wrote.
func (l triageLine) checkWords() error {
	switch {
	case l.Note == "" && l.Decision != detect.Open:
		return errors.New("note is missing: say why")
	case len([]rune(l.Note)) > maxNote:
		return fmt.Errorf("note: more than %d characters", maxNote)
	case l.Author == "":
		return errors.New("author is missing")
	case len([]rune(l.Author)) > maxAuthor:
		return fmt.Errorf("author: more than %d characters", maxAuthor)
	}
	for _, text := range []string{l.Note, l.Author, l.Subject, l.Secret, l.Agent, l.Actor} {
		if what := inventory.SecretIn(text); what != "" {
			return fmt.Errorf("it holds a secret itself (%s), which is stored nowhere: take it out; "+
				"a commit can be shortened", what)
		}
	}
	return nil
}

func (l triageLine) checkSubject() error {
	switch {
	case l.Subject == "":
		return errors.New("subject is missing: the id of the " + l.Kind)
	case l.Secret+l.IP+l.Agent+l.Actor != "":
		return fmt.Errorf("secret, ip, agent and actor are of uses, this is a %s", l.Kind)
	case l.Kind == "finding" && (len(l.Seen) != 1 || l.Seen[0].Finding != l.Subject):
		return errors.New("seen must have the finding as it was, and nothing else: without it nobody " +
			"can tell what was looked at")
	}
	for _, s := range l.Seen {
		switch {
		case s.Query == "" || !slices.Contains(detect.Levels(), s.Level):
			return fmt.Errorf("seen, finding %q: query or level is missing", s.Finding)
		case l.Kind == "secret" && s.Secret != l.Subject:
			return fmt.Errorf("seen, finding %q: it is of another secret", s.Finding)
		case l.Decision == detect.Benign && !s.Comparable():
			return fmt.Errorf("seen, finding %q: more than can be compared", s.Finding)
		case l.Decision != detect.Open && !s.Triageable():
			return fmt.Errorf("seen, finding %q: it rests on a decision on uses, which stands for itself",
				s.Finding)
		}
	}
	return nil
}

// entry is what the line selects, as case.yaml would list it.
func (l triageLine) entry() expectedEntry {
	return expectedEntry{IP: l.IP, Agent: l.Agent, Actor: l.Actor, Why: l.Note}
}

// in makes it a decision on what the case of that name has: the ids of its findings follow from it.
func (l triageLine) in(caseName string) triageLine {
	l.Seen = slices.Clone(l.Seen)
	for i := range l.Seen {
		l.Seen[i] = l.Seen[i].In(caseName)
	}
	if l.Kind == "finding" && len(l.Seen) > 0 {
		l.Subject = l.Seen[0].Finding
	}
	return l
}

// decisionsIn are decisions as those of the case of that name: its folder may have had another one
// when they were made.
func decisionsIn(caseName string, all []store.Decision) ([]store.Decision, error) {
	out := make([]store.Decision, 0, len(all))
	for _, d := range all {
		l, err := lineOf(d)
		if err != nil {
			return nil, err
		}
		if d, err = l.in(caseName).decision(); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// readDecisions reads a file of decisions, - is standard input, for the case of that name. All that
// is wrong is reported together; then nothing of it is taken.
func (a *app) readDecisions(name, caseName string) (out []store.Decision, err error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("triage: %w", err)
		}
		defer f.Close()
		in = f
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxTriageLine)
	var errs []error
	n, left := 0, 0
	for lines.Scan() {
		n++
		text := lines.Bytes()
		if n == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff")) // Windows writes it
		}
		if text = bytes.TrimSpace(text); len(text) == 0 {
			continue
		}
		d, err := a.readDecision(text, caseName)
		switch {
		case err == nil && len(errs) == 0:
			out = append(out, d)
		case err != nil && len(errs) < maxBadLines: // a file that is none has millions
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, n, err))
		case err != nil:
			left++
		}
	}
	if err := lines.Err(); err != nil {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, n+1, err))
	}
	if left > 0 {
		errs = append(errs, fmt.Errorf("%s: %d more lines are wrong", name, left))
	}
	return out, errors.Join(errs...)
}

const maxBadLines = 20

func (a *app) readDecision(text []byte, caseName string) (d store.Decision, err error) {
	var l triageLine
	from := json.NewDecoder(bytes.NewReader(text))
	from.DisallowUnknownFields()
	if err := from.Decode(&l); err != nil {
		return d, fmt.Errorf("no decision: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := from.Token(); !errors.Is(err, io.EOF) {
		return d, errors.New("more text behind the decision: write one a line")
	}
	if err := inventory.RefuseSecrets("it", text); err != nil {
		return d, errors.New("it holds a secret itself, which is stored nowhere: take it out")
	}
	if err := l.check(a.now()); err != nil {
		return d, err
	}
	return l.in(caseName).decision()
}
