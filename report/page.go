package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// page collects the text of a report. Nothing is written before all of it is there, so that a
// report is whole or absent.
type page struct {
	out  bytes.Buffer
	o    Options
	cols int  // columns of a line, 0 for no limit
	all  bool // tables are what was asked for: no limit on their rows
}

func newPage(o Options) *page {
	p := &page{o: o}
	if o.Width > 0 {
		p.cols = max(minWidth, o.Width)
	}
	return p
}

func (p *page) writeTo(w io.Writer) error {
	if _, err := w.Write(p.out.Bytes()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// line writes a line that is harmless and short enough as it stands.
func (p *page) line(s string) {
	p.out.WriteString(strings.TrimRight(s, " "))
	p.out.WriteByte('\n')
}

// section starts a part of the report.
func (p *page) section(title string) {
	if p.out.Len() > 0 {
		p.out.WriteByte('\n')
	}
	p.hang("", title)
}

// hang writes text after a prefix; further lines are indented to the prefix's width. The text
// is cleaned and wrapped here, the prefix is the caller's own.
func (p *page) hang(prefix, text string) { p.hangPainted(prefix, "", text) }

// hangPainted is hang with a colour for the prefix, given as SGR parameters.
func (p *page) hangPainted(prefix, sgr, text string) {
	indent := width(prefix)
	room := 0
	if p.cols > 0 {
		room = max(1, p.cols-indent)
	}
	if word := strings.TrimSpace(prefix); p.o.Color && word != "" {
		prefix = strings.Replace(prefix, word, paint(word, sgr), 1)
	}
	for i, line := range wrap(Clean(text), room) {
		if i > 0 {
			prefix = strings.Repeat(" ", indent)
		}
		p.line(prefix + line)
	}
}

// bullets writes sentences as a list.
func (p *page) bullets(sentences []string) {
	for _, s := range sentences {
		p.hang("  • ", s)
	}
}

// fact is a name and a value.
type fact struct{ name, value string }

// facts writes facts below each other, their values aligned. It leaves out what is not known.
func (p *page) facts(facts ...fact) {
	names := 0
	for i := range facts {
		facts[i].name = clip(Clean(facts[i].name), nameMax)
		if facts[i].value != "" {
			names = max(names, width(facts[i].name))
		}
	}
	for _, f := range facts {
		if f.value != "" {
			p.hang("  "+pad(f.name, names, false)+"  ", f.value)
		}
	}
}

// limit returns how many of n things to show: all, unless a person reads them on a terminal, where
// the eye gives up after most.
func (p *page) limit(n, most int) int {
	if p.all || p.cols == 0 {
		return n
	}
	return min(n, most)
}

// more says what limit left out and where it is.
func (p *page) more(left int, command string) {
	if left > 0 {
		p.hang("", fmt.Sprintf("%d more: %s", left, command))
	}
}

const (
	// maxRows bounds a table on a terminal.
	maxRows = 20
	// maxReasons bounds the reasons for a verdict, which come in the order of their weight.
	maxReasons = 8
	// maxNames bounds the names in a sentence on a terminal.
	maxNames = 3
	// nameMax bounds the names in front of values.
	nameMax = 24
)

// Paragraph writes text after a prefix, wrapped to the terminal, further lines indented to the
// prefix's width. The text is cleaned; the prefix is the caller's own.
func Paragraph(w io.Writer, prefix, text string, o Options) error {
	p := newPage(o)
	p.hang(prefix, text)
	return p.writeTo(w)
}
