package report_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"breachwindow/detect"
	"breachwindow/report"
)

func ocsfOf(tb testing.TB, r *detect.Result) []map[string]any {
	tb.Helper()
	text := render(tb, func(w io.Writer) error { return report.OCSF(w, r) })
	var events []map[string]any
	for line := range strings.Lines(text) {
		var event map[string]any
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			tb.Fatalf("%v in %s", err, line)
		}
		events = append(events, event)
	}
	return events
}

func TestOCSFGolden(t *testing.T) {
	r := sample(t)
	golden(t, "ocsf", render(t, func(w io.Writer) error { return report.OCSF(w, r) }))
}

// Every line is as the published schema wants it, whatever the logs hold.
func TestOCSFSchema(t *testing.T) {
	s := readOCSF(t)
	service := sample(t)
	service.Findings[0].IPs = []string{"secretsmanager.amazonaws.com", "fe80::1%eth0", "::ffff:192.0.2.1", ""}
	service.Findings[1].Actors, service.Findings[1].Title = []string{"", "octo"}, ""
	bare := &detect.Result{
		Findings: []detect.Finding{{ID: "f"}}, Secrets: []detect.SecretAnswer{{ID: "s", Verdict: detect.Unused}},
	}
	for name, r := range map[string]*detect.Result{
		"sample": sample(t), "nasty": nasty(t), "service": service, "bare": bare, "empty": {Schema: 1},
	} {
		for _, event := range ocsfOf(t, r) {
			for _, fault := range s.faults(event) {
				t.Errorf("%s: %.300s", name, fault)
			}
			harmless(t, event)
		}
	}
}

// A finding is a line; a secret is one too, open or closed as its verdict asks for.
func TestOCSFIsComplete(t *testing.T) {
	r := sample(t)
	r.Secrets = append(r.Secrets, detect.SecretAnswer{
		ID: "alive", Verdict: detect.Used, Rotation: "missing", ExposedAt: r.Incident.Starts,
	})
	lines := map[string]map[string]any{}
	for _, e := range ocsfOf(t, r) {
		uid := e["finding_info"].(map[string]any)["uid"].(string)
		if lines[uid] != nil {
			t.Errorf("two lines have the uid %s", uid)
		}
		lines[uid] = e
	}
	if got, want := len(lines), len(r.Findings)+len(r.Secrets); got != want {
		t.Errorf("%d lines, want %d", got, want)
	}
	for _, f := range r.Findings {
		e := lines[f.ID]
		if e == nil || e["time"] != float64(f.LastSeen.UnixMilli()) || e["count"] != float64(f.Count) {
			t.Errorf("finding %s is %v", f.ID, e)
		}
	}
	tests := map[string]struct { // by secret
		severity, status string
		alert            bool
	}{
		"context:aws-prod/AWS_ACCESS_KEY_ID": {"Critical", "New", true},
		"bot-token":                          {"High", "New", true},
		"datadog":                            {"Medium", "New", true},
		"terraform":                          {"Informational", "Resolved", false},
		"deploy-key":                         {"Informational", "Resolved", false},
		"alive":                              {"Medium", "New", true},
		"new-key":                            {"Informational", "Resolved", false},
	}
	for id, want := range tests {
		e := lines["verdict:acme:"+id]
		if e["severity"] != want.severity || e["status"] != want.status || e["is_alert"] != want.alert {
			t.Errorf("%s is %v, %v, alert %v; want %v", id, e["severity"], e["status"], e["is_alert"], want)
		}
		if e["time"] != float64(at(t, "2023-02-05 00:00:00").UnixMilli()) {
			t.Errorf("%s has the time %v, want the end of the logs", id, e["time"])
		}
	}
}

// A finding's line has what a SIEM joins on.
func TestOCSFFinding(t *testing.T) {
	e := ocsfOf(t, sample(t))[0]
	for path, want := range map[string]string{
		"confidence":                        `"High"`,
		"finding_info.analytic":             `{"name":"An exposed secret was used from an address published for this incident.","type":"Rule","type_id":1,"uid":"any/use-from-indicator"}`,
		"finding_info.attacks":              `[{"sub_technique":{"name":"Cloud Accounts","src_url":"https://attack.mitre.org/techniques/T1078/004/","uid":"T1078.004"},"technique":{"name":"Valid Accounts","src_url":"https://attack.mitre.org/techniques/T1078/","uid":"T1078"},"version":"18.1"}]`,
		"metadata.product":                  `{"name":"breachwindow","vendor_name":"breachwindow","version":"0.1.0"}`,
		"metadata.event_code":               `"any/use-from-indicator"`,
		"start_time":                        `1671678041000`,
		"end_time":                          `1671682330000`,
		"unmapped.verdict":                  `"compromised"`,
		"finding_info.related_events_count": `12`,
	} {
		var v any = e
		for name := range strings.SplitSeq(path, ".") {
			v = v.(map[string]any)[name]
		}
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	var values []string
	for _, o := range e["observables"].([]any) {
		o := o.(map[string]any)
		values = append(values, o["type"].(string)+" "+o["value"].(string))
	}
	if got, want := strings.Join(values, ", "), "IP Address 178.249.214.10, "+
		"User Name arn:aws:iam::444455556666:user/ci-deploy, User Credential ID AKIAIOSFODNN7EXAMPLE, "+
		"Resource UID context:aws-prod/AWS_ACCESS_KEY_ID"; got != want {
		t.Errorf("observables are %s, want %s", got, want)
	}
}
