// Package reference maps log records to events a second time: slowly, plainly, with encoding/json,
// and without any code of package ingest, whose fast way must come to the same. Only tests use it;
// it stands outside the flow.
package reference

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"time"

	"breachwindow/ingest"
)

// Event is what ingest should make of a record of the source, apart from its position and, of
// CloudTrail, its target, which a table decides. ok is false for what is no record of the source,
// and where this package does not speak: of text with tokens or escaped surrogates, of environment
// variables, of times in rare spellings.
func Event(source string, record []byte) (e ingest.Event, ok bool) {
	o, ok := objectOf(record)
	if !ok || beyond(record) {
		return e, false
	}
	switch source {
	case "cloudtrail":
		e, ok = cloudTrail(o)
	case "github":
		e, ok = gitHub(o)
	case "circleci":
		e, ok = circleCI(o)
	default:
		return e, false
	}
	e.Source = source
	if e.EventID == "" {
		e.EventID = "sha256:" + hashOf(record)
	}
	return e, ok
}

var (
	tokens = regexp.MustCompile(`(gh[pousr]|github_pat|CCIPAT|CCIPRJ)_\w{12}|X-Amz-S`)
	others = regexp.MustCompile(`(?i)\\ud[89a-f]|"[a-z_]*(environment|variables)[a-z_]*"`)
)

// beyond tells records of which this package does not speak.
func beyond(record []byte) bool { return tokens.Match(record) || others.Match(record) }

// timeOf reads the times that logs usually have: a number of milliseconds or seconds, or a date.
func timeOf(s string) (micros int64, ok bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		at := time.UnixMilli(n)
		if n < 1e11 {
			at = time.Unix(n, 0)
		}
		return at.UnixMicro(), at.Year() >= 2000 && at.Year() < 2100
	}
	s = strings.Replace(s, " ", "T", 1)
	if !strings.HasSuffix(s, "Z") {
		s += "Z"
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	return at.UnixMicro(), err == nil && at.Year() >= 2000 && at.Year() < 2100
}

// flag reads a boolean or its text: 1, 0 or -1.
func flag(raw []byte) int8 {
	switch string(bytes.ToLower(bytes.Trim(raw, `"`))) {
	case "true":
		return 1
	case "false":
		return 0
	}
	return -1
}

// firstOf returns the first text that is not empty.
func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
