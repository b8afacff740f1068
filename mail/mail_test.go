package mail_test

import (
	"bytes"
	"encoding/csv"
	"image/png"
	"mime"
	"slices"
	"strings"
	"testing"

	"breachwindow/detect"
	"breachwindow/mail"
	"breachwindow/report"
)

func subject(tb testing.TB, p parsed) string {
	tb.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(p.Get("Subject"))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Verdict, counts and reasons are in both parts; ten rows are shown and the others counted.
func TestMailSaysAll(t *testing.T) {
	p := parse(t, written(t, sample(t), mail.Options{SHA256: "ab"}, "lead@acme.example"))
	want := "[acme] COMPROMISED: 1 of 19 secrets; 1 suspicious, 15 unknown, 1 used, 1 unused"
	if got := subject(t, p); got != want {
		t.Errorf("subject %q, want %q", got, want)
	}
	text := strings.Join(strings.Fields(p.part(t, "text/plain")), " ")
	html := strings.Join(strings.Fields(p.part(t, "text/html")), " ")
	for _, want := range []string{
		"1 of 19 exposed secrets was used by someone else", "deploy", "platform", "contradicted",
		"412 in the window (396 expected), 3 after it, 47 by derived credentials",
		"an address published for this incident", "--access-key-id AKIA…MPLE --status Inactive",
		"An exposed secret was used from a published address", "198.51.100.7, CA, Example Hosting and 1 more",
		"other-07", "And 7 more secrets, not clear either.", "2 secrets clear or not exposed",
		"secret prod/db (with deploy)", "1 gap in what the logs cover", "Not seen is not the same as not used",
		"Attached: findings.csv, report.html.", "nd 4 more",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q:\n%s", want, text)
		}
		if !strings.Contains(html, want) {
			t.Errorf("the HTML does not say %q:\n%s", want, html)
		}
	}
	for _, not := range []string{"other-08", "doubtful"} {
		if strings.Contains(text+html, not) {
			t.Errorf("the mail names %q", not)
		}
	}
	if alt := `alt="Timeline in UTC: deploy compromised, exposed from 2022-12-16 until 2023-01-05, ` +
		`first finding 2022-12-22 03:00Z; bot suspicious`; !strings.Contains(html, alt) {
		t.Errorf("the picture's words do not say the finding: %s", html)
	}
	if !strings.Contains(html, `src="cid:timeline.png"`) {
		t.Error("the HTML shows no picture")
	}
}

// What people decided is said beside what it is about, and how much of it there is; what is clear
// because of it is named.
func TestMailSaysTriage(t *testing.T) {
	r := sample(t)
	word := detect.Triage{
		Decision: detect.Benign, Note: "our pentest", Author: "anna", At: at(t, "2026-11-28 09:15"),
		State: detect.Outgrew, Since: "new address 192.0.2.9",
	}
	r.Findings[0].Triage, r.Secrets[0].Triage = &word, &word
	r.Triage = []detect.Decision{
		{Kind: "finding", Subject: "f0", Triage: word},
		{Kind: "use", IP: "192.0.2.1", Triage: detect.Triage{Decision: detect.Benign, State: detect.Holds}},
	}
	for i := range r.Secrets {
		r.Secrets[i].RestsOnTriage = r.Secrets[i].Verdict == detect.Used
	}
	p := parse(t, written(t, r, mail.Options{SHA256: "ab"}, "lead@acme.example"))
	for _, kind := range []string{"text/plain", "text/html"} {
		text := strings.Join(strings.Fields(p.part(t, kind)), " ")
		const words = "benign (outgrown, it counts again: new address 192.0.2.9), by anna on 2026-11-28 09:15Z: our pentest"
		if n := strings.Count(text, words); n != 2 {
			t.Errorf("%s tells the decision %d times:\n%s", kind, n, text)
		}
		for _, want := range []string{
			"2 decisions, 1 of which no longer holds or matches nothing; clear with the help of it: is-used",
			"1 answer rests on triage.",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q:\n%s", kind, want, text)
			}
		}
	}
	if text := parse(t, written(t, sample(t), mail.Options{}, "a@acme.example")).part(t, "text/plain"); strings.Contains(text, "triage") {
		t.Error("a mail without decisions speaks of triage")
	}
}

// The subject says the worst, whatever there is.
func TestSubject(t *testing.T) {
	for name, tc := range map[string]struct {
		verdicts []detect.Verdict
		want     string
	}{
		"none":        {nil, "[acme] no answer: the inventory names no secrets"},
		"clear":       {[]detect.Verdict{detect.Unused}, "[acme] UNUSED: 1 of 1 secret"},
		"unheard of":  {[]detect.Verdict{"odd", detect.Used}, "[acme] UNKNOWN: 1 of 2 secrets; 1 used"},
		"not exposed": {[]detect.Verdict{detect.Unexposed, detect.Unknown}, "[acme] UNKNOWN: 1 of 2 secrets; 1 unexposed"},
	} {
		r := &detect.Result{Schema: 1, Case: "acme"}
		for _, v := range tc.verdicts {
			r.Secrets = append(r.Secrets, detect.SecretAnswer{ID: string(v), Verdict: v})
		}
		if got := subject(t, parse(t, written(t, r, mail.Options{}, "a@b.example"))); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Neither part nor attachment has a whole key id, unless it is asked for; a token never.
func TestMailHasNoSecrets(t *testing.T) {
	token := "ghp_" + strings.Repeat("aB3", 12)
	r := sample(t)
	r.Findings[0].Actors = []string{token}
	r.Secrets[1].Because = []string{"url%2F" + key + " and " + token}
	for _, full := range []bool{false, true} {
		o := mail.Options{FullKeyIDs: full}
		for _, x := range parse(t, written(t, r, o, "lead@acme.example")).parts {
			body := string(x.body)
			if strings.Contains(body, token) {
				t.Errorf("%s %s has a token", x.kind, x.name)
			}
			if x.kind != "image/png" && strings.Contains(body, key) != full {
				t.Errorf("full %v: %s %s has the key id: %v", full, x.kind, x.name, !full)
			}
			if !full && strings.Contains(body, "ASIAIOSFODNN7EXAMPLE") {
				t.Errorf("%s %s has a session's key id", x.kind, x.name)
			}
		}
	}
}

// What a log, an inventory or a folder's name says adds no header and no markup, hides nothing and
// computes nothing; and the mail stays smaller than what Gmail shows.
func TestHostileMail(t *testing.T) {
	for name, evil := range map[string]string{"hostile": hostile, "long": strings.Repeat("<&\"' ", 400) + hostile} {
		r := sample(t)
		r.Case, r.Tool, r.Incident.Title = evil, evil, evil
		for i := range r.Secrets {
			s := &r.Secrets[i]
			s.ID, s.Kind, s.Owner, s.StoredIn, s.Identifier, s.Rotation = evil+s.ID, evil, evil, evil, evil, evil
			s.Because, s.Next = []string{evil, evil, evil}, []string{evil, evil, evil}
			s.Triage = &detect.Triage{Decision: evil, Note: evil, Author: evil, State: evil, Since: evil}
			r.Triage = append(r.Triage, detect.Decision{Kind: evil, Subject: evil, Triage: *s.Triage})
		}
		for i := range r.Findings {
			f := &r.Findings[i]
			f.Title, f.Query, f.Secret, f.IPs, f.Actors = evil, evil, evil, []string{evil, evil}, []string{evil}
			f.Triage = r.Secrets[0].Triage
		}
		for range 20 {
			r.ExposedNext = append(r.ExposedNext, detect.Exposure{Secret: evil, What: evil, Name: evil, Certain: true})
		}
		r.Problems = []detect.Problem{{Path: evil, What: evil}}
		p := parse(t, written(t, r, mail.Options{}, "lead@acme.example"))
		if p.Get("Bcc") != "" || len(p.Header["To"]) != 1 || p.Get("Content-Type") == "" {
			t.Errorf("%s: headers %v", name, p.Header)
		}
		if s := subject(t, p); report.Clean(s) != s || len([]rune(s)) > 200 {
			t.Errorf("%s: subject %q", name, s)
		}
		html, text := p.part(t, "text/html"), p.part(t, "text/plain")
		if n := len(html); n > 100<<10 {
			t.Errorf("%s: %d bytes of HTML: Gmail clips it", name, n)
		}
		for _, bad := range []string{"<script", "onload=x\"", "\u202e", "\x1b", "http://"} {
			if strings.Contains(html, bad) {
				t.Errorf("%s: the HTML has %q", name, bad)
			}
		}
		for line := range strings.Lines(text) {
			if line = strings.TrimRight(line, "\r\n"); report.Clean(line) != line {
				t.Errorf("%s: the text has %q", name, line)
			}
		}
		if strings.Contains(text, "http://") {
			t.Errorf("%s: the text has a link", name)
		}
		rows, err := csv.NewReader(strings.NewReader(p.part(t, "text/csv"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range rows[1] {
			if report.CSVCell(cell) != cell {
				t.Errorf("%s: cell %q", name, cell)
			}
		}
	}
}

// The same result gives the same bytes, and the ids that make retries one mail and mails a thread.
func TestMailIsStable(t *testing.T) {
	o := mail.Options{SHA256: "ab"}
	first := written(t, sample(t), o, "lead@acme.example")
	if !bytes.Equal(first, written(t, sample(t), o, "lead@acme.example")) {
		t.Error("the same result gives other bytes")
	}
	a := parse(t, first)
	b := parse(t, written(t, sample(t), mail.Options{SHA256: "cd"}, "Lead <LEAD@acme.example>"))
	c := parse(t, written(t, sample(t), o, "other@acme.example"))
	if a.Get("Message-Id") == b.Get("Message-Id") || a.Get("References") != b.Get("References") {
		t.Error("two results for one recipient are not two mails of one thread")
	}
	if a.Get("Message-Id") == c.Get("Message-Id") || a.Get("References") == c.Get("References") {
		t.Error("two recipients share a mail or a thread")
	}
	if id := a.Get("Message-Id"); !strings.HasSuffix(id, "@acme.example>") {
		t.Errorf("Message-ID %s", id)
	}
	if got := a.Get("Date"); got != "Wed, 11 Jan 2023 07:00:00 +0000" {
		t.Errorf("date %s", got)
	}
	if a.Get("Auto-Submitted") != "auto-generated" {
		t.Error("holiday notes would answer it")
	}
}

// The picture opens, in twice the size in which it is shown.
func TestPicture(t *testing.T) {
	p := parse(t, written(t, sample(t), mail.Options{}, "lead@acme.example"))
	img, err := png.Decode(strings.NewReader(p.part(t, "image/png")))
	if err != nil {
		t.Fatal(err)
	}
	if w, h := img.Bounds().Dx(), img.Bounds().Dy(); w != 1280 || h < 600 || h > 1000 {
		t.Errorf("the picture has %d x %d pixels", w, h)
	}
	for _, x := range p.parts {
		if x.kind == "image/png" && x.id != "timeline.png" {
			t.Errorf("the picture's id is %q", x.id)
		}
	}
}

// What does not fit is left out, and both parts say so.
func TestSizeLimit(t *testing.T) {
	r := sample(t)
	r.Queries = append(r.Queries, detect.QueryText{ID: "own/long", SQL: strings.Repeat("SELECT 1\n", 120_000)})
	o := mail.Options{Limit: 1 << 20}
	text := written(t, r, o, "lead@acme.example")
	if len(text) > 1<<20 {
		t.Errorf("%d bytes", len(text))
	}
	p := parse(t, text)
	for _, x := range p.parts {
		if x.name == "report.html" {
			t.Error("the page is attached")
		}
	}
	for _, kind := range []string{"text/plain", "text/html"} {
		body := strings.Join(strings.Fields(p.part(t, kind)), " ")
		if !strings.Contains(body, "report.html is left out: with its 1.") ||
			!strings.Contains(body, "Attached: findings.csv.") {
			t.Errorf("%s does not say what is left out: %s", kind, body)
		}
	}
	o.Limit = 1 << 30
	whole := parse(t, written(t, r, o, "lead@acme.example"))
	if !slices.ContainsFunc(whole.parts, func(x part) bool { return x.name == "report.html" }) {
		t.Error("with room the page is left out")
	}
	if _, err := mail.New(sample(t), mail.Options{Limit: 1000}); err == nil {
		t.Error("a limit under which nothing fits is taken")
	}
}

// The mail of a run that failed says that there is no answer.
func TestFailureMail(t *testing.T) {
	m, err := mail.NewFailure("breachwindow 0.1.0", hostile, "case.yaml: "+hostile+key, at(t, "2023-01-11 07:00"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Write(&b, envelope, "lead@acme.example"); err != nil {
		t.Fatal(err)
	}
	p := parse(t, b.Bytes())
	if s := subject(t, p); !strings.HasSuffix(s, "the run FAILED: no answer") {
		t.Errorf("subject %q", s)
	}
	for _, kind := range []string{"text/plain", "text/html"} {
		body := p.part(t, kind)
		if !strings.Contains(body, "all-clear") || strings.Contains(body, "<script") != (kind == "text/plain") ||
			strings.Contains(body, key) {
			t.Errorf("%s: %s", kind, body)
		}
	}
	if p.Get("Bcc") != "" {
		t.Error("a header was added")
	}
}

func TestCheckAddress(t *testing.T) {
	for text, ok := range map[string]bool{
		"a@b.example": true, "Ä <a@b.example>": true, "": false, "a": false, "@b": false, "a@b.example\r\nBcc: c@d": false,
		"a@b.example, c@d.example": false,
	} {
		if got := mail.CheckAddress(text) == nil; got != ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}
