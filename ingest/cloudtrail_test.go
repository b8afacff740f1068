package ingest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

// cloudTrailSeeds are records with every oddity that the mapping knows.
var cloudTrailSeeds = []string{
	`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"a","accessKeyId":"AKIA1","userName":"u"},` +
		`"eventTime":"2022-12-20T09:14:02Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey",` +
		`"responseElements":{"accessKey":{"accessKeyId":"AKIA2","userName":"u"}},"eventID":"1","readOnly":false}`,
	`{"eventname":"X","EVENTNAME":"Y","eventTime":"2022-12-20T09:14:02Z","awsRegion":"r","useridentity":{"ARN":1}}`,
	`{"eventName":"ConsoleLogin","eventTime":1671527642,"awsRegion":"r","responseElements":{"ConsoleLogin":"Failure"},"errorMessage":"no"}`,
	`{"insightDetails":{"insightType":"ApiCallRateInsight","eventSource":"s"},"@timestamp":"2022-12-20T09:14:02.5+01:00","eventID":2}`,
	`{"eventName":"AssumeRole","eventSource":"sts.amazonaws.com","eventTime":"2022-12-20T09:14:02Z","userIdentity":{"invokedBy":"x","sessionContext":{"attributes":{"creationDate":"c"}}},"responseElements":{"credentials":{"accessKeyId":"ASIA","sessionToken":"secret"}}}`,
}

// one reads a single record and returns its event.
func one(t *testing.T, record string) ingest.Event {
	t.Helper()
	_, k := read(t, []byte(record), ingest.Options{})
	if len(k.events) != 1 || len(k.rejects) > 0 {
		t.Fatalf("%d events, rejects %q: %s", len(k.events), k.reasons(), record)
	}
	return k.events[0]
}

func TestCloudTrailEvent(t *testing.T) {
	got := one(t, `{
		"eventVersion": "1.08",
		"userIdentity": {"type": "AssumedRole", "principalId": "AROA:s", "arn": "arn:aws:sts::1:assumed-role/r/s",
			"accountId": "2", "accessKeyId": "ASIA1", "invokedBy": "ec2.amazonaws.com",
			"sessionContext": {"sessionIssuer": {"arn": "r"}, "attributes": {"mfaAuthenticated": "false",
				"creationDate": "2022-12-20T08:00:00Z"}}},
		"eventTime": "2022-12-20T09:14:02Z", "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
		"awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7", "userAgent": "a \"b\" \u00e9",
		"requestParameters": {"roleSessionName": "x", "roleArn": "arn:aws:iam::1:role/t"},
		"responseElements": {"credentials": {"accessKeyId": "ASIA2", "sessionToken": "Fwo secret, {",
			"expiration": "Dec 20, 2022, 10:14:02 AM"}},
		"requestID": "q", "eventID": "i", "readOnly": "true", "resources": null, "recipientAccountId": "1",
		"big": 9007199254740993, "lone": "\ud800x", "nul": null}`)
	want := ingest.Event{
		Pos: 1, Time: 1671527642000000, ReadOnly: 1, Source: "cloudtrail", EventID: "i", Account: "1",
		Region: "us-east-1", Service: "sts.amazonaws.com", Action: "AssumeRole",
		Actor: "arn:aws:sts::1:assumed-role/r/s", ActorKind: "AssumedRole",
		Credential: "ASIA1", CredentialKind: "access_key", Session: "2022-12-20T08:00:00Z",
		Via: "ec2.amazonaws.com", Minted: "ASIA2", Target: "arn:aws:iam::1:role/t",
		IP: "198.51.100.7", Agent: `a "b" é`, Outcome: "success",
		Details: `{"eventVersion":"1.08","userIdentity":{"principalId":"AROA:s","accountId":"2","sessionContext":` +
			`{"sessionIssuer":{"arn":"r"},"attributes":{"mfaAuthenticated":"false"}}},"requestParameters":` +
			`{"roleSessionName":"x","roleArn":"arn:aws:iam::1:role/t"},"responseElements":{"credentials":` +
			`{"accessKeyId":"ASIA2","sessionToken":"REDACTED","expiration":"Dec 20, 2022, 10:14:02 AM"}},` +
			`"requestID":"q","big":9007199254740993,"lone":"\ufffdx"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTarget(t *testing.T) {
	tests := []struct{ service, name, request, rest, want string }{
		{"iam", "UpdateAccessKey", `{"userName":"u","accessKeyId":"AKIA1","status":"Inactive"}`, "", "AKIA1"},
		{"iam", "AttachUserPolicy", `{"policyArn":"p","userName":"u"}`, "", "u"},
		{"iam", "AttachRolePolicy", `{"policyArn":"p","roleName":"r"}`, "", "r"},
		{"iam", "CreateAccessKey", `null`, `"responseElements":{"accessKey":{"userName":"me"}}`, "me"},
		{"s3", "GetObject", `{"bucketName":"b","key":"a/b"}`, "", "b/a/b"},
		{"s3", "ListObjects", `{"bucketName":"b","accessKeyId":"x"}`, "", "b"},
		{"ec2", "RunInstances", `{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}`, "", "i-1"},
		{"ec2", "RunInstances", `{"instancesSet":{"items":[]},"imageId":"ami"}`, "", "ami"},
		{"ssm", "GetParameters", `{"names":["a","b"]}`, "", "a"},
		{"ssm", "GetParameters", `{"names":[],"name":""}`, "", ""},
		{"kms", "Decrypt", `{"x":1}`, `"resources":[{"type":"k","ARN":"arn:k"},{"ARN":"other"}]`, "arn:k"},
		{"kms", "Decrypt", `"text"`, `"resources":{"ARN":"arn:k"}`, "arn:k"},
		{"kms", "Decrypt", `{"keyId":5}`, ``, "5"},
		{"sts", "AssumeRole", `{"roleArn":"first","roleArn":"last"}`, "", "last"},
		{"sts", "AssumeRole", `{"roleA\u0072n":"escaped"}`, "", "escaped"},
	}
	for _, tt := range tests {
		record := `{"eventVersion":"1.08","eventTime":"2022-12-20T09:14:02Z","eventSource":"` + tt.service +
			`.amazonaws.com","eventName":"` + tt.name + `","requestParameters":` + tt.request
		if tt.rest != "" {
			record += "," + tt.rest
		}
		if got := one(t, record+"}").Target; got != tt.want {
			t.Errorf("%s %s %s: target %q, want %q", tt.name, tt.request, tt.rest, got, tt.want)
		}
	}
}

// TestCloudTrailOddities changes one thing at a time.
func TestCloudTrailOddities(t *testing.T) {
	const base = `"eventVersion":"1.08","eventTime":"2022-12-20T09:14:02Z","eventSource":"iam.amazonaws.com"`
	tests := []struct {
		name, record string
		field        func(ingest.Event) string
		want         string
	}{
		{"exact name wins over an earlier", `{"eventName":"E","EVENTNAME":"F",` + base + `}`, action, "E"},
		{"exact name wins over a later", `{"EVENTNAME":"F","eventName":"E",` + base + `}`, action, "E"},
		{"the other stays in details", `{"EVENTNAME":"F","eventName":"E",` + base + `}`, details, `{"EVENTNAME":"F","eventVersion":"1.08"}`},
		{"last of the same name", `{"eventName":"E","eventName":"F",` + base + `}`, action, "F"},
		{"last of the same unknown name", `{"eventName":"E","x":1,"x":2,` + base + `}`, details, `{"x":2,"eventVersion":"1.08"}`},
		{"last of the same known name", `{"eventName":"E","requestID":1,"requestid":2,"requestID":3,` + base + `}`, details, `{"requestid":2,"requestID":3,"eventVersion":"1.08"}`},
		{"folded names as documented", `{"eventname":"E","requestid":1,"TLSDETAILS":{"A":1},` + base + `}`, details, `{"requestID":1,"tlsDetails":{"A":1},"eventVersion":"1.08"}`},
		{"escaped name", `{"event\u004eame":"E",` + base + `}`, action, "E"},
		{"escaped secret name", `{"eventName":"E","session\u0054oken":"x",` + base + `}`, details, `{"session\u0054oken":"REDACTED","eventVersion":"1.08"}`},
		{"secrets of all kinds", `{"eventName":"E","p":{"password":"x","masterUserPassword":{"a":["token"]},"secretAccessKey":7,"nextToken":"n","passwordResetRequired":true,"token":null,"secret":""},` + base + `}`, details, `{"p":{"password":"REDACTED","masterUserPassword":"REDACTED","secretAccessKey":"REDACTED","nextToken":"n","passwordResetRequired":true,"token":null,"secret":""},"eventVersion":"1.08"}`},
		{"a wrong type stays in details", `{"eventName":"E","sourceIPAddress":{"a":1},"awsRegion":7,` + base + `}`, details, `{"sourceIPAddress":{"a":1},"eventVersion":"1.08"}`},
		{"nested white space and strings", "{\"eventName\":\"E\",\"a b\" : { \"c\" : [ 1 , \" x , \\\" y\" ] },\n" + base + `}`, details, `{"a b":{"c":[1," x , \" y"]},"eventVersion":"1.08"}`},
		{"emptied identity goes", `{"eventName":"E","userIdentity":{"type":"Root","arn":null,"sessionContext":{"attributes":{"creationDate":"c"}}},` + base + `}`, details, `{"eventVersion":"1.08"}`},
		{"actor: user name", `{"eventName":"E","userIdentity":{"userName":"u","principalId":"p"},` + base + `}`, actor, "u"},
		{"actor: principal", `{"eventName":"E","userIdentity":{"principalId":"p"},` + base + `}`, actor, "p"},
		{"actor: service", `{"eventName":"E","userIdentity":{"type":"AWSService","invokedBy":"s"},` + base + `}`, actor, "s"},
		{"account of the caller", `{"eventName":"E","userIdentity":{"accountId":"1"},` + base + `}`, account, "1"},
		{"failure mints nothing", `{"eventName":"CreateAccessKey","errorCode":"AccessDenied","responseElements":{"accessKey":{"accessKeyId":"A"}},` + base + `}`, minted, ""},
		{"sign-in token", `{"eventName":"GetSigninToken","responseElements":{"credentials":{"accessKeyId":"A"}},` + base + `}`, minted, "A"},
		{"no id", `{"eventName":"E",` + base + `}`, id, "sha256:" + hashOf(`{"eventName":"E","eventSource":"iam.amazonaws.com","eventTime":"2022-12-20T09:14:02Z","eventVersion":"1.08"}`)},
		{"version 1.00", `{"eventVersion":"1.00","eventTime":"2013-11-02T01:06:28Z","eventName":"E","awsRegion":"r"}`, action, "E"},
	}
	for _, tt := range tests {
		if got := tt.field(one(t, tt.record)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	failed := one(t, `{"eventName":"ConsoleLogin","errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"},`+base+`}`)
	if failed.Outcome != "failure" || failed.Error != "Failed authentication" ||
		strings.Contains(failed.Details, "errorMessage") {
		t.Errorf("failed login: %+v", failed)
	}
}

func action(e ingest.Event) string  { return e.Action }
func details(e ingest.Event) string { return e.Details }
func actor(e ingest.Event) string   { return e.Actor }
func account(e ingest.Event) string { return e.Account }
func minted(e ingest.Event) string  { return e.Minted }
func id(e ingest.Event) string      { return e.EventID }

// TestObjectsInText reads records as warehouses keep them: objects are JSON in strings.
func TestObjectsInText(t *testing.T) {
	line := `{"eventversion":"1.08","useridentity":` +
		text(`{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ci","accesskeyid":"AKIAI44QH8DHBEXAMPLE"}`) +
		`,"eventtime":"2022-12-20T09:14:02Z","eventsource":"iam.amazonaws.com",` +
		`"eventname":"CreateAccessKey","requestparameters":` + text(`{"userName":"deploy"}`) +
		`,"responseelements":` + text(`{"accessKey":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE"}}`) +
		`,"eventid":"e1"}`
	f, k := read(t, []byte(line+"\n"), ingest.Options{})
	checkAccount(t, f, k)
	if f.Events != 1 {
		t.Fatalf("%+v %s", f, k.reasons())
	}
	e := k.events[0]
	if e.Credential != "AKIAI44QH8DHBEXAMPLE" || e.Minted != "AKIAIOSFODNN7EXAMPLE" || e.Target != "deploy" {
		t.Errorf("%+v", e)
	}
	broken := strings.Replace(line, `{\"type\"`, `{\"type\" `+`oops`, 1)
	f, k = read(t, []byte(broken+"\n"), ingest.Options{})
	if f.Events != 0 || !strings.Contains(k.reasons(), "cell useridentity cannot be read") {
		t.Errorf("%+v %s", f, k.reasons())
	}
}
