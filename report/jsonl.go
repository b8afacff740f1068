package report

import (
	"bytes"
	"fmt"
	"io"

	"breachwindow/detect"
)

// runLine is what a Result is about, beside its lists: the first line of JSONL.
type runLine struct {
	Schema   int                    `json:"schema"`
	Tool     string                 `json:"tool"`
	Case     string                 `json:"case"`
	Incident detect.IncidentSummary `json:"incident"`
	Totals   detect.Totals          `json:"totals"`
}

// JSONL writes the whole result as one JSON object per line, for jq, Splunk, Elastic and the like:
//
//	{"type":"run","case":"acme","run":{"schema":1, … "totals":{ … }}}
//	{"type":"secret","case":"acme","secret":{"id":"deploy", … }}
//	{"type":"finding","case":"acme","finding":{"id":"79b72127f0683fdd", … }}
//
// The run comes first, then every element of every list of result.json, in its order and with its
// fields: nothing is left out, and the result can be put together again. Each element stands under
// the name of its type, because types share names of fields that mean different things (events is a
// list of a finding, a number of an input): an index that takes all lines would refuse the second.
// Each line has the case, so that the lines of several cases can be told apart.
func JSONL(w io.Writer, r *detect.Result) error {
	r = whole(r)
	l := &lineWriter{caseName: r.Case}
	l.add("run", runLine{r.Schema, r.Tool, r.Case, r.Incident, r.Totals})
	addAll(l, "secret", r.Secrets)
	addAll(l, "finding", r.Findings)
	addAll(l, "address", r.Addresses)
	addAll(l, "lineage", r.Lineage)
	addAll(l, "exposed_next", r.ExposedNext)
	addAll(l, "responder", r.Responders)
	addAll(l, "triage", r.Triage)
	addAll(l, "coverage", r.Coverage)
	addAll(l, "caveat", r.Caveats)
	addAll(l, "blind", r.Blind)
	addAll(l, "problem", r.Problems)
	addAll(l, "input", r.Inputs)
	addAll(l, "database", r.Databases)
	addAll(l, "origin", r.Origins)
	addAll(l, "query", r.Queries)
	addAll(l, "setting", r.Settings)
	if l.err != nil {
		return fmt.Errorf("result: %w", l.err)
	}
	if _, err := w.Write(l.out.Bytes()); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// lineWriter collects lines until the first error: a report is whole or absent.
type lineWriter struct {
	caseName string
	out      bytes.Buffer
	err      error
}

// add writes a line, its type first: for people, and for tools that look no further.
func (l *lineWriter) add(kind string, v any) {
	if l.err != nil {
		return
	}
	name, err := encode(l.caseName, "")
	if err != nil {
		l.err = err
		return
	}
	value, err := encode(v, "")
	if err != nil {
		l.err = err
		return
	}
	fmt.Fprintf(&l.out, "{\"type\":%q,\"case\":%s,%q:%s}\n",
		kind, bytes.TrimSpace(name), kind, bytes.TrimSpace(value))
}

func addAll[T any](l *lineWriter, kind string, all []T) {
	for i := range all {
		l.add(kind, all[i])
	}
}
