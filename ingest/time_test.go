package ingest_test

import (
	"strings"
	"testing"
	"time"

	"breachwindow/ingest"
)

func TestTimeOf(t *testing.T) {
	tests := []struct{ in, want, why string }{
		{in: "2022-12-20T09:14:02Z", want: "2022-12-20T09:14:02Z"},
		{in: "2022-12-20T09:14:02.1Z", want: "2022-12-20T09:14:02.1Z"},
		{in: "2022-12-20T09:14:02.123456789Z", want: "2022-12-20T09:14:02.123456Z"},
		{in: "2022-12-20 09:14:02.123 Z", want: "2022-12-20T09:14:02.123Z"},
		{in: "2022-12-20 09:14:02", want: "2022-12-20T09:14:02Z"},
		{in: "2022-12-20 09:14:02.123 UTC", want: "2022-12-20T09:14:02.123Z"},
		{in: "2022-12-20T09:14:02+01:30", want: "2022-12-20T07:44:02Z"},
		{in: "2022-12-20T09:14:02-0130", want: "2022-12-20T10:44:02Z"},
		{in: "2022-12-20T09:14:02+01", want: "2022-12-20T08:14:02Z"},
		{in: "2024-02-29T23:59:60Z", want: "2024-03-01T00:00:00Z"},
		{in: "2000-01-01T00:00:00Z", want: "2000-01-01T00:00:00Z"},
		{in: "2099-12-31T23:59:59.999999Z", want: "2099-12-31T23:59:59.999999Z"},
		{in: "1671527642", want: "2022-12-20T09:14:02Z"},
		{in: "1671527642.5", want: "2022-12-20T09:14:02.5Z"},
		{in: "1671527642101", want: "2022-12-20T09:14:02.101Z"},
		{in: "1999-12-31T23:59:59Z", why: "is before 2000"},
		{in: "2100-01-01T00:00:00Z", why: "is after 2100"},
		{in: "0", why: "is before 2000"},
		{in: "-99999999999999999", why: "is before 2000"},
		{in: "9223372036854775807", why: "is after 2100"},
		{in: "1e300", why: "is after 2100"},
		{in: "1e999", why: "is not a time"},
		{in: "2023-02-29T00:00:00Z", why: "is not a time"},
		{in: "2022-12-20T24:00:00Z", why: "is not a time"},
		{in: "2022-12-20T09:14:02.Z", why: "is not a time"},
		{in: "2022-12-20T09:14:02X", why: "is not a time"},
		{in: "2022-12-20T09:14:02+25:00", why: "is not a time"},
		{in: "2022-12-20T09:14", why: "is not a time"},
		{in: "2022-12-2\xff 09:14:02", why: "is not a time"},
		{in: "0x5", why: "is not a time"},
		{in: "NaN", why: "is not a time"},
		{in: "", why: "is not a time"},
	}
	for _, tt := range tests {
		micros, why := ingest.TimeOf(tt.in)
		got := time.UnixMicro(micros).UTC().Format(time.RFC3339Nano)
		if why != tt.why || why == "" && got != tt.want {
			t.Errorf("%q: %s, %q; want %s, %q", tt.in, got, why, tt.want, tt.why)
		}
	}
}

// TestTimeOfDays compares with package time over all days.
func TestTimeOfDays(t *testing.T) {
	for d := time.Date(2000, 1, 1, 12, 34, 56, 0, time.UTC); d.Year() < 2100; d = d.AddDate(0, 0, 1) {
		if got, why := ingest.TimeOf(d.Format(time.RFC3339)); why != "" || got != d.UnixMicro() {
			t.Fatalf("%s: %d %s", d, got, why)
		}
	}
}

func FuzzTimeOf(f *testing.F) {
	f.Add("2022-12-20T09:14:02.5+01:00")
	f.Add("1671527642.5")
	f.Fuzz(func(t *testing.T, s string) {
		got, why := ingest.TimeOf(s)
		want, err := time.Parse(time.RFC3339Nano, s)
		year := want.UTC().Year()
		if err != nil || s[13] != ':' || year < 2000 || year >= 2100 {
			return // package time also takes hours of one digit
		}
		if why != "" || got != want.Truncate(time.Microsecond).UnixMicro() {
			t.Errorf("%q: %d %s, want %d", s, got, why, want.UnixMicro())
		}
	})
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("ab ", 200)
	tests := []struct{ name, in, want string }{
		{"plain", `{"a":1}`, `{"a":1}`},
		{"control characters", "a\x1b[31m\r\n\t\x00\x7f\u0085", `a\x1b[31m\r\n\t\x00\x7f\u0085`},
		{"invalid UTF-8", "a\xff\xc3", `a\xff\xc3`},
		{"bidi and hidden", "a\u202eb\u200bc\ufeff", `a\u202eb\u200bc\ufeff`},
		{"wide", "日本語", "日本語"},
		{"long", long, long[:195] + "ab…"},
		{"session token", `{"sessionToken":"FwoGZXIvYXdz/+=","x":"y"}`, `{"sessionToken":"REDACTED=","x":"y"}`},
		{"spaced", `{"Password" : "hunter2"}`, `{"Password" : "REDACTED"}`},
		{"escaped", `"{\"secretAccessKey\":\"abc/def\"}"`, `"{\"secretAccessKey\":\"REDACTED\"}"`},
		{"cut", `{"sessionToken":"FwoGZX`, `{"sessionToken":"REDACTED`},
		{"several words", `password=one two,three`, `password=REDACTED REDACTED,three`},
		{"long run", "x " + strings.Repeat("A", 40), "x REDACTED"},
		{"GitHub token", "url https://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@x", "url https://ghp_************************************@x"},
		{"fine-grained token", "github_pat_11AAAAAAA0aaaa", "github_pat_**************"},
		{"names that only look alike", `{"nextToken":"n","passwordLastUsed":"2022"}`, `{"nextToken":"n","passwordLastUsed":"2022"}`},
		{"ARN", "arn:aws:sts::123456789012:assumed-role/deploy-role/session-123456", "arn:aws:sts::123456789012:assumed-role/deploy-role/session-123456"},
	}
	for _, tt := range tests {
		if got := ingest.Excerpt([]byte(tt.in)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestCanonicalAction(t *testing.T) {
	for in, want := range map[string]string{
		"workflow-job-start": "workflow.job.start", "workflow.job.start": "workflow.job.start",
		"CONTEXT.CREATE": "context.create", "checkout-key.create": "checkout-key.create",
		"checkout-key-create": "checkout-key.create", "checkout-key.delete-all": "checkout-key.delete-all",
		"deploy-keys.delete": "deploy-keys.delete", "project.toggle-abusive": "project.toggle-abusive",
		"release_integration-token-create": "release_integration.token.create", "a-toggle-abusively": "a.toggle.abusively",
	} {
		if got := ingest.CanonicalAction(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
