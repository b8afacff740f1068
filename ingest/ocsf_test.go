package ingest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

// assumed is a record as CloudTrail logs it; the events of Security Lake below are of it.
const assumed = `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole",` +
	`"principalId":"AROAEXAMPLE:ci","arn":"arn:aws:sts::111122223333:assumed-role/ci/ci",` +
	`"accountId":"111122223333","accessKeyId":"ASIAI44QH8DHBEXAMPLE","sessionContext":{` +
	`"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE",` +
	`"arn":"arn:aws:iam::111122223333:role/ci","accountId":"111122223333","userName":"ci"},` +
	`"attributes":{"creationDate":"2022-12-20T09:00:00Z","mfaAuthenticated":"false"}}},` +
	`"eventTime":"2022-12-20T09:14:02Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole",` +
	`"awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.9.1",` +
	`"requestParameters":{"roleArn":"arn:aws:iam::444455556666:role/deploy","roleSessionName":"x"},` +
	`"responseElements":{"credentials":{"accessKeyId":"ASIAIOSFODNN7EXAMPLE",` +
	`"sessionToken":"IQoJsecret"},"assumedRoleUser":{` +
	`"arn":"arn:aws:sts::444455556666:assumed-role/deploy/x","assumedRoleId":"AROAOTHER:x"}},` +
	`"requestID":"r1","eventID":"e1","readOnly":true,"resources":[` +
	`{"ARN":"arn:aws:iam::444455556666:role/deploy","accountId":"444455556666","type":"AWS::IAM::Role"},` +
	`{"ARN":"arn:aws:iam::444455556666:role/other","accountId":"444455556666","type":"AWS::IAM::Role"}],` +
	`"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333",` +
	`"eventCategory":"Management"}`

const ocsf1 = `{"metadata":{"product":{"version":"1.08","name":"CloudTrail","vendor_name":"AWS",` +
	`"feature":{"name":"Management"}},"uid":"e1","version":"1.0.0-rc.2"},"time":1671527642000,` +
	`"cloud":{"region":"eu-west-1","provider":"AWS"},"api":{"response":{},"operation":"AssumeRole",` +
	`"service":{"name":"sts.amazonaws.com"},"request":{"uid":"r1"}},"actor":{"user":{` +
	`"type":"AssumedRole","uid":"AROAEXAMPLE:ci",` +
	`"uuid":"arn:aws:sts::111122223333:assumed-role/ci/ci","account_uid":"111122223333",` +
	`"credential_uid":"ASIAI44QH8DHBEXAMPLE"},"session":{"created_time":1671526800000,"mfa":false,` +
	`"issuer":"arn:aws:iam::111122223333:role/ci"}},"http_request":{"user_agent":"aws-cli/2.9.1"},` +
	`"src_endpoint":{"ip":"198.51.100.7"},"class_uid":3002,"status":"Other","status_id":0,` +
	`"user":{"uuid":"arn:aws:iam::444455556666:role/deploy","name":"x"},"unmapped":{` +
	`"responseElements.credentials.accessKeyId":"ASIAIOSFODNN7EXAMPLE",` +
	`"responseElements.credentials.sessionToken":"IQoJsecret",` +
	`"resources[].ARN":"arn:aws:iam::444455556666:role/deploy,arn:aws:iam::444455556666:role/other",` +
	`"resources[].accountId":"444455556666,444455556666",` +
	`"resources[].type":"AWS::IAM::Role,AWS::IAM::Role","readOnly":"true","managementEvent":"true",` +
	`"recipientAccountId":"111122223333","eventType":"AwsApiCall"}}`

const ocsf15 = `{"activity_id":1,"actor":{"session":{"created_time_dt":"2022-12-20T04:00:00.000-05:00",` +
	`"is_mfa":false,"issuer":"arn:aws:iam::111122223333:role/ci"},"user":{"account":{` +
	`"uid":"111122223333"},"credential_uid":"ASIAI44QH8DHBEXAMPLE","type":"AssumedRole",` +
	`"uid":"arn:aws:sts::111122223333:assumed-role/ci/ci","uid_alt":"AROAEXAMPLE:ci"}},` +
	`"api":{"operation":"AssumeRole","request":{"uid":"r1","data":` +
	`"{\"roleArn\":\"arn:aws:iam::444455556666:role/deploy\",\"roleSessionName\":\"x\"}"},` +
	`"response":{"data":""},"service":{"name":"sts.amazonaws.com"}},"class_uid":3002,` +
	`"cloud":{"account":{"uid":"111122223333"},"provider":"AWS","region":"eu-west-1"},` +
	`"http_request":{"user_agent":"aws-cli/2.9.1"},"metadata":{"event_code":"AwsApiCall","product":{` +
	`"feature":{"name":"Management"},"name":"CloudTrail","vendor_name":"AWS","version":"1.08"},` +
	`"uid":"e1","version":"1.5.0"},"resources":[{"uid":"arn:aws:iam::444455556666:role/deploy",` +
	`"owner":{"account":{"uid":"444455556666"}},"type":"AWS::IAM::Role"}],` +
	`"session":{"credential_uid":"ASIAIOSFODNN7EXAMPLE",` +
	`"uid":"arn:aws:sts::444455556666:assumed-role/deploy/x","uid_alt":"AROAOTHER:x"},` +
	`"src_endpoint":{"ip":"198.51.100.7"},"status":"Success","time":1671527642000,` +
	`"time_dt":"2022-12-20T04:14:02-05:00","unmapped":{"managementEvent":"true","readOnly":"true"}}`

// TestOCSF reads one event as CloudTrail has it and as Security Lake's versions have it.
func TestOCSF(t *testing.T) {
	_, k := read(t, []byte(assumed), ingest.Options{})
	want := k.events[0]
	want.Details = ""
	for _, in := range []string{ocsf1, ocsf15, "[" + ocsf15 + "]", `{"_source":` + ocsf1 + `}`} {
		f, k := read(t, []byte(in), ingest.Options{})
		checkAccount(t, f, k)
		if f.Form != "cloudtrail/ocsf" || f.Events != 1 {
			t.Fatalf("%+v %s", f, k.reasons())
		}
		got := k.events[0]
		if strings.Contains(got.Details, "IQoJsecret") {
			t.Errorf("a secret is in %s", got.Details)
		}
		got.Details = ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestOCSFOutcome(t *testing.T) {
	as := func(old, new string) string { return strings.Replace(ocsf1, old, new, 1) }
	tests := []struct{ name, in, outcome, err, target string }{
		{"other", ocsf1, "success", "", "arn:aws:iam::444455556666:role/deploy"},
		{
			"a code", as(`"response":{}`, `"response":{"error":"AccessDenied"}`), "failure", "AccessDenied",
			"arn:aws:iam::444455556666:role/deploy",
		},
		{
			"no code", as(`"status":"Other"`, `"status":"Failure"`), "failure", "Failure",
			"arn:aws:iam::444455556666:role/deploy",
		},
		{"a failed sign-in", strings.Replace(as(`"status":"Other"`, `"status":"Failure"`), "AssumeRole",
			"ConsoleLogin", 1), "failure", "", "arn:aws:iam::444455556666:role/deploy"},
		{
			"a user", strings.NewReplacer("AssumeRole\"", "DeleteUser\"", "sts.", "iam.").Replace(ocsf1),
			"success", "", "x",
		},
		{
			"a comma in a name", as("role/other", "role/a,b"), "success", "",
			"arn:aws:iam::444455556666:role/deploy",
		},
	}
	for _, tt := range tests {
		f, k := read(t, []byte(tt.in), ingest.Options{})
		if f.Events != 1 {
			t.Fatalf("%s: %s", tt.name, k.reasons())
		}
		e := k.events[0]
		if e.Outcome != tt.outcome || e.Error != tt.err || e.Target != tt.target {
			t.Errorf("%s: %s %q %q; want %s %q %q", tt.name, e.Outcome, e.Error, e.Target, tt.outcome,
				tt.err, tt.target)
		}
	}
}

// TestOtherOCSF reads what Security Lake has from other sources: no logs that are read here.
func TestOtherOCSF(t *testing.T) {
	flow := `{"metadata":{"product":{"name":"Amazon VPC","vendor_name":"AWS"}},"class_uid":4001}` + "\n"
	f, k := read(t, []byte(flow+flow), ingest.Options{})
	if f.Form != "aws/security-lake" || f.Rejects != 0 {
		t.Errorf("%+v %s", f, k.reasons())
	}
	broken := strings.Replace(ocsf1, `"time":1671527642000,`, "", 1)
	f, k = read(t, []byte(broken), ingest.Options{})
	if f.Events != 0 || f.Rejects != 1 {
		t.Errorf("%+v %s", f, k.reasons())
	}
}

// TestOCSFPairs loads AWS's own pairs of Security Lake's Parquet and CloudTrail's JSON: they become
// the same events.
func TestOCSFPairs(t *testing.T) {
	files := dataFiles(t, "cloudtrail", "aws-ocsf-validation", "samples")
	pairs := 0
	for _, p := range files {
		base, ok := strings.CutSuffix(p.Name, ".parquet")
		if !ok {
			continue
		}
		pairs++
		name := filepath.Base(base)
		f, parquet := read(t, contents(t, p.Name), ingest.Options{})
		_, logged := read(t, contents(t, filepath.Join(filepath.Dir(base), "input", name)), ingest.Options{})
		if f.Form != "cloudtrail/ocsf" || f.Events != 1 || f.Rejects != 0 || len(logged.events) != 1 {
			t.Fatalf("%s: %+v", name, f)
		}
		got, want := parquet.events[0], logged.events[0]
		got.Details, want.Details = "", "" // lists are text
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if pairs != 21 {
		t.Errorf("%d pairs, want 21", pairs)
	}
}
