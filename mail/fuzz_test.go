package mail_test

import (
	"regexp"
	"strings"
	"testing"

	"breachwindow/detect"
	"breachwindow/mail"
	"breachwindow/report"
)

var anyKeyID = regexp.MustCompile(`(AKIA|ASIA)[A-Z0-9]{12}`)

// FuzzMail: whatever a log says, there is a mail. It has no whole key id and no token, no markup and
// nothing hidden of the log's.
func FuzzMail(f *testing.F) {
	for _, text := range []string{
		"", hostile, key, key + key, "\\" + key + "\"", "ghp_" + strings.Repeat("a", 36) + "\\\"",
		"-----BEGIN PRIVATE KEY-----\nMIIB\\\"x\"\\u0041", "\u202a" + key, "\x00AKIA", strings.Repeat("é", 500), "\xff",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := &detect.Result{
			Schema: 1, Case: text, Tool: text,
			Secrets: []detect.SecretAnswer{{
				ID: text, Kind: text, Verdict: detect.Compromised, Because: []string{text, text}, Next: []string{text},
			}},
			Findings: []detect.Finding{{
				Secret: text, Title: text, IPs: []string{text}, Attributes: map[string]any{text: text},
			}},
			Problems: []detect.Problem{{Path: text}},
		}
		m, err := mail.New(r, mail.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{m.Subject, m.Text, m.HTML} {
			if anyKeyID.MatchString(part) || strings.Contains(part, "ghp_"+strings.Repeat("a", 36)) {
				t.Errorf("a key id or token: %q", part)
			}
			for line := range strings.Lines(part) {
				if line = strings.TrimRight(line, "\n"); report.Clean(line) != line {
					t.Errorf("hidden: %q", line)
				}
			}
		}
		if n := strings.Count(m.HTML, "<"); n != strings.Count(m.HTML, ">") || n > 400 {
			t.Errorf("markup: %s", m.HTML)
		}
	})
}
