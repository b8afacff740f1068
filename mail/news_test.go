package mail_test

import (
	"strings"
	"testing"

	"breachwindow/detect"
	"breachwindow/mail"
)

// later is the sample, a day later: a new finding, one that went on, a worse verdict.
func later(tb testing.TB) *detect.Result {
	tb.Helper()
	r := sample(tb)
	r.Findings = append(r.Findings, detect.Finding{
		ID: "new1", Query: "cloudtrail/user-created", Level: detect.High, Secret: r.Secrets[0].ID,
		Title: "An IAM user was created.", Count: 2, IPs: []string{"203.0.113.200"},
		FirstSeen: at(tb, "2023-01-12 01:00"), LastSeen: at(tb, "2023-01-12 02:00"),
	})
	for i := range r.Secrets {
		if r.Secrets[i].Verdict == detect.Used {
			r.Secrets[i].Verdict = detect.Suspicious
			r.Secrets[i].Because = []string{"something new about it"}
		}
	}
	return r
}

// A later mail tells what is new first, in both parts, and the standing state in short.
func TestNewsMail(t *testing.T) {
	r := later(t)
	o := mail.Options{
		SHA256: "cd", Changes: detect.Diff(sample(t).Outline(), r), Since: at(t, "2023-01-11 07:00"),
	}
	p := parse(t, written(t, r, o, "lead@acme.example"))
	want := "[acme] 1 answer worse, 1 new finding. COMPROMISED: 1 of 19 secrets; 2 suspicious, 15 unknown, 1 unused"
	if got := subject(t, p); got != want {
		t.Errorf("subject %q, want %q", got, want)
	}
	for _, kind := range []string{"text/plain", "text/html"} {
		body := strings.Join(strings.Fields(p.part(t, kind)), " ")
		for _, want := range []string{
			"Since the mail of 2023-01-11 07:00Z: 1 answer worse, 1 new finding.", "New findings, the worst first",
			"An IAM user was created.", "203.0.113.200", "used → suspicious", "something new about it",
			"How far the logs reach", "Attached: findings.csv, report.html.",
		} {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q:\n%s", kind, want, body)
			}
		}
		for _, not := range []string{
			"An exposed secret was used from a published address", "an address published for this incident",
			"--access-key-id",
		} {
			if strings.Contains(body, not) {
				t.Errorf("%s says again %q", kind, not)
			}
		}
		if strings.Index(body, "An IAM user was created.") > strings.Index(body, "COMPROMISED deploy") &&
			kind == "text/plain" {
			t.Errorf("%s: the news come last", kind)
		}
	}
}

// Without news it is short, without attachments, and one mail for each slot.
func TestHeartbeatMail(t *testing.T) {
	r := sample(t)
	ids := map[string]bool{}
	for _, slot := range []string{"2023-01-12", "2023-01-13", "2023-01-13"} {
		o := mail.Options{
			SHA256: "ab", Changes: detect.Diff(r.Outline(), r), Since: at(t, "2023-01-11 07:00"), Slot: slot,
		}
		text := written(t, r, o, "lead@acme.example")
		if n := len(text); n > 64<<10 {
			t.Errorf("%d bytes", n)
		}
		p := parse(t, text)
		ids[p.Get("Message-Id")] = true
		if got := subject(t, p); !strings.HasPrefix(got, "[acme] nothing new, and no new logs. COMPROMISED: 1 of 19 secrets") {
			t.Errorf("subject %q", got)
		}
		for _, x := range p.parts {
			if x.name != "" || strings.HasPrefix(x.kind, "image/") {
				t.Errorf("it carries %s %s", x.kind, x.name)
			}
		}
		body := p.part(t, "text/plain")
		for _, want := range []string{"nothing new", "How far the logs reach", "still ends at", "COMPROMISED"} {
			if !strings.Contains(body, want) {
				t.Errorf("it does not say %q:\n%s", want, body)
			}
		}
	}
	if len(ids) != 2 {
		t.Errorf("%d Message-IDs of two slots", len(ids))
	}
}

// What changed may be as hostile as all the rest, names no whole key, and is bounded.
func TestHostileNews(t *testing.T) {
	r := sample(t)
	for i := range 30 {
		id := string(rune('a' + i))
		r.Findings = append(r.Findings, detect.Finding{
			ID: id + hostile, Query: hostile, Level: detect.Critical, Secret: hostile, Title: hostile + key,
			Count: 1, IPs: []string{hostile},
		})
		r.Lineage = append(r.Lineage, detect.Minting{Secret: hostile, Parent: key, Child: id + key, How: hostile})
		r.ExposedNext = append(r.ExposedNext, detect.Exposure{Secret: hostile, What: id, Name: hostile})
		r.Problems = append(r.Problems, detect.Problem{What: id, Path: hostile, Why: hostile})
		r.Secrets = append(r.Secrets, detect.SecretAnswer{ID: id + hostile, Verdict: detect.Compromised})
	}
	o := mail.Options{Changes: detect.Diff(sample(t), r), Since: at(t, "2023-01-11 07:00")}
	p := parse(t, written(t, r, o, "lead@acme.example"))
	html, text := p.part(t, "text/html"), p.part(t, "text/plain")
	if n := len(html); n > 100<<10 {
		t.Errorf("%d bytes of HTML: Gmail clips it", n)
	}
	for _, bad := range []string{"<script", "\u202e", "\x1b", "http://", key} {
		if strings.Contains(html, bad) || bad != "<script" && strings.Contains(text, bad) {
			t.Errorf("the mail has %q", bad)
		}
	}
	if !strings.Contains(text, "and 20 more") {
		t.Errorf("what is left out is not counted:\n%s", text)
	}
}

// The news of a result and the whole of it are two mails: a mail program shows one of two with the same
// Message-ID. The same news are the same mail.
func TestNewsIsAMailOfItsOwn(t *testing.T) {
	r := later(t)
	o := mail.Options{SHA256: "cd"}
	news := o
	news.Changes, news.Since = detect.Diff(sample(t).Outline(), r), at(t, "2023-01-11 07:00")
	id := func(o mail.Options) string {
		p := parse(t, written(t, r, o, "lead@acme.example"))
		return p.Get("Message-Id")
	}
	first, second := id(news), id(news)
	if id(o) == first {
		t.Error("they have the same Message-ID")
	}
	if first != second {
		t.Error("the same news have two")
	}
}
