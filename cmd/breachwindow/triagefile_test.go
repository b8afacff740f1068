package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// A file that holds no decisions has millions of lines: twenty are told, none is kept, and what is
// right among them is not taken.
func TestReadDecisionsOfAnotherFile(t *testing.T) {
	t.Parallel()
	const good = `{"kind":"use","ip":"192.0.2.1","decision":"benign","note":"n","author":"a",` +
		`"at":"2023-02-01T00:00:00Z"}` + "\n"
	read := func(text string) (taken int, errText string) {
		var out bytes.Buffer
		a := testApp(t, &out)
		a.in = strings.NewReader(text)
		a.now = func() time.Time { return time.Date(2023, 2, 2, 0, 0, 0, 0, time.UTC) }
		all, err := a.readDecisions("-", "acme")
		if err != nil {
			errText = err.Error()
		}
		return len(all), errText
	}
	n, text := read(strings.Repeat("x\n", 15) + good + strings.Repeat("x\n", 35))
	if n != 0 || strings.Count(text, "no decision") != maxBadLines ||
		!strings.HasSuffix(text, "-: 30 more lines are wrong") {
		t.Errorf("%d taken, %s", n, text)
	}
	if n, text := read("\ufeff" + good + "\n" + good); n != 2 || text != "" {
		t.Errorf("with a byte order mark: %d taken, %s", n, text)
	}
}
