package main

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/detect"
	"breachwindow/incident"
	"breachwindow/report"
)

// What one organisation writes as STIX, another can read as its list of indicators. In it are the
// addresses of the intruder and no other, though findings name them all: who reads it will block
// them.
func TestSTIXIsReadAsIndicators(t *testing.T) {
	t.Parallel()
	const (
		vpn       = "178.249.214.25" // an indicator of the incident, but the customer's own exit
		admin     = "192.0.2.50"     // makes a key in the window, tied to no secret
		listed    = "192.0.2.200"    // in a network of the customer's, with a tool that is not his
		colleague = "203.0.113.77"   // a colleague worked there before; then somebody used the secret
		responder = "203.0.113.55"   // a responder works there and tries the secret
	)
	c := testCase{yaml: `expected:
  - ip: 178.249.214.25
    why: the exit of our own VPN
  - {network: 192.0.2.128/25, agent: aws-cli/*, why: the office}
responders: [AKIAJRESPONDERSOWNXX]
`}
	c.logs.background(nil)
	c.add(secretRow{
		id: "deploy", kind: "aws-access-key", declared: declaredDate, happens: stories(
			used(habit), used(habit.AddDate(0, 0, 1)), used(habit.AddDate(0, 0, 2)),
			used(inside, stranger), used(inside, published), used(inside, vpn), used(inside, colleague),
			used(inside, responder), does(inside, call{ip: listed, agent: "pacu/1.0"}),
			used(later), // the build goes on with the old key
		),
	})
	c.logs.aws(habit, call{key: "AKIAJJJJJCOLLEAGUEXX", user: "colleague", ip: colleague})
	c.logs.aws(inside, call{key: "AKIAJRESPONDERSOWNXX", user: "helper", ip: responder})
	c.logs.aws(inside, call{
		key: "AKIAJJJJJJJJADMINKEY", service: "iam", action: "CreateAccessKey", user: "secadmin",
		ip: admin, request: object{"userName": "helper"},
		response: object{"accessKey": object{
			"accessKeyId": "AKIAJJJJJJJJNEWKEYXX", "userName": "helper",
		}},
	})
	r := c.answer(t)

	var named []string // by findings of level medium or above
	for _, f := range r.Findings {
		if slices.Contains([]detect.Level{detect.Medium, detect.High, detect.Critical}, f.Level) {
			named = append(named, f.IPs...)
		}
	}
	for _, ip := range []string{home, stranger, published, colleague, responder, listed, admin} {
		if !slices.Contains(named, ip) {
			t.Errorf("no finding names %s: it is not tested", ip)
		}
	}
	var bundle bytes.Buffer
	if err := report.STIX(&bundle, r); err != nil {
		t.Fatal(err)
	}
	list, err := incident.ReadList("bundle.json", bundle.Bytes(), r.Incident.Starts)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, i := range list.Indicators {
		got[i.Type+" "+i.Value] = i.Confidence
	}
	want := map[string]string{"ip " + stranger: "medium", "ip " + published: "high"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indicators, -want +got:\n%s", diff)
	}
}
