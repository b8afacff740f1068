// Package demo invents the company that `breachwindow demo` investigates. It stands before the
// flow: what it writes is a case folder (case.yaml, secrets.csv, logs) that the rest of the
// program then reads like anybody's. Nothing is stored: a seeded generator makes the same bytes
// on every call.
//
// # The story
//
// Larkspur Freight books lorries and containers. It runs in one AWS account, 418273645091, in
// us-east-1 and, for its European depots, eu-west-1; its code is in the GitHub organisation
// larkspur-freight; CircleCI builds it and so held its keys when CircleCI was breached from
// 16 December 2022 on. The disclosure came on 5 January 2023 at 02:30 UTC, and secadmin spent
// that day rotating. The logs at hand run from 15 November 2022 to 5 February 2023.
//
// The intruder tried the deploy key on 21 December from an address that CircleCI later
// published: who am I, which buckets, a row of refusals, and then the secrets that the key may
// read. A night later the same key assumed ops-break-glass; that session made the user
// svc-metrics-sync with a key of its own, and that key, unknown to everybody, worked on from a
// third address until late January, long after secadmin had deleted the deploy key. On
// 2 January the release token cloned three private repositories.
//
// Around this, ordinary life: builds that use their keys as they always did, a head office
// that once ran Terraform by hand, a build machine in a cupboard that kept a copy of a key that
// was thought rotated, a backup job retired in November, a partner whose account is in no log.
//
// The logs are as incomplete as real ones. The GitHub audit stream stopped on 10 December and
// nobody noticed until 5 January; GitHub keeps git events for seven days, so those before
// 29 December are gone, while the web events could be fetched again. CircleCI exported December
// and January, a day padded on each side, without source addresses.
//
// Addresses are the indicators published for the incident, one address of the intruder's that
// nobody published (in the benchmark range 198.18.0.0/15, so it is nobody's), and otherwise
// documentation ranges only. Tokens exist as hashes; no secret value was ever made up whole,
// except in memory to be hashed.
package demo

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// File is one file of the case folder.
type File struct {
	Name string // below the case folder, with slashes
	Data []byte
}

// Outcome is what the investigation must answer for one secret.
type Outcome struct {
	Verdict  string
	Rotation string
}

// Expected returns the answers that the case must come out with, by secret id.
func Expected() map[string]Outcome {
	return map[string]Outcome{
		// Stolen, used, and its offspring outlived it.
		"aws-deploy": {Verdict: "compromised", Rotation: "confirmed"},
		// Used as always, once by hand from head office (on the list of expected uses).
		"aws-terraform": {Verdict: "used", Rotation: "confirmed"},
		// Its job ended in November; the window is covered whole and shows nothing.
		"aws-backup": {Verdict: "unused", Rotation: "claimed"},
		// Never rotated: its window is open, and no log covers the future.
		"aws-legacy": {Verdict: "unknown", Rotation: "missing"},
		// A forgotten copy works on after the declared rotation.
		"aws-reports": {Verdict: "suspicious", Rotation: "contradicted"},
		// No log of the partner's account is at hand.
		"aws-partner": {Verdict: "unknown", Rotation: "claimed"},
		// Looks ordinary, but git events of most of the window are missing.
		"gh-bot": {Verdict: "unknown", Rotation: "confirmed"},
		// Cloned private repositories from a published address.
		"gh-release":     {Verdict: "compromised", Rotation: "claimed"},
		"deploy-key-web": {Verdict: "unknown", Rotation: "confirmed"},
		// CircleCI revoked these itself; no log shows their use.
		"circleci-project":  {Verdict: "unknown", Rotation: "vendor"},
		"circleci-personal": {Verdict: "unknown", Rotation: "vendor"},
		"slack-webhook":     {Verdict: "unknown", Rotation: "missing"},
		// Stored after the breach was over.
		"aws-new": {Verdict: "unexposed", Rotation: "missing"},
	}
}

// Files makes the case folder, sorted by name. Every call returns the same bytes.
func Files() ([]File, error) {
	c := newCast()
	jobs := c.schedule()
	trails, err := c.cloudTrail(jobs)
	if err != nil {
		return nil, fmt.Errorf("demo cloudtrail: %w", err)
	}
	hub, err := c.gitHub(jobs)
	if err != nil {
		return nil, fmt.Errorf("demo github: %w", err)
	}
	circle, err := c.circleCI(jobs)
	if err != nil {
		return nil, fmt.Errorf("demo circleci: %w", err)
	}
	inventory, err := c.inventory()
	if err != nil {
		return nil, fmt.Errorf("demo inventory: %w", err)
	}
	files := slices.Concat(trails, hub, circle, []File{
		inventory,
		{Name: "case.yaml", Data: []byte(caseYAML)},
	})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// Write makes the case folder in dir, which need not exist. Files that are already there under
// the same names are overwritten; others stay.
func Write(dir string) error {
	files, err := Files()
	if err != nil {
		return err
	}
	folders := map[string]bool{}
	for _, f := range files {
		folders[filepath.Dir(filepath.Join(dir, filepath.FromSlash(f.Name)))] = true
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return fmt.Errorf("demo folder: %w", err)
		}
	}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			return fmt.Errorf("demo file: %w", err)
		}
	}
	return nil
}
