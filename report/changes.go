package report

import (
	"fmt"
	"io"
	"strings"

	"breachwindow/detect"
)

// Titles of the first parts of News.
const (
	WorseTitle       = "Answers that got worse"
	NewFindingsTitle = "New findings"
)

// NewsPart is one kind of what changed between two results, in words that are not clean yet.
type NewsPart struct {
	Title string
	Lines []string
}

// News says what is new, in the order in which a reader must know it. Parts without lines are left
// out.
func News(c *detect.Changes) []NewsPart {
	var out []NewsPart
	for _, p := range []NewsPart{
		{WorseTitle, secretLines(c.Secrets, true)},
		{NewFindingsTitle, findingLines(c.NewFindings)},
		{"Findings that went on", wentOnLines(c.WentOn, true)},
		{"Made with exposed secrets", mintedLines(c.Minted)},
		{"Read with exposed secrets: rotate these too", exposureLines(c.ExposedNext)},
		{"New blind spots", holeLines(c)},
	} {
		if len(p.Lines) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// Else says what changed and is no news: what got better, what is gone, what goes on with every
// build, and whose logs did not grow.
func Else(c *detect.Changes) []NewsPart {
	var out []NewsPart
	for _, p := range []NewsPart{
		{"Answers that changed otherwise", secretLines(c.Secrets, false)},
		{"Low or benign findings that went on", wentOnLines(c.WentOn, false)},
		{"No longer there", goneLines(c)},
		{"Logs that reach no further than before", stalledLines(c.Stalled)},
	} {
		if len(p.Lines) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// Headline counts the news in a few words: 1 answer worse, 2 new findings.
func Headline(c *detect.Changes) string {
	worse, went := 0, 0
	for _, s := range c.Secrets {
		if s.Worse() {
			worse++
		}
	}
	for _, w := range c.WentOn {
		if w.Weighs() {
			went++
		}
	}
	var parts []string
	for _, x := range []struct {
		n         int
		one, many string
	}{
		{worse, "1 answer worse", "%d answers worse"},
		{len(c.NewFindings), "1 new finding", "%d new findings"},
		{went, "1 finding went on", "%d findings went on"},
		{len(c.Minted), "1 credential made", "%d credentials made"},
		{len(c.ExposedNext), "1 more to rotate", "%d more to rotate"},
		{len(holeLines(c)), "1 new blind spot", "%d new blind spots"},
	} {
		switch {
		case x.n == 1:
			parts = append(parts, x.one)
		case x.n > 1:
			parts = append(parts, fmt.Sprintf(x.many, x.n))
		}
	}
	if len(parts) == 0 && c.NoNewLogs() {
		return "nothing new, and no new logs"
	}
	if len(parts) == 0 {
		return "nothing new"
	}
	return strings.Join(parts, ", ")
}

// ChangesText writes what changed between two results.
func ChangesText(w io.Writer, c *detect.Changes, o Options) error {
	p := newPage(o)
	p.hang("", upperFirst(Headline(c))+".")
	for _, part := range append(News(c), Else(c)...) {
		p.section(strings.ToLower(part.Title[:1]) + part.Title[1:])
		p.bullets(part.Lines)
	}
	p.out.WriteByte('\n')
	p.hang("", fmt.Sprintf("Events %+d, rejects %+d.", c.Events, c.Rejects))
	return p.writeTo(w)
}

// ChangesJSON writes what changed as indented JSON.
func ChangesJSON(w io.Writer, c *detect.Changes) error {
	return writeJSON(w, "changes", c)
}

func secretLines(changes []detect.SecretChange, worse bool) []string {
	var out []string
	for _, c := range changes {
		if c.Worse() != worse {
			continue
		}
		text := fmt.Sprintf("%s: %s", c.ID, c.Verdict)
		switch {
		case c.Was == "":
			text += ", new in the inventory"
		case c.Was != c.Verdict:
			text = fmt.Sprintf("%s: %s → %s", c.ID, c.Was, c.Verdict)
		}
		if c.Was != "" && c.RotationWas != c.Rotation {
			text += fmt.Sprintf(", rotation %s → %s", c.RotationWas, c.Rotation)
		}
		out = append(out, text)
	}
	return out
}

func findingLines(findings []detect.Finding) []string {
	var out []string
	for _, f := range WorstFindings(findings) {
		text := fmt.Sprintf("%s: %s (%s, %s, %s", f.Level, strings.TrimSuffix(f.Title, "."),
			whose(f.Secret), count(f.Count, "event"), seen(f.FirstSeen, f.LastSeen))
		if len(f.IPs) > 0 {
			text += ", from " + few(f.IPs, maxNames)
		}
		out = append(out, fmt.Sprintf("%s) [%s %s]", text, f.Query, f.ID))
	}
	return out
}

func whose(secret string) string {
	if secret == "" {
		return "tied to no secret"
	}
	return secret
}

func wentOnLines(list []detect.WentOn, weighs bool) []string {
	var out []string
	for _, w := range list {
		if w.Weighs() != weighs {
			continue
		}
		f := w.Finding
		text := fmt.Sprintf("%s: %s (%s, %d → %s, last at %s%s%s%s)", f.Level,
			strings.TrimSuffix(f.Title, "."), whose(f.Secret), w.WasCount,
			count(f.Count, "event"), exact(f.LastSeen),
			too("from", w.NewIPs), too("by", w.NewActors), too("did", w.NewActions))
		if w.WasLevel != f.Level {
			text += fmt.Sprintf(", it was %s", w.WasLevel)
		}
		out = append(out, fmt.Sprintf("%s [%s %s]", text, f.Query, f.ID))
	}
	return out
}

// too says what a finding has now that it had not before.
func too(how string, list []string) string {
	if len(list) == 0 {
		return ""
	}
	return fmt.Sprintf(", now %s %s too", how, few(list, maxNames))
}

func mintedLines(list []detect.Minting) []string {
	var out []string
	for _, m := range list {
		text := fmt.Sprintf("%s at %s", m.How, exact(m.At))
		if m.Target != "" {
			text += " for " + m.Target
		}
		text += fmt.Sprintf(": %s, by %s (%s)", m.Child, m.Parent, m.Secret)
		if m.Outlived {
			text += "; it outlived its secret"
		}
		out = append(out, text)
	}
	return out
}

func exposureLines(list []detect.Exposure) []string {
	var out []string
	for _, e := range list {
		text := fmt.Sprintf("%s %s (with %s, at %s)", e.What, e.Name, e.Secret, exact(e.FirstSeen))
		if !e.Certain {
			text += ", perhaps by its owner"
		}
		out = append(out, text)
	}
	return out
}

// holeLines say what is known less than before. What many detections are blind for is one line.
func holeLines(c *detect.Changes) []string {
	var out []string
	for _, id := range c.GoneSecrets {
		out = append(out, id+" is no longer in the inventory: nothing is asked about it any more")
	}
	for _, g := range c.Gaps {
		out = append(out, fmt.Sprintf("%s %s: nothing from %s to %s", g.Source, g.Scope,
			exact(g.From), exact(g.To)))
	}
	for _, x := range c.Fewer {
		out = append(out, fmt.Sprintf("%s %s: %s, it had %d: a log was cut or replaced", x.Source,
			x.Scope, count(x.Events, "event"), x.Was))
	}
	for _, p := range c.Problems {
		out = append(out, fmt.Sprintf("%s: %s: %s", p.Path, p.What, p.Why))
	}
	for _, l := range byLack(c.Blind) {
		who := l.Queries[0] + " is blind"
		if n := len(l.Queries); n > 1 {
			who = fmt.Sprintf("%d detections are blind", n)
		}
		out = append(out, who+": "+l.Why)
	}
	if c.Rejects > 0 {
		out = append(out, count(c.Rejects, "more record")+" could not be read")
	}
	return out
}

func goneLines(c *detect.Changes) []string {
	var out []string
	for _, f := range c.GoneFindings {
		out = append(out, fmt.Sprintf("%s: %s (%s) [%s %s]", f.Level,
			strings.TrimSuffix(f.Title, "."), whose(f.Secret), f.Query, f.ID))
	}
	return out
}

func stalledLines(list []detect.ScopeEnd) []string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s %s still ends at %s", s.Source, s.Scope, exact(s.To)))
	}
	return out
}
