package ingest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"breachwindow/ingest"
)

// text is JSON as a string of JSON.
func text(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// cell is text as a cell of CSV.
func cell(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// TestEnvelopes reads records out of what tools and services put them into.
func TestEnvelopes(t *testing.T) {
	lookup := func(n int) string {
		return fmt.Sprintf(`{"EventId":"id%d","EventName":"E%d","EventTime":"2022-12-20T01:14:02-08:00",`+
			`"EventSource":"ec2.amazonaws.com","Resources":[],"CloudTrailEvent":%s}`, n, n, text(ev(n)))
	}
	message := func(n int) string {
		return fmt.Sprintf(`{"logStreamName":"s","timestamp":1671527642000,"message":%s,"eventId":"3"}`, text(ev(n)))
	}
	data := func(messages ...string) string {
		return `{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],` +
			`"logEvents":[` + strings.Join(messages, ",") + `]}`
	}
	control := `{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"",` +
		`"subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health."}]}`
	bus := func(detail string) string {
		return `{"version":"0","id":"x","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2",` +
			`"time":"2022-12-20T09:14:02Z","resources":[],"detail":` + detail + `}`
	}
	sns := func(s string) string {
		return `{"Type":"Notification","MessageId":"m","TopicArn":"a","Message":` + text(s) + `,"Timestamp":"2022-12-20T09:14:02.000Z"}`
	}
	sqs := func(s string) string { return `{"MessageId":"m","ReceiptHandle":"r","Body":` + text(s) + `}` }
	kinesis := func(s string) string {
		return `{"kinesis":{"partitionKey":"p","data":"` + b64(s) + `"},"eventSource":"aws:kinesis","eventVersion":"1.0",` +
			`"eventID":"shardId-000:1","eventName":"aws:kinesis:record","awsRegion":"us-east-1"}`
	}
	notification := `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{}}]}`
	lake := func(n int) string {
		return fmt.Sprintf(`[{"eventID":"id%d"},{"eventTime":"2022-12-20 09:14:02.000"},{"eventName":"E%d"},`+
			`{"eventSource":"ec2.amazonaws.com"},{"userIdentity":"{type=IAMUser, accesskeyid=AKIA1}"},{"errorCode":null}]`, n, n)
	}
	gh := `{"action":"repo.create","actor":"a","org":"o","created_at":1671527642101,"_document_id":"d"}`
	tests := []struct {
		name, in, form, actions string
		rejects                 string // how they begin
	}{
		{"lookup-events page", "{\n \"Events\": [\n" + lookup(1) + ",\n" + lookup(2) + "],\n\"NextToken\": \"x\"}", "lookup-events", "E1 E2", ""},
		{"lookup-events lines", lookup(1) + "\n" + lookup(2), "lookup-events", "E1 E2", ""},
		{"lookup-events pages, the last empty", `{"Events":[` + lookup(1) + "]}\n" + `{"Events":[],"NextToken":"x"}`, "lookup-events", "E1", ""},
		{"filter-log-events", `{"events":[` + message(1) + "," + message(2) + `],"searchedLogStreams":[{"logStreamName":"s"}]}`, "cloudwatch", "E1 E2", ""},
		{"a message that was cut", `{"events":[` + message(1) + `,{"message":` + text(ev(2)[:90]) + `}]}`, "cloudwatch", "E1", "2: not whole: it ends within a value"},
		{"a message that is no record", `{"events":[` + message(1) + `,{"timestamp":1,"message":"hello"}]}`, "cloudwatch", "E1", "2: not a record of a log"},
		{"export task", "2022-12-20T09:14:02.000Z " + ev(1) + "\n2022-12-20T09:14:03.000Z " + ev(2) + "\n", "cloudwatch", "E1 E2", ""},
		{"aws logs tail", "2022-12-20T09:14:02.000000+00:00 1_CloudTrail_us-east-1 " + ev(1) + "\n2022-12-20T09:14:02+00:00 s " + ev(2), "cloudwatch", "E1 E2", ""},
		{"export task, broken line", "2022-12-20T09:14:02.000Z " + ev(1) + "\n2022-12-20T09:14:03.000Z " + ev(2)[:50] + "\n2022-12-20T09:14:03.000Z " + ev(3), "cloudwatch", "E1 E3", "2: not JSON"},
		{"subscription", control + data(message(1), message(2)) + data(message(3)), "cloudwatch", "E1 E2 E3", ""},
		{"subscription lines", data(message(1)) + "\n" + control + "\n" + data(message(2)), "cloudwatch", "E1 E2", ""},
		{"subscription with a lost message", data(message(1), `{"id":"1","timestamp":1,"message":"hello, this is text"}`, message(2)), "cloudwatch", "E1 E2", "2: no record of a log"},
		{"subscription of a Lambda function", `{"awslogs":{"data":"` + b64(gz(t, data(message(1), message(2)))) + `"}}`, "cloudwatch", "E1 E2", ""},
		{"eventbridge", bus(ev(1)) + "\n" + bus(ev(2)) + "\n", "eventbridge", "E1 E2", ""},
		{"sns", sns(bus(ev(1))), "eventbridge", "E1", ""},
		{"sns of plain events", sns(ev(1)), "sns", "E1", ""},
		{"sqs", `{"Messages":[` + sqs(ev(1)) + `,` + sqs(sns(ev(2))) + `]}`, "sqs", "E1 E2", ""},
		{"sqs of a Lambda function", `{"Records":[{"messageId":"m","receiptHandle":"r","body":` + text(ev(1)) + `,"eventSource":"aws:sqs"}]}`, "sqs", "E1", ""},
		{"s3 notification in sns in sqs", sqs(sns(notification)), "aws/s3-notification", "", ""},
		{"kinesis", `{"Records":[` + kinesis(ev(1)) + `,` + kinesis(gz(t, data(message(2), message(3)))) + `]}`, "kinesis", "E1 E2 E3", ""},
		{"kinesis, several records in one", kinesis(ev(1) + "\n" + ev(2)), "kinesis", "E1 E2", ""},
		{"kinesis, base64 for URLs", strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(`{"data":"` + b64(gz(t, ev(1))) + `"}`), "wrapped", "E1", ""},
		{"broken gzip in base64", `{"Records":[` + kinesis(ev(1)) + `,{"data":"` + b64(gz(t, ev(2))[:60]) + `"}]}`, "kinesis", "E1", "2: the gzip data ends early"},
		{"lake", `{"QueryStatus":"FINISHED","QueryStatistics":{"ResultsCount":2},"QueryResultRows":[` + lake(1) + "," + lake(2) + `]}`, "lake", "E1 E2", ""},
		{"splunk", `{"preview":false,"result":{"_raw":` + text(ev(1)) + `,"_time":"2022"}}` + "\n" + `{"preview":false,"result":{"_raw":` + text(ev(2)) + `}}`, "splunk", "E1 E2", ""},
		{"splunk results", `{"results":[{"_raw":` + text(ev(1)) + `},{"_raw":` + text(ev(2)) + `}]}`, "splunk", "E1 E2", ""},
		{"splunk CSV", "_raw,_time\n" + cell(ev(1)) + ",2022\n" + cell(ev(2)) + ",2022\nx,y\n", "csv", "E1 E2", "3: no cell holds a record"},
		{"one column of CSV", "\"@message\"\n" + cell(ev(1)) + "\n" + cell(ev(2)), "csv", "E1 E2", ""},
		{"CSV of envelopes", "@timestamp,@message\n2022-12-20 09:14:02.000," + cell(bus(ev(1))) + "\n", "eventbridge", "E1", ""},
		{"elastic with the original", `{"_index":"i","_source":{"@timestamp":"2022-12-20T09:14:02Z","event":{"action":"E1","original":` + text(ev(1)) + `},"aws":{"cloudtrail":{"event_version":"1.08"}}}}`, "elastic", "E1", ""},
		{"any other wrapper", `{"rule":"x","expected":true,"event":` + ev(1) + "}\n" + `{"rule":"y","event":` + ev(2) + "}", "wrapped", "E1 E2", ""},
		{"list of strings", `{"found":[` + text(ev(1)) + "," + text(ev(2)) + `]}`, "wrapped", "E1 E2", ""},
		{"lines of strings of JSON", `{"log":` + text(text(ev(1))) + `}`, "unknown", "", "1: not a record"},
		{"github", `{"event":` + gh + `,"host":"h"}` + "\n", "github/wrapped", "repo.create", ""},
		{"little of github", `{"x":{"action":"repo.create","padding":"................................"}}`, "unknown", "", "1: not a record"},
		{"another cloud", `{"x":{"eventVersion":"1","eventName":"E","eventSource":"ram.aliyuncs.com","eventTime":"2022-12-20T09:14:02Z"}}`, "unknown", "", "1: not a record"},
		{"no time within", bus(strings.Replace(ev(1), "eventTime", "when", 1)) + "\n" + bus(ev(2)), "eventbridge", "E2", "1: no time"},
		{"other events of the bus", `{"detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","detail":{"state":"running"}}`, "aws/eventbridge", "", ""},
		{"among events of the bus", bus(ev(1)) + "\n" + `{"detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","detail":{"state":"running"}}`, "eventbridge", "E1", "2: an entry of aws/eventbridge, which is no log"},
		{"control message", control, "aws/control-message", "", ""},
		{"empty page", "{\"events\":[],\n\"searchedLogStreams\":[{}]}", "cloudwatch", "", ""},
		{"empty result", `{"QueryStatus":"FINISHED","QueryResultRows":[]}`, "lake", "", ""},
		{"empty list of something", `{"events":[],"session":1}`, "unknown", "", "1: not a record"},
		{"a record with such a member", `{"action":"hook.create","events":["push"],"org":"o","created_at":1671527642101}`, "github/stream", "hook.create", ""},
		{"a record that begins with an empty one", `{"events":[],"action":"hook.create","org":"o","created_at":1671527642101}`, "github/stream", "hook.create", ""},
		{"write test", "Permission Check Successful", "aws/logs-write-test", "", ""},
		{"signature of Lake", `{"version":"1.0","files":[],"hashSignature":"x"}`, "lake-signature", "", ""},
		{"mixed", bus(ev(1)) + "\n" + gh + "\n", "mixed", "E1 repo.create", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, k := read(t, []byte(tt.in), ingest.Options{})
			form := tt.form
			if !strings.Contains(form, "/") && form != "unknown" && form != "mixed" {
				form = "cloudtrail/" + form
			}
			if f.Form != form || k.actions() != tt.actions || !strings.HasPrefix(k.reasons(), tt.rejects) ||
				tt.rejects == "" && len(k.rejects) > 0 {
				t.Errorf("form %s, events %q, rejects %q; want %s, %q, %q", f.Form, k.actions(), k.reasons(),
					form, tt.actions, tt.rejects)
			}
			for _, e := range k.events {
				raw, err := ingest.Raw("x", strings.NewReader(tt.in), e.Pos, ingest.Options{})
				if err != nil || !strings.Contains(tt.in, string(raw)) {
					t.Errorf("record %d: %q, %v", e.Pos, raw, err)
				}
			}
		})
	}
}

// TestEnvelopeOf leads back from records to where they stand: an element, a line, or the
// whole of what is encoded.
func TestEnvelopeOf(t *testing.T) {
	element := func(n int) string { return `{"id":"1","message":` + text(ev(n)) + `}` }
	line := `{"logEvents":[` + element(1) + `,` + element(2) + `]}`
	encoded := `{"data":"` + b64(ev(3)+ev(4)) + `"}`
	for _, tt := range []struct {
		name, in string
		want     []string // for each event
	}{
		{"one document", line, []string{element(1), element(2)}},
		{"one document and its line end", line + "\n", []string{element(1), element(2)}},
		{"lines", line + "\n" + encoded, []string{line, line, encoded, encoded}},
		{"apart", line + encoded, []string{element(1), element(2), encoded, encoded}},
		{"elements", "[" + line + "," + encoded + "]", []string{element(1), element(2), encoded, encoded}},
		{"cells", "a,b\n1," + cell(line) + "\n", []string{"1," + cell(line), "1," + cell(line)}},
	} {
		_, k := read(t, []byte(tt.in), ingest.Options{})
		if len(k.events) != len(tt.want) {
			t.Errorf("%s: events %q, rejects %q", tt.name, k.actions(), k.reasons())
			continue
		}
		for i, e := range k.events {
			raw, err := ingest.Raw("x", strings.NewReader(tt.in), e.Pos, ingest.Options{})
			if err != nil || string(raw) != tt.want[i] {
				t.Errorf("%s: record %d: %s, %v, want %s", tt.name, e.Pos, raw, err, tt.want[i])
			}
		}
	}
}

// TestInnerTime trusts the record, not what carried it.
func TestInnerTime(t *testing.T) {
	e := one(t, `{"EventId":"other","EventName":"X","EventTime":1688992104.0,"ReadOnly":"true","CloudTrailEvent":`+text(ev(2))+`}`)
	if e.EventID != "id2" || e.Time != 1671527642000000 || e.ReadOnly != -1 || strings.Contains(e.Details, "CloudTrailEvent") {
		t.Errorf("%+v", e)
	}
}

func TestEnvelopeBounds(t *testing.T) {
	bomb := b64(gz(t, `{"eventVersion":"`+strings.Repeat(" ", 10<<20)+`"}`))
	for _, opt := range []ingest.Options{{MaxRecord: 1 << 20}, {MaxExpand: 1 << 20}} {
		f, k := read(t, []byte(ev(1)+"\n"+`{"data":"`+bomb+`"}`), opt)
		if f.Events != 1 || len(k.rejects) != 1 || !strings.Contains(k.reasons(), "more than the limit") {
			t.Errorf("%+v: rejects %q", opt, k.reasons())
		}
	}
	deep := ev(1)
	for range 12 {
		deep = `{"Message":` + text(deep) + `}`
		if len(deep) > 1<<20 {
			break
		}
	}
	if f, _ := read(t, []byte(deep), ingest.Options{}); f.Form != "unknown" {
		t.Errorf("form %s", f.Form)
	}
}

func TestElastic(t *testing.T) {
	const doc = `{"@timestamp":"2022-12-20T09:14:02.000Z","event":{"action":"AssumeRole","provider":"sts.amazonaws.com",` +
		`"id":"i","outcome":"success"},"cloud":{"region":"eu-west-1","account":{"id":"111122223333"}},` +
		`"source":{"address":"198.51.100.7"},"user_agent":{"original":"aws-cli"},"user":{"id":"AIDA","name":"ci"},` +
		`"aws":{"cloudtrail":{"event_version":"1.08","error_code":%s,"user_identity":{"type":"IAMUser","arn":"arn:u",` +
		`"access_key_id":"AKIA1","session_context":{"creation_date":"2022-12-20T08:00:00Z"}},` +
		`"request_parameters":"{roleArn=arn:r, roleSessionName=x}",` +
		`"flattened":{"response_elements":{"credentials":{"accessKeyId":"ASIA2","sessionToken":"secret"}}},"read_only":true}}}`
	got := one(t, fmt.Sprintf(doc, "null"))
	want := ingest.Event{
		Pos: 1, Time: 1671527642000000, ReadOnly: 1, Source: "cloudtrail", EventID: "i", Account: "111122223333",
		Region: "eu-west-1", Service: "sts.amazonaws.com", Action: "AssumeRole", Actor: "arn:u", ActorKind: "IAMUser",
		Credential: "AKIA1", CredentialKind: "access_key", Session: "2022-12-20T08:00:00Z", Minted: "ASIA2",
		Target: "arn:r", IP: "198.51.100.7", Agent: "aws-cli", Outcome: "success",
		Details: `{"eventVersion":"1.08","requestParameters":{"roleArn":"arn:r","roleSessionName":"x"},` +
			`"responseElements":{"credentials":{"accessKeyId":"ASIA2","sessionToken":"REDACTED"}},` +
			`"userIdentity":{"principalId":"AIDA","userName":"ci"}}`,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if e := one(t, fmt.Sprintf(doc, `"AccessDenied"`)); e.Outcome != "failure" || e.Error != "AccessDenied" || e.Minted != "" {
		t.Errorf("refused: %+v", e)
	}
}

const athenaHeader = "eventversion,useridentity,eventtime,eventsource,eventname,requestparameters,resources,responseelements,eventid,readonly,year\n"

func athenaRow(identity, request, resources, response string) string {
	return "1.08," + cell(identity) + ",2022-12-20T09:14:02Z,iam.amazonaws.com,CreateAccessKey," + cell(request) + "," +
		cell(resources) + "," + cell(response) + ",i,true,2022\n"
}

func TestCloudTrailTables(t *testing.T) {
	session := `{type=AssumedRole, principalid=AROA:a,b=c, arn=arn:aws:sts::1:assumed-role/r/a,b=c, accountid=1, invokedby=null, ` +
		`accesskeyid=ASIA1, username=null, sessioncontext={attributes={mfaauthenticated=false, creationdate=2022-12-20T08:00:00Z}, ` +
		`sessionissuer={type=Role, principalid=AROA, arn=arn:aws:iam::1:role/r, accountid=1, username=r}}}`
	in := athenaHeader + athenaRow(session, `{"userName":"u"}`, `[{arn=arn:x, accountid=1, type=T}]`, `{"accessKey":{"accessKeyId":"AKIA2"}}`) +
		athenaRow(`{type=IAMUser, accesskeyid=AKIA1, accesskeyid=AKIA9}`, ``, ``, ``) +
		athenaRow(`{type=IAMUser, accesskeyid`, ``, ``, ``) +
		athenaRow(`null`, `{policyDocument={"a":1}, n={a=1, l=[x, y]}, e={}}`, ``, `unreadable {sessionToken=FwoGZXIvYXdzEBYa`)
	f, k := read(t, []byte(in), ingest.Options{})
	if f.Form != "cloudtrail/athena" || len(k.events) != 2 {
		t.Fatalf("form %s, rejects %s", f.Form, k.reasons())
	}
	got, want := k.events[0], ingest.Event{
		Pos: 1, Time: 1671527642000000, ReadOnly: 1, Source: "cloudtrail", EventID: "i", Account: "1",
		Service: "iam.amazonaws.com", Action: "CreateAccessKey", Actor: "arn:aws:sts::1:assumed-role/r/a,b=c",
		ActorKind: "AssumedRole", Credential: "ASIA1", CredentialKind: "access_key", Session: "2022-12-20T08:00:00Z",
		Minted: "AKIA2", Target: "u", Outcome: "success",
		Details: `{"eventVersion":"1.08","userIdentity":{"principalId":"AROA:a,b=c","sessionContext":{"attributes":` +
			`{"mfaAuthenticated":"false"},"sessionIssuer":{"type":"Role","principalId":"AROA","arn":"arn:aws:iam::1:role/r",` +
			`"accountId":"1","userName":"r"}}},"requestParameters":{"userName":"u"},"resources":[{"arn":"arn:x",` +
			`"accountid":"1","type":"T"}],"responseElements":{"accessKey":{"accessKeyId":"AKIA2"}},"year":"2022"}`,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if want := `{"eventVersion":"1.08","requestParameters":{"policyDocument":"{\"a\":1}","n":{"a":"1","l":["x","y"]},"e":{}},` +
		`"responseElements":"unreadable {sessionToken=REDACTED","year":"2022"}`; k.events[1].Details != want {
		t.Errorf("details %s\nwant %s", k.events[1].Details, want)
	}
	if want := "2: cell useridentity cannot be read: a member occurs twice in a struct (line 3)\n" +
		"3: cell useridentity cannot be read: not the text of a struct (line 4)"; k.reasons() != want {
		t.Errorf("rejects %s", k.reasons())
	}
}

func TestEventHistory(t *testing.T) {
	in := "User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Error code," +
		"Resources,Request ID,Event ID,Read-only,Event type,Recipient Account Id,Event category\r\n" +
		`ci,AKIA1,2022-12-20T09:14:02Z,iam.amazonaws.com,GetUser,us-east-1,198.51.100.7,"aws, cli",AccessDenied,` +
		`"[{""resourceType"":""AWS::IAM::User"",""resourceName"":""u""}]",q,i,true,AwsApiCall,111122223333,Management` + "\r\n" +
		`root,,2022-12-20T09:14:02Z,signin.amazonaws.com,ConsoleLogin,us-east-1,198.51.100.7,x,,[],,j,false,,111122223333,` + "\r\n"
	f, k := read(t, []byte(in), ingest.Options{})
	if f.Form != "cloudtrail/event-history" || len(k.events) != 2 || f.Rejects > 0 {
		t.Fatalf("form %s, rejects %s", f.Form, k.reasons())
	}
	want := ingest.Event{
		Pos: 1, Time: 1671527642000000, ReadOnly: 1, Source: "cloudtrail", EventID: "i", Account: "111122223333",
		Region: "us-east-1", Service: "iam.amazonaws.com", Action: "GetUser", Actor: "ci", Credential: "AKIA1",
		CredentialKind: "access_key", Target: "u", IP: "198.51.100.7", Agent: "aws, cli", Outcome: "failure", Error: "AccessDenied",
		Category: "management",
		Details:  `{"resources":[{"resourceType":"AWS::IAM::User","resourceName":"u"}],"requestID":"q","eventType":"AwsApiCall"}`,
	}
	if k.events[0] != want {
		t.Errorf("got  %+v\nwant %+v", k.events[0], want)
	}
	if e := k.events[1]; e.Credential != "" || e.CredentialKind != "" || e.Actor != "root" {
		t.Errorf("login: %+v", e)
	}
}

func TestStructText(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		isMap    bool
	}{
		{"{}", "{}", false},
		{"{type=A, username=null}", `{"type":"A","userName":null}`, false},
		{"{type=A, other=B}", `{"type":"A, other=B"}`, false},
		{"{a=A, other=B}", `{"a":"A","other":"B"}`, true},
		{"{a=x, y, b=1}", `{"a":"x, y","b":"1"}`, true},
		{"{a={b=[{c=1}, {c=2}]}, d=[]}", `{"a":{"b":[{"c":"1"},{"c":"2"}]},"d":[]}`, true},
		{`{a={"b":1}, policy={"b":1}, c=2}`, `{"a":{"b":1},"policy":"{\"b\":1}","c":"2"}`, true},
		{"{a=x{y}z, b=1}", `{"a":"x{y}z","b":"1"}`, true},
		{"{a=}", `{"a":""}`, true},
		{"{a=1, a=2}", "", true},
		{"{type=A, TYPE=B}", "", false},
		{"{a=1", "", true},
		{"{a", "", true},
		{"{a=1} b", "", true},
		{strings.Repeat("{a=", 100) + strings.Repeat("}", 100), "", true},
	} {
		got, ok := ingest.StructJSON(tt.in, tt.isMap)
		if ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%s: %s, %t; want %s", tt.in, got, ok, tt.want)
		}
	}
}

// FuzzStructText makes JSON of whatever it can read.
func FuzzStructText(f *testing.F) {
	for _, s := range []string{"{a={b=[{c=1}, {c=2}]}, d=[]}", `{a={"b":1}, policy={"b":1}, c=2}`, "{type=A, username=null}", "{a=x{y}z, b=1}"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, isMap bool) {
		got, ok := ingest.StructJSON(s, isMap)
		if ok && bytes.ContainsAny([]byte(s), "\x80\xff") {
			return // what is no text is refused later
		}
		if ok && !json.Valid([]byte(got)) {
			t.Errorf("%q: %s", s, got)
		}
	})
}

// Activity of a network endpoint has the members of other events.
func TestNetworkActivity(t *testing.T) {
	e := one(t, `{"eventVersion":"1.09","userIdentity":{"type":"AWSAccount","principalId":"AROA:s","accountId":"1"},`+
		`"eventTime":"2022-12-20T09:14:02Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1",`+
		`"sourceIPAddress":"10.0.0.7","errorCode":"VpceAccessDenied","errorMessage":"no","requestID":"q","eventID":"i",`+
		`"eventType":"AwsVpceEvent","recipientAccountId":"1","sharedEventID":"s","vpcEndpointId":"vpce-1","eventCategory":"NetworkActivity"}`)
	if e.Outcome != "failure" || e.Error != "VpceAccessDenied" || e.Action != "ListBuckets" || e.IP != "10.0.0.7" {
		t.Errorf("%+v", e)
	}
}
