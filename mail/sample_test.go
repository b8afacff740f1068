package mail_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"breachwindow/detect"
	"breachwindow/mail"
)

const key = "AKIAIOSFODNN7EXAMPLE"

func at(tb testing.TB, text string) time.Time {
	tb.Helper()
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// sample is the result of an invented company: of its secrets one was stolen, one may have been, and
// of fifteen more nothing is known; two are clear.
func sample(tb testing.TB) *detect.Result {
	tb.Helper()
	ptr := func(s string) *time.Time { t := at(tb, s); return &t }
	starts, rotated := ptr("2022-12-16 00:00"), ptr("2023-01-05 09:30")
	r := &detect.Result{
		Schema: 1, Tool: "breachwindow 0.1.0", Case: "acme",
		Incident: detect.IncidentSummary{ID: "circleci-2023-01", Title: "CircleCI security incident", Starts: starts},
		Secrets: []detect.SecretAnswer{
			{
				ID: "deploy", Kind: "aws-access-key", Identifier: "AKIA…MPLE", StoredIn: "context:aws-prod",
				Owner: "platform", ExposedAt: starts, RotatedAt: rotated, WindowEnd: rotated,
				Rotation: "contradicted", Verdict: detect.Compromised,
				Because:  []string{"12 uses of " + key + " came from 198.51.100.7, an address published for this incident."},
				Next:     []string{"aws iam update-access-key --access-key-id " + key + " --status Inactive"},
				Uses:     detect.UseCounts{Window: 412, Expected: 396, After: 3, Derived: 47},
				FirstUse: ptr("2022-12-17 00:12"), LastUse: ptr("2023-01-05 09:12"), Findings: []string{"f1"},
			},
			{
				ID: "bot", Kind: "github-token", Identifier: "sha256:47DEQ…", ExposedAt: starts,
				Rotation: "missing", Verdict: detect.Suspicious, Because: []string{"1 use from a new network."},
			},
		},
		Addresses: []detect.Address{{IP: "198.51.100.7", Country: "CA", Organisation: "Example Hosting"}},
		Coverage:  []detect.CoverageSpan{{Source: "cloudtrail", From: *starts, To: at(tb, "2023-01-10 00:00"), Gaps: []detect.Gap{{}}}},
	}
	for i := range 15 {
		r.Secrets = append(r.Secrets, detect.SecretAnswer{
			ID: fmt.Sprintf("other-%02d", i), Kind: "other", ExposedAt: starts, WindowEnd: rotated,
			Verdict: detect.Unknown, Rotation: "claimed", Because: []string{"No log can show its use."},
		})
	}
	for _, v := range []detect.Verdict{detect.Used, detect.Unused} {
		r.Secrets = append(r.Secrets, detect.SecretAnswer{ID: "is-" + string(v), Verdict: v, ExposedAt: starts})
	}
	for i := range 14 {
		r.Findings = append(r.Findings, detect.Finding{
			ID: fmt.Sprintf("f%d", i), Query: "any/use-from-indicator", Level: detect.Critical, Secret: "deploy",
			Credential: key, Title: "An exposed secret was used from a published address", Count: int64(i + 1),
			FirstSeen: at(tb, "2022-12-22 03:00"), LastSeen: at(tb, "2022-12-22 05:00"), IPs: []string{"198.51.100.7", "198.51.100.8"},
			Attributes: map[string]any{"made": "ASIAIOSFODNN7EXAMPLE"},
		})
	}
	r.ExposedNext = []detect.Exposure{
		{Secret: "deploy", What: "secret", Name: "prod/db", Certain: true, Credential: key},
		{Secret: "deploy", What: "parameter", Name: "doubtful", Credential: key},
	}
	return r
}

// hostile is what an intruder would write into a log, an inventory or a folder's name.
const hostile = "\x1b[31mred\r\nBcc: victim@evil.example\r\n\r\n<script>alert(1)</script>\u202egnp.exe" +
	"\" onload=x http://evil.example/ =cmd|' /C calc'!A0"

// part is a leaf of a mail.
type part struct {
	kind, name, id string
	body           []byte
}

// parsed is a mail as its reader has it.
type parsed struct {
	netmail.Header
	parts []part
}

// parse reads a mail with the standard library, not with what wrote it.
func parse(tb testing.TB, text []byte) parsed {
	tb.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		tb.Fatal(err)
	}
	p := parsed{Header: m.Header}
	p.walk(tb, m.Header.Get, m.Body)
	return p
}

func (p *parsed) walk(tb testing.TB, header func(string) string, body io.Reader) {
	tb.Helper()
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		tb.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			next, err := r.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				tb.Fatal(err)
			}
			p.walk(tb, next.Header.Get, next)
		}
	}
	switch strings.ToLower(header("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		tb.Fatal(err)
	}
	_, where, _ := mime.ParseMediaType(header("Content-Disposition"))
	p.parts = append(p.parts, part{kind, where["filename"], strings.Trim(header("Content-Id"), "<>"), data})
}

func (p parsed) part(tb testing.TB, kind string) string {
	tb.Helper()
	for _, x := range p.parts {
		if x.kind == kind {
			return string(x.body)
		}
	}
	tb.Fatalf("no part %s", kind)
	return ""
}

var envelope = mail.Envelope{From: "breachwindow <bw@acme.example>"}

// written is a mail of the result, as a recipient gets it.
func written(tb testing.TB, r *detect.Result, o mail.Options, to string) []byte {
	tb.Helper()
	if o.Date.IsZero() {
		o.Date = at(tb, "2023-01-11 07:00")
	}
	m, err := mail.New(r, o)
	if err != nil {
		tb.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Write(&b, envelope, to); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
