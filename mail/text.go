package mail

import (
	"fmt"
	"strings"

	"breachwindow/report"
)

// writer writes the plain part, in lines that no mail program breaks again.
type writer struct{ out strings.Builder }

const textWidth = 76

// para writes a text after a prefix, wrapped, its further lines indented.
func (w *writer) para(prefix, text string) {
	// A strings.Builder takes everything.
	_ = report.Paragraph(&w.out, prefix, text, report.Options{Width: textWidth})
}

func (w *writer) blank() { w.out.WriteByte('\n') }

func (w *writer) section(title string) {
	w.blank()
	w.para("", title)
	w.para("", strings.Repeat("-", len(title)))
}

func (w *writer) list(prefix string, texts []string) {
	for _, t := range texts {
		w.para(prefix, t)
	}
}

func (w *writer) parts(parts []newsPart) {
	for _, p := range parts {
		w.section(p.Title)
		w.list("- ", p.Lines)
		if p.More > 0 {
			w.para("- ", fmt.Sprintf("and %d more", p.More))
		}
	}
}

// text is the plain part: all that the HTML part says, without the picture.
func (s *sheet) text() string {
	w := &writer{}
	if s.News != nil {
		w.para("", fmt.Sprintf("Since the mail of %s: %s.", s.News.Since, s.News.Headline))
		w.blank()
	}
	w.para("", s.Answer)
	w.blank()
	w.para("case        ", s.Case)
	w.para("incident    ", s.Incident)
	if s.Since != "" {
		w.para("since       ", s.Since)
	}
	for _, c := range s.Counts {
		w.para(fmt.Sprintf("%-11s ", c.Verdict), fmt.Sprint(c.N))
	}
	if s.Triage != "" {
		w.para("triage      ", s.Triage)
	}
	if s.News != nil {
		w.parts(s.News.First)
		s.findingsText(w)
		w.parts(append(s.News.Parts, s.News.Reach))
		s.secretsText(w)
	} else {
		s.secretsText(w)
		s.findingsText(w)
	}
	if len(s.Next) > 0 {
		w.section("Read with the secrets: rotate these too")
		w.list("- ", s.Next)
		if s.MoreNext > 0 {
			w.para("- ", fmt.Sprintf("and %d more", s.MoreNext))
		}
	}
	w.section("What the logs cannot tell")
	w.list("- ", s.Limits)
	w.blank()
	if len(s.Attached) > 0 {
		w.para("", "Attached: "+strings.Join(s.Attached, ", ")+".")
	}
	w.list("", s.LeftOut)
	w.para("", "All times are UTC. Sent by "+s.Tool+". Nobody reads answers to it.")
	return w.out.String()
}

func (s *sheet) secretsText(w *writer) {
	if len(s.Secrets) > 0 {
		w.section("Secrets that are not clear")
	}
	for i, row := range s.Secrets {
		if i > 0 {
			w.blank()
		}
		w.para(strings.ToUpper(row.Verdict)+"  ", row.ID)
		w.para("  ", row.What)
		if row.Triage != "" {
			w.para("  triage    ", row.Triage)
		}
		w.para("  window    ", row.Window)
		w.para("  rotation  ", row.Rotation)
		w.para("  uses      ", row.Uses)
		w.list("  - ", row.Because)
		if row.More > 0 {
			w.para("  - ", some(row.More, "more reason"))
		}
		w.list("  do next: ", row.Next)
	}
	if s.MoreSecrets > 0 {
		w.blank()
		w.para("", fmt.Sprintf("And %s, not clear either.", some(s.MoreSecrets, "more secret")))
	}
	if s.Clear > 0 {
		w.blank()
		w.para("", fmt.Sprintf("%s clear or not exposed, not listed here.", some(s.Clear, "secret")))
	}
}

func (s *sheet) findingsText(w *writer) {
	if len(s.Findings) == 0 {
		return
	}
	w.section(s.FindingsTitle())
	for _, f := range s.Findings {
		w.para("- ", fmt.Sprintf("%s: %s", f.Level, f.Title))
		w.para("  ", fmt.Sprintf("%s, %s, %s%s (%s)", f.Secret, times(f.Count), f.When,
			from(f.From), f.Query))
		if f.Triage != "" {
			w.para("  triage: ", f.Triage)
		}
	}
	if s.MoreFindings > 0 {
		w.para("- ", fmt.Sprintf("and %d more", s.MoreFindings))
	}
}

// FindingsTitle heads the findings that the mail shows.
func (s *sheet) FindingsTitle() string {
	if s.News != nil {
		return report.NewFindingsTitle + ", the worst first"
	}
	return "Findings, the worst first"
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func from(address string) string {
	if address == "" {
		return ""
	}
	return ", from " + address
}

// failure is what the mail of a failed run says.
type failure struct {
	Subject, Case, When, Tool string
	Why                       []string
}

func (f *failure) text() string {
	w := &writer{}
	w.para("", fmt.Sprintf("The run of case %s failed at %s. There is no answer: this is not an "+
		"all-clear.", f.Case, f.When))
	w.blank()
	w.list("  ", f.Why)
	w.blank()
	w.para("", "Sent by "+f.Tool+". Nobody reads answers to it.")
	return w.out.String()
}
