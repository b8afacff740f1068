package report_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"breachwindow/detect"
	"breachwindow/report"
)

// nastyTriage has decisions by somebody whose every word is hostile.
func nastyTriage(r *detect.Result, mixed, long string) {
	for i, t := range []*detect.Triage{
		{Decision: detect.Benign, Note: mixed, Author: hostile, State: detect.Outgrew, Since: mixed},
		{Decision: hostile, Note: "=HYPERLINK(1)", Author: long, State: mixed, Of: mixed},
	} {
		r.Findings[i].Triage, r.Secrets[i].Triage = t, t
		for _, kind := range []string{"finding", "use", mixed} {
			r.Triage = append(r.Triage, detect.Decision{
				Kind: kind, Subject: mixed, Secret: long, IP: hostile, Agent: mixed, Actor: long, Triage: *t,
			})
		}
	}
}

// triaged is the sample after two people looked at it.
func triaged(tb testing.TB) *detect.Result {
	tb.Helper()
	r := sample(tb)
	mark := func(what, note, state string) detect.Triage {
		return detect.Triage{
			Decision: what, Note: note, Author: "anna", At: at(tb, "2026-11-28 09:15:00"), State: state,
		}
	}
	pentest := mark(detect.Benign, "our pentest, ticket 42", detect.Holds)
	grown := mark(detect.Benign, "the new <b>runner</b>", detect.Outgrew)
	grown.Since = "new address 192.0.2.9"
	word := mark(detect.Confirmed, "=HYPERLINK(\"https://evil.example\")", detect.Holds)
	r.Findings[0].Triage, r.Findings[1].Triage = &pentest, &grown
	r.Secrets[0].Triage, r.Secrets[0].RestsOnTriage = &word, true
	for i := range r.Secrets {
		if r.Secrets[i].Verdict == detect.Used {
			r.Secrets[i].RestsOnTriage = true
			r.Secrets[i].Because = []string{"Only triage makes it so: without it the verdict would be suspicious."}
		}
	}
	lost := mark(detect.Benign, "the old office", "matches nothing")
	r.Triage = []detect.Decision{
		{Kind: "finding", Subject: r.Findings[0].ID, Secret: r.Findings[0].Secret, Triage: pentest, Matches: 1},
		{Kind: "finding", Subject: r.Findings[1].ID, Secret: r.Findings[1].Secret, Triage: grown, Matches: 1},
		{Kind: "secret", Subject: r.Secrets[0].ID, Triage: word},
		{Kind: "use", IP: "192.0.2.0/24", Actor: "*:user/ci", Triage: lost},
	}
	return r
}

func TestTriageText(t *testing.T) {
	r := triaged(t)
	for name, columns := range map[string]int{"triage-0": 0, "triage-80": 80} {
		golden(t, name, render(t, formats(r, report.Options{Width: columns})["text"]))
	}
}

// What was triaged benign comes last, in whatever order, and is never left out.
func TestBenignComesLast(t *testing.T) {
	r := triaged(t)
	worst := report.WorstFindings(r.Findings)
	if len(worst) != len(r.Findings) {
		t.Fatalf("%d of %d findings", len(worst), len(r.Findings))
	}
	benign, loose := slices.IndexFunc(worst, detect.Finding.Benign),
		slices.IndexFunc(worst, func(f detect.Finding) bool { return f.Secret == "" })
	if benign != loose-1 {
		t.Errorf("the benign finding is number %d, the first that is tied to none %d", benign, loose)
	}
	if i := slices.IndexFunc(worst, func(f detect.Finding) bool { return f.Triage != nil && !f.Benign() }); i > 1 {
		t.Errorf("the outgrown finding is number %d", i)
	}
}

func TestTriagePage(t *testing.T) {
	r := triaged(t)
	before := jsonOf(t, r)
	text := page(t, r)
	if jsonOf(t, r) != before {
		t.Error("the page changed its result")
	}
	var section, mark, card string
	for _, n := range nodes(t, text) {
		switch {
		case n.Data == "section" && attr(n, "aria-labelledby") == "triage":
			section = textOf(n)
		case n.Data == "details" && attr(n, "id") == "f-"+r.Findings[0].ID:
			mark = textOf(n)
		case n.Data == "details" && attr(n, "class") == "card" && card == "" &&
			strings.Contains(textOf(n), r.Secrets[0].ID):
			card = textOf(n)
		case n.Data == "b" && textOf(n) == "runner":
			t.Error("a note made an element")
		}
	}
	for _, want := range []string{
		"our pentest, ticket 42", "anna", "2026-11-28 09:15Z", "the new <b>runner</b>",
		"outgrown; since then new address 192.0.2.9", "uses from 192.0.2.0/24 by *:user/ci", "matches nothing",
	} {
		if !strings.Contains(section, want) {
			t.Errorf("section Triage does not say %q: %s", want, section)
		}
	}
	if !strings.Contains(mark, "critical benign ") || !strings.Contains(mark, "our pentest, ticket 42") {
		t.Errorf("the finding does not say it: %s", mark)
	}
	if !strings.Contains(card, "Triage: confirmed, by anna on 2026-11-28 09:15Z") {
		t.Errorf("the secret does not say it: %s", card)
	}
	for _, n := range nodes(t, page(t, sample(t))) {
		if attr(n, "id") == "triage" {
			t.Error("a section without decisions")
		}
	}
}

// Every format tells what people decided: of a finding, of a secret, and that it does not hold.
func TestTriageInFormats(t *testing.T) {
	r := triaged(t)
	benign, grown := "benign, by anna on 2026-11-28 09:15Z: our pentest, ticket 42",
		"benign (outgrown, it counts again: new address 192.0.2.9), by anna on 2026-11-28 09:15Z: the new"
	rows := csvOf(t, r)
	column := func(name string) int { return slices.Index(rows[0], name) }
	triage, secrets := map[string]string{}, map[string]string{}
	for _, row := range rows[1:] {
		triage[row[column("finding")]] = row[column("triage")]
		secrets[row[column("secret")]] = row[column("secret_triage")]
	}
	for id, want := range map[string]string{r.Findings[0].ID: benign, r.Findings[1].ID: grown} {
		if !strings.HasPrefix(triage[id], want) {
			t.Errorf("csv: finding %s: %q, want %q", id, triage[id], want)
		}
	}
	if want := "confirmed, by anna"; !strings.HasPrefix(secrets[r.Secrets[0].ID], want) {
		t.Errorf("csv: secret %s: %q, want %q", r.Secrets[0].ID, secrets[r.Secrets[0].ID], want)
	}

	f := openXLSX(t, xlsxOf(t, r))
	var found []string
	for _, row := range cells(t, f, "Findings")[1:] {
		found = append(found, row[4])
	}
	if !slices.Contains(found, benign) {
		t.Errorf("xlsx: no finding is marked: %q", found)
	}
	if got := cells(t, f, "Secrets")[2][2]; !strings.HasPrefix(got, "confirmed, by anna") {
		t.Errorf("xlsx: secret: %q", got)
	}
	if got, want := len(cells(t, f, "Triage"))-1, len(r.Triage); got != want {
		t.Errorf("xlsx: %d decisions, want %d", got, want)
	}
	if got, want := len(cells(t, f, "Responders"))-1, len(r.Responders); got != want {
		t.Errorf("xlsx: %d acts of responders, want %d", got, want)
	}

	text := strings.Join(checkTicket(t, markdownOf(t, r)).blocks, "\n")
	for _, want := range []string{
		"Triage: what people decided", "our pentest, ticket 42", "outgrown; since then new address",
		"critical, triage: benign", "high, triage: outgrown", "Responders: who ended the secrets", "octo-dev", "Triage: confirmed, by anna",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("markdown does not say %q:\n%s", want, text)
		}
	}

	tags := map[string]int{}
	for _, line := range sketchOf(t, r) {
		list, _ := line["tag"].([]any)
		for _, tag := range list {
			tags[tag.(string)]++
		}
	}
	for _, want := range []string{
		"breachwindow-triage-benign", "breachwindow-triage-outgrown", "breachwindow-triage-confirmed",
		"breachwindow-responder",
	} {
		if tags[want] == 0 {
			t.Errorf("timesketch: no tag %s in %v", want, tags)
		}
	}
}

// A SIEM closes what was found benign, as suppressed, and keeps open what was confirmed or outgrown.
func TestTriageInOCSF(t *testing.T) {
	r := triaged(t)
	schema := readOCSF(t)
	lines := map[string]map[string]any{}
	for _, e := range ocsfOf(t, r) {
		for _, fault := range schema.faults(e) {
			t.Error(fault)
		}
		lines[e["finding_info"].(map[string]any)["uid"].(string)] = e
	}
	for id, want := range map[string]struct {
		status, activity, comment string
		alert                     bool
	}{
		r.Findings[0].ID:                  {"Suppressed", "Close", "benign, by anna", false},
		r.Findings[1].ID:                  {"New", "Create", "benign (outgrown", true},
		r.Findings[2].ID:                  {"New", "Create", "", true},
		"verdict:acme:" + r.Secrets[0].ID: {"In Progress", "Update", "confirmed, by anna", true},
		"verdict:acme:terraform":          {"Suppressed", "Close", "", false},
		"verdict:acme:deploy-key":         {"Resolved", "Close", "", false},
	} {
		e := lines[id]
		comment, _ := e["comment"].(string)
		if e["status"] != want.status || e["activity_name"] != want.activity ||
			!strings.HasPrefix(comment, want.comment) || e["is_alert"] != want.alert {
			t.Errorf("%s is %v, %v, alert %v, %q; want %v", id, e["status"], e["activity_name"],
				e["is_alert"], comment, want)
		}
	}
}

// Nobody is told to block an address that was looked at and found benign.
func TestTriageInSTIX(t *testing.T) {
	r := triaged(t)
	const pentest = "178.249.214.10"
	text := render(t, func(w io.Writer) error { return report.STIX(w, r) })
	if !strings.Contains(text, pentest) {
		t.Errorf("the address of an outgrown finding is left out")
	}
	r.Findings[1].Triage.State, r.Findings[1].Triage.Since = detect.Holds, ""
	text = render(t, func(w io.Writer) error { return report.STIX(w, r) })
	if strings.Contains(text, pentest) {
		t.Errorf("the address of benign findings is told")
	}
	if !strings.Contains(text, "of findings that were triaged benign only") {
		t.Errorf("it is not said that addresses are left out:\n%s", text)
	}
}
