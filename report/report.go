// Package report renders a Result and knows nothing else: not the logs, not the database. It is
// the last stage of the flow, so a saved result renders again without the evidence at hand.
//
// Text is for a person at a terminal or for a pipe, HTML and XLSX for one at a desk, Markdown for a
// ticket, JSON for programs and for result.json, JSONL, CSV and Parquet for programs that want
// rows. Everything that came from a log is hostile and goes through Clean; what only programs read,
// JSON and Parquet, has it as it was.
package report

import (
	"io"

	"breachwindow/detect"
)

// Options says where a text goes. The zero value is a pipe or a file: nothing is clipped,
// wrapped, left out or coloured.
type Options struct {
	Width int  // columns of the terminal; 0: not a terminal
	Color bool // colour the verdicts; words carry the meaning without it
}

// Text writes the whole report: the answer in one sentence, a table of the secrets, why each
// secret that is not clear is not, the findings, who ended the secrets, what was made and read with
// them, and what the logs cannot tell.
func Text(w io.Writer, r *detect.Result, o Options) error {
	p := newPage(o)
	p.answer(r)
	secrets := Worst(r.Secrets)
	if err := p.secrets(secrets); err != nil {
		return err
	}
	p.stories(secrets)
	if err := p.findings(r.Findings); err != nil {
		return err
	}
	p.triage(r.Triage)
	if err := p.responders(r.Responders, r.Addresses, "responders in result.json"); err != nil {
		return err
	}
	if err := p.addresses(r.Addresses, r.Findings); err != nil {
		return err
	}
	if err := p.lineage(r.Lineage, "breachwindow show SECRET"); err != nil {
		return err
	}
	if err := p.exposedNext(r.ExposedNext, true, "breachwindow show SECRET"); err != nil {
		return err
	}
	if err := p.coverage(r.Coverage); err != nil {
		return err
	}
	p.caveats(r.Caveats)
	p.blind(r.Blind)
	p.problems(r.Problems)
	p.databases(r)
	p.totals(r)
	return p.writeTo(w)
}
