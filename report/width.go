package report

import (
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// minWidth is the narrowest terminal that the layouts are made for. On a narrower one the
// terminal itself breaks the lines.
const minWidth = 60

// ruler measures text in terminal columns. It is a fixed one: the package's default asks the
// environment for an East Asian locale, and the same input must give the same bytes everywhere.
func ruler() *runewidth.Condition {
	return &runewidth.Condition{StrictEmojiNeutral: true}
}

func width(s string) int { return ruler().StringWidth(s) }

// clip shortens text to at most n columns; the ellipsis says that something is missing.
func clip(s string, n int) string { return ruler().Truncate(s, n, "…") }

// clipMiddle is clip for names whose start and end both tell them apart, such as a path.
func clipMiddle(s string, n int) string {
	if width(s) <= n || n < 5 {
		return clip(s, n)
	}
	head := ruler().Truncate(s, n/2, "")
	tail := ruler().TruncateLeft(s, width(s)-(n-1-width(head)), "")
	if joined := head + "…" + tail; width(joined) <= n {
		return joined
	}
	return clip(s, n) // a wide rune on the cut
}

// pad fills text up with spaces to n columns.
func pad(s string, n int, right bool) string {
	fill := strings.Repeat(" ", max(0, n-width(s)))
	if right {
		return fill + s
	}
	return s + fill
}

// wrap breaks clean text into lines of at most n columns, at spaces where there are any. With
// n <= 0 it does not break.
func wrap(s string, n int) []string {
	if n <= 0 || width(s) <= n {
		return []string{s}
	}
	var lines []string
	var line strings.Builder
	filled := 0 // columns of the line
	flush := func() {
		if line.Len() > 0 {
			lines = append(lines, line.String())
			line.Reset()
			filled = 0
		}
	}
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' }) {
		wide := width(word)
		if line.Len() > 0 && filled+1+wide > n {
			flush()
		}
		for ; wide > n; wide = width(word) {
			head := breakAt(word, n)
			lines = append(lines, head)
			word = word[len(head):]
		}
		if line.Len() > 0 {
			line.WriteByte(' ')
			filled++
		}
		line.WriteString(word)
		filled += wide
	}
	flush()
	return lines
}

// breakAt returns the start of a word that fills n columns, and at least one rune of it.
func breakAt(word string, n int) string {
	if head := ruler().Truncate(word, n, ""); head != "" {
		return head
	}
	_, size := utf8.DecodeRuneInString(word)
	return word[:size]
}
