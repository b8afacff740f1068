package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"breachwindow/digest"
)

// VerificationText writes what was verified: the answer in one sentence, a line for the manifest
// and one for each chain of digests, then each problem with its file and what to do.
func VerificationText(w io.Writer, r *digest.Result, o Options) error {
	p := newPage(o)
	p.hang("", verdictOn(r))
	p.out.WriteByte('\n')
	p.hang("", fmt.Sprintf("%s read%s", count(r.Files, "file"), asides(r)))
	if m := r.Manifest; m != nil {
		p.hang("", fmt.Sprintf("manifest: %s loaded, %d the same, %d changed, %d gone, %d unknown",
			count(m.Files, "file"), m.Same, m.Changed, m.Gone, m.Unknown))
	}
	if len(r.Chains) == 0 {
		p.hang("", "CloudTrail digests: none at hand")
	}
	for _, c := range r.Chains {
		p.hang("", chainLine(&c))
	}
	p.silent(r.Silent)
	p.unproven(r.Problems, digest.Wrong, "wrong")
	p.unproven(r.Problems, digest.Unproven, "not proven")
	p.unproven(r.Problems, digest.Note, "notes")
	return p.writeTo(w)
}

// VerificationJSON writes the result as indented JSON, harmless for a terminal.
func VerificationJSON(w io.Writer, r *digest.Result) error {
	return writeJSON(w, "verification", r)
}

// verdictOn is the answer in one sentence.
func verdictOn(r *digest.Result) string {
	n := map[digest.Level]int{}
	for _, p := range r.Problems {
		n[p.Level]++
	}
	wrong, open := n[digest.Wrong], n[digest.Unproven]
	switch {
	case wrong > 0 && open > 0:
		return fmt.Sprintf("%s wrong; %d could not be proven.", things(wrong), open)
	case wrong > 0:
		return things(wrong) + " wrong."
	case open > 0:
		return fmt.Sprintf("Nothing is wrong that could be checked; %d could not be proven.", open)
	case len(r.Chains) > 0:
		return "Whole: CloudTrail signed the digests, and every log is what they list."
	case r.Manifest != nil:
		return "Whole: every file is the one that was loaded."
	}
	return "There is nothing to verify: no digest and no CloudTrail log."
}

func things(n int) string {
	if n == 1 {
		return "1 thing is"
	}
	return fmt.Sprintf("%d things are", n)
}

// asides accounts for files that are in no chain.
func asides(r *digest.Result) string {
	text := ""
	if r.Others > 0 {
		text += fmt.Sprintf(", %d of them not CloudTrail's", r.Others)
	}
	if r.Copies > 0 {
		text += fmt.Sprintf(", %d with the content of another", r.Copies)
	}
	return text
}

// chainLine sums up a chain.
func chainLine(c *digest.Chain) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s – %s", c.ID(), count(c.Digests, "digest"),
		c.From.Format(time.RFC3339), c.To.Format(time.RFC3339))
	if c.Missing > 0 {
		fmt.Fprintf(&b, ", %s missing", count(c.Missing, "other"))
	}
	if c.Verified+c.Failed == 0 {
		b.WriteString("; signatures NOT CHECKED")
	} else {
		fmt.Fprintf(&b, "; %s verified", count(c.Verified, "signature"))
		several(&b, c.Failed, "failed")
		several(&b, c.Unchecked, "not checked")
	}
	fmt.Fprintf(&b, "; %s listed, %d intact", count(c.LogsListed, "log"), c.LogsIntact)
	if c.LogsProven != c.LogsIntact {
		fmt.Fprintf(&b, " (%d of them proven)", c.LogsProven)
	}
	several(&b, c.LogsModified, "modified")
	several(&b, c.LogsMissing, "missing")
	return b.String()
}

// several adds a number that is not zero.
func several(b *strings.Builder, n int, what string) {
	if n > 0 {
		fmt.Fprintf(b, ", %d %s", n, what)
	}
}

// silent tells for how long nothing was delivered; JSON has the spans.
func (p *page) silent(spans []digest.Silent) {
	for i := 0; i < len(spans); {
		s, total, n := spans[i], time.Duration(0), 0
		for ; i < len(spans) && spans[i].Account == s.Account && spans[i].Region == s.Region; i++ {
			total += spans[i].To.Sub(spans[i].From)
			n++
		}
		p.hang("", fmt.Sprintf("%s/%s: proven silent for %s in %s", s.Account, s.Region,
			length(total), count(n, "span")))
	}
}

// unproven lists the problems of a level.
func (p *page) unproven(all []digest.Problem, level digest.Level, title string) {
	var lines []string
	for _, x := range all {
		if x.Level == level {
			lines = append(lines, problemLine(&x))
		}
	}
	if len(lines) == 0 {
		return
	}
	p.section(title)
	show := p.limit(len(lines), maxRows)
	p.bullets(lines[:show])
	p.more(len(lines)-show, "breachwindow verify --format json")
}

// problemLine is a problem as a sentence: what and where, why, and what to do.
func problemLine(x *digest.Problem) string {
	line := x.What + " " + x.Kind
	if x.What == "chain" && x.Chain != "" {
		line += " " + x.Chain
	}
	if x.From != nil && x.To != nil {
		line += " " + x.From.Format(time.RFC3339) + " – " + x.To.Format(time.RFC3339)
	}
	switch {
	case x.File != "" && x.What != "chain":
		line += " " + x.File
	case x.Object != "":
		line += " " + x.Object
	case x.File != "":
		line += " " + x.File
	}
	line += ": " + x.Text
	if x.Hint != "" {
		line += " → " + x.Hint
	}
	return line
}
