package report_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"breachwindow/report"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "arn:aws:iam::111122223333:user/ci", "arn:aws:iam::111122223333:user/ci"},
		{"escape sequence", "a\x1b[2Jb", `a\x1b[2Jb`},
		{"link", "\x1b]8;;https://evil.example\x07x", `\x1b]8;;https://evil.example\x07x`},
		{"line ends", "a\nb\r\nc\td", `a\nb\r\nc\td`},
		{"C1", "\u009b2J", `\u009b2J`},
		{"DEL and NUL", "\x7f\x00", `\x7f\x00`},
		{"bidi", "\u202egnp.exe\u2066", `\u202egnp.exe\u2066`},
		{"zero width", "ad\u200bmin\ufeff", `ad\u200bmin\ufeff`},
		{"line separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"tags", "a\U000e0041", `a\U000e0041`},
		{"fillers", "\u3164\u2800", `\u3164\u2800`},
		{"no UTF-8", "a\xff\xc3", `a\xff\xc3`},
		{"replacement rune", "\ufffd", "\ufffd"},
		{"CJK", "漏洩した鍵 열쇠 ключ مفتاح", "漏洩した鍵 열쇠 ключ مفتاح"},
		{"accents, composed and not", "é e\u0301 Việt", "é e\u0301 Việt"},
		{"Devanagari", "हिन्दी", "हिन्दी"},
		{"emoji", "🔑 👩‍💻 🏳️‍🌈 ❤️ 1️⃣ 👍🏽 🇩🇪", "🔑 👩‍💻 🏳️‍🌈 ❤️ 1️⃣ 👍🏽 🇩🇪"},
		{"joiner between letters", "a\u200db", `a\u200db`},
		{"selectors that carry text", "😀\ufe0f\ufe00\U000e0110", "😀\ufe0f" + `\ufe00\U000e0110`},
		{"selector after a letter", "a\ufe0f", `a\ufe0f`},
		{"mark without a letter", "\u0301x \u0301", `\u0301x \u0301`},
		{"tower of marks", "a" + strings.Repeat("\u0301", 8), "a" + strings.Repeat("\u0301", 6) + `\u0301\u0301`},
		{"backslash", `C:\temp\x1b`, `C:\temp\x1b`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := report.Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// Clean is idempotent, gives valid UTF-8 without anything that steers a terminal, and changes
// nothing in printable ASCII.
func FuzzClean(f *testing.F) {
	f.Add(hostile)
	f.Add("👩‍💻\u200d🏳️‍🌈\ufe0f\U000e0101 e\u0301\u0301")
	f.Add("漢\U000e0100 \u115f\u0600\xf0\x9f")
	f.Fuzz(func(t *testing.T, s string) {
		got := report.Clean(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Clean(%q) = %q: no valid UTF-8", s, got)
		}
		if again := report.Clean(got); again != got {
			t.Fatalf("Clean(%q) = %q, again %q", s, got, again)
		}
		for _, r := range got {
			if steers(r) {
				t.Fatalf("Clean(%q) = %q keeps %U", s, got, r)
			}
		}
		if ascii := strings.Trim(s, printable); ascii == "" && got != s {
			t.Fatalf("Clean(%q) = %q", s, got)
		}
	})
}

// printable is all of printable ASCII.
var printable = func() string {
	var b strings.Builder
	for r := ' '; r <= '~'; r++ {
		b.WriteRune(r)
	}
	return b.String()
}()
