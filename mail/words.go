package mail

import (
	"strings"
	"time"

	"breachwindow/report"
)

const (
	// maxRows bounds every list in a mail: the rest is counted and in the attachments.
	maxRows = 10
	// Bounds of a log's text, in runes. Gmail clips a mail of more than 102 KB.
	nameMax = 60
	textMax = 240
	stepMax = 400 // a command that is cut is none
)

// unlinked keeps a mail program from making links of addresses: nobody shall click on what an
// intruder wrote. The vendors' own pages, where secrets are revoked, stay.
func unlinked(text string) string {
	text = strings.ReplaceAll(text, "://", "[://]")
	for _, page := range []string{"github.com/settings/", "app.circleci.com/settings/"} {
		text = strings.ReplaceAll(text, "https[://]"+page, "https://"+page)
	}
	return text
}

// clean makes a log's text harmless and short.
func clean(text string, most int) string {
	text = unlinked(report.Clean(text))
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}

// cleanName is clean for names whose start and end both tell them apart, such as an ARN.
func cleanName(text string) string {
	runes := []rune(unlinked(report.Clean(text)))
	if len(runes) <= nameMax {
		return string(runes)
	}
	const head = nameMax / 2
	return string(runes[:head]) + "…" + string(runes[len(runes)-(nameMax-head-1):])
}

// cleanAll cleans the first texts of a list and counts the others.
func cleanAll(texts []string, show, most int) (shown []string, left int) {
	show = min(show, len(texts))
	for _, t := range texts[:show] {
		shown = append(shown, clean(t, most))
	}
	return shown, len(texts) - show
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// span is a window as people say it.
func span(from, to *time.Time) string {
	switch {
	case from == nil:
		return "none"
	case to == nil:
		return moment(*from) + " until now: it is open"
	}
	return moment(*from) + " until " + moment(*to)
}

// seen is the first and last time of something, without saying the same twice.
func seen(first, last time.Time) string {
	if moment(first) == moment(last) {
		return moment(first)
	}
	return moment(first) + " to " + moment(last)
}
