package mail

import (
	"fmt"
	"slices"
	"time"

	"breachwindow/detect"
	"breachwindow/report"
)

// news is what a mail tells that the one before did not.
type news struct {
	Headline string
	Since    string     // when the mail before was sent
	First    []newsPart // before the new findings
	Parts    []newsPart // after them
	Reach    newsPart   // until when the logs reach
	quiet    bool
}

type newsPart struct {
	Title string
	Lines []string
	More  int
}

// since makes the sheet one of what is new. The standing state stays, in short: of a secret whose
// answer is the same, its reasons are in the mail before and in the attachments.
func (s *sheet) since(r *detect.Result, c *detect.Changes, at time.Time) {
	n := &news{Headline: report.Headline(c), Since: moment(at), quiet: !c.News()}
	s.News = n
	s.Subject = fmt.Sprintf("[%s] %s. %s", s.Case, n.Headline, headline(s.Counts, len(r.Secrets)))
	for _, p := range append(report.News(c), report.Else(c)...) {
		switch p.Title {
		case report.WorseTitle:
			n.First = append(n.First, partOf(p.Title, p.Lines))
		case report.NewFindingsTitle: // they have rows of their own
		default:
			n.Parts = append(n.Parts, partOf(p.Title, p.Lines))
		}
	}
	n.Reach = partOf("How far the logs reach", reach(r.Coverage))
	s.findings(c.NewFindings, r.Addresses)
	s.Next, s.MoreNext = nil, 0
	for i := range s.Secrets {
		row := &s.Secrets[i]
		changed := slices.ContainsFunc(c.Secrets, func(x detect.SecretChange) bool {
			return cleanName(x.ID) == row.ID
		})
		if !changed {
			row.Because, row.Next, row.More = nil, nil, 0
		}
	}
}

// isHeartbeat tells that the mail only says that the program lives and what it saw.
func (s *sheet) isHeartbeat() bool { return s.News != nil && s.News.quiet }

func partOf(title string, lines []string) newsPart {
	shown, left := cleanAll(lines, maxRows, textMax)
	return newsPart{Title: title, Lines: shown, More: left}
}

// reach says until when each scope's logs tell anything.
func reach(coverage []detect.CoverageSpan) []string {
	var out []string
	for _, c := range coverage {
		out = append(out, fmt.Sprintf("%s %s: until %s, %s", c.Source, c.Scope, moment(c.To),
			some(int(c.Events), "event")))
	}
	if len(out) == 0 {
		return []string{"There is no log at all: nothing can be seen."}
	}
	return out
}
