package report_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"breachwindow/digest"
	"breachwindow/report"
)

// verification is a result with something of every kind.
func verification() *digest.Result {
	from := time.Date(2022, 12, 20, 0, 0, 0, 0, time.UTC)
	to := from.Add(3 * time.Hour)
	r := &digest.Result{
		Schema: 1, Tool: "breachwindow test", Files: 40, Others: 2, Copies: 1, Keys: 1,
		Manifest: &digest.Manifest{Files: 40, Same: 37, Changed: 1, Gone: 1, Unknown: 1},
		Chains: []digest.Chain{
			{
				Account: "111122223333", Region: "eu-west-1", Trail: "main", From: from, To: to,
				Digests: 4, Verified: 2, Failed: 1, Unchecked: 1, Proven: 2, Missing: 1,
				LogsListed: 30, LogsIntact: 28, LogsProven: 20, LogsModified: 1, LogsMissing: 1,
			},
			{
				Account: "111122223333", Region: "us-east-1", Trail: "main", Backfill: true,
				From: from, To: to, Digests: 1, Unchecked: 1, LogsListed: 1, LogsIntact: 1,
			},
		},
		Silent: []digest.Silent{
			{Account: "111122223333", Region: "eu-west-1", From: from, To: to},
			{
				Account: "111122223333", Region: "eu-west-1",
				From: to.Add(time.Hour), To: to.Add(3 * time.Hour),
			},
		},
		Problems: []digest.Problem{
			{
				Level: digest.Wrong, What: "log", Kind: "modified", File: "logs/a\x1b[2J\u202e.json.gz",
				Object: "s3://b/k", Text: "its content has another hash", Hint: "compare it",
			},
			{
				Level: digest.Wrong, What: "log", Kind: "missing", Object: "s3://b/\n",
				Text: "no file has its content",
			},
			{
				Level: digest.Unproven, What: "chain", Kind: "gap", Chain: "111122223333/eu-west-1/main",
				From: &from, To: &to, File: "logs/d.json.gz", Text: "the chain starts anew",
			},
			{
				Level: digest.Unproven, What: "chain", Kind: "no-digests", File: "logs/e.json.gz",
				Count: 9, Text: "no digest is at hand for 9 files",
			},
		},
	}
	for i := range 25 {
		r.Problems = append(r.Problems, digest.Problem{
			Level: digest.Note, What: "log", Kind: "moved", File: fmt.Sprintf("logs/%02d", i),
			Text: "it lies under another name",
		})
	}
	return r
}

func TestVerificationText(t *testing.T) {
	for _, width := range []int{0, 80} {
		golden(t, fmt.Sprintf("verification-%d", width), render(t, func(w io.Writer) error {
			return report.VerificationText(w, verification(), report.Options{Width: width})
		}))
	}
}

func TestVerificationAnswer(t *testing.T) {
	wrong := digest.Problem{Level: digest.Wrong}
	open := digest.Problem{Level: digest.Unproven}
	note := digest.Problem{Level: digest.Note}
	tests := []struct {
		want string
		r    digest.Result
	}{
		{
			"2 things are wrong; 1 could not be proven.",
			digest.Result{Problems: []digest.Problem{wrong, open, wrong}},
		},
		{"1 thing is wrong.", digest.Result{Problems: []digest.Problem{wrong, note}}},
		{
			"Nothing is wrong that could be checked; 2 could not be proven.",
			digest.Result{Problems: []digest.Problem{open, open}},
		},
		{
			"Whole: CloudTrail signed the digests, and every log is what they list.",
			digest.Result{Chains: make([]digest.Chain, 1), Problems: []digest.Problem{note}},
		},
		{"Whole: every file is the one that was loaded.", digest.Result{Manifest: &digest.Manifest{}}},
		{"There is nothing to verify: no digest and no CloudTrail log.", digest.Result{}},
	}
	for _, test := range tests {
		got := render(t, func(w io.Writer) error {
			return report.VerificationText(w, &test.r, report.Options{})
		})
		if first, _, _ := strings.Cut(got, "\n"); first != test.want {
			t.Errorf("got %q, want %q", first, test.want)
		}
	}
}

// The JSON is harmless to print and has the names as they are.
func TestVerificationJSON(t *testing.T) {
	want := verification()
	text := render(t, func(w io.Writer) error { return report.VerificationJSON(w, want) })
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); report.Clean(line) != line {
			t.Errorf("not harmless: %q", line)
		}
	}
	var got digest.Result
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Problems[0].File != want.Problems[0].File || len(got.Silent) != 2 ||
		!got.Silent[1].To.Equal(want.Silent[1].To) || got.Chains[0] != want.Chains[0] {
		t.Errorf("got %+v", got)
	}
}
