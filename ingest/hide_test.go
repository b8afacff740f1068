package ingest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

// quotes reads records again, with what holds for each.
func quotes(t *testing.T, b []byte, at ...int64) []ingest.Quote {
	t.Helper()
	var got []ingest.Quote
	sum, err := ingest.Quotes(t.Context(), "file", bytes.NewReader(b), map[string][]int64{"file": at},
		ingest.Options{}, func(name string, q ingest.Quote) error {
			if name != "file" {
				t.Errorf("a record of %q", name)
			}
			got = append(got, q)
			return nil
		})
	want := sha256.Sum256(b)
	if err != nil || sum != hex.EncodeToString(want[:]) {
		t.Fatalf("hash %s, %v; want %x", sum, err, want)
	}
	for _, q := range got {
		raw, err := ingest.Raw("file", bytes.NewReader(b), q.Pos, ingest.Options{})
		switch {
		case err != nil:
			t.Errorf("record %d: %v", q.Pos, err)
		case q.Masked == bytes.Equal(q.Text, raw):
			t.Errorf("record %d: masked %t: %q of %q", q.Pos, q.Masked, q.Text, raw)
		case ingest.Valid(raw) && (!ingest.Valid(q.Text) || len(q.Text) != len(raw)):
			t.Errorf("record %d: masked, %q is no JSON of the length of %q", q.Pos, q.Text, raw)
		}
	}
	return got
}

func TestQuotes(t *testing.T) {
	tests := []struct {
		name, in string
		at       []int64
		want     []string
	}{
		{"elements", "[" + ev(1) + "," + ev(2) + " , " + ev(3) + "]", []int64{1, 3}, []string{ev(1), ev(3)}},
		{"lines", ev(1) + "\n\n{broken\n" + ev(4) + "\n", []int64{1, 2, 4}, []string{ev(1), ev(4)}},
		{"several on a line", ev(1) + "\n" + ev(2) + ev(3) + "\n" + ev(4), []int64{2, 3}, []string{ev(2) + "\n" + ev(3), ev(4)}},
		{"gzip", gz(t, ev(1)+"\n"+ev(2)), []int64{2}, []string{ev(2)}},
		{"cut", ev(1) + "\n" + ev(2)[:20], []int64{1, 2, 3}, []string{ev(1), ev(2)[:20]}},
		{"rows", csvHeader + csvRow(1) + csvRow(2), []int64{2}, []string{strings.TrimSuffix(csvRow(2), "\n")}},
		{"none wanted", ev(1), nil, nil},
		{"empty", "", []int64{1}, nil},
	}
	for _, tt := range tests {
		var got []string
		for _, q := range quotes(t, []byte(tt.in), tt.at...) {
			got = append(got, string(q.Text))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got): %s", tt.name, diff)
		}
	}
}

func TestQuotesAreMasked(t *testing.T) {
	const header = "id,action,occurred_at,actor,token,payload,raw\n"
	const event = `"{""id"":""j"",""action"":""a.b"",""occurred_at"":""2022-12-20T09:14:02Z""}"`
	const row = "i,context.create,2022-12-20T09:14:02Z,"
	tests := []struct {
		name, in, want string
	}{
		{"nothing", `{"a" : "b","nextToken":"n","n":7}`, `{"a" : "b","nextToken":"n","n":7}`},
		{"string", `{"p":{"sessionToken": "Fwo\"x\\", "x":"y"}}`, `{"p":{"sessionToken": "********", "x":"y"}}`},
		{"letters beyond ASCII", `{"password":"é🔑"}`, `{"password":"******"}`},
		{"number", `{"secretKey":-70.5e9,"n":70}`, `{"secretKey":-11.1e1,"n":70}`},
		{"container", `{"secret":{"a":["b",12,null,true,{}]}}`, `{"secret":{"*":["*",11,null,true,{}]}}`},
		{"environment", `{"environment":{"variables":{"DB":"pw","N":5}}}`, `{"environment":{"variables":{"DB":"**","N":1}}}`},
		{
			"names with dots", `{"a.credentials.sessionToken":"x","variables.DB":{"y":1},"a.b":"c"}`,
			`{"a.credentials.sessionToken":"*","variables.DB":{"*":1},"a.b":"c"}`,
		},
		{
			"column with dots", "id,action,occurred_at,x.password,x.name\n" + "i,a.b,2022-12-20T09:14:02Z,\"x\"\"y\",n\n",
			"i,a.b,2022-12-20T09:14:02Z,\"****\",n",
		},
		{
			"hidden by AWS", `{"password":"HIDDEN_DUE_TO_SECURITY_REASONS","token":""}`,
			`{"password":"HIDDEN_DUE_TO_SECURITY_REASONS","token":""}`,
		},
		{
			"token in text", `{"userAgent":"git ghp_0123456789abcdef end"}`,
			`{"userAgent":"git ghp_**************** end"}`,
		},
		{
			"line of two", "{}\n" + `{"password":"a"}{"n":1,"token":"b"}`, `{"password":"*"}` + "\n" + `{"n":1,"token":"*"}`,
		},
		{"broken rest of a line", "{}\n" + `{"n":1}{"password":"abc`, `{"n":1}` + "\n" + `{"password":****`},
		{
			"cell by its column", header + row + `{},"s ""3"" cret",,` + "\n",
			row + `{},"************",,`,
		},
		{
			"member of a cell", header + row + `{},," {""password"": ""x\""y"",""n"":1 } ",` + "\n",
			row + `{},," {""password"": ""*****"",""n"":1 } ",`,
		},
		{
			"column beside the record", header + row + `{},123,"{""a"":""ghp_0123456789abcdef""}",` +
				`"{""id"":""j"",""action"":""a.b"",""occurred_at"":""2022-12-20T09:14:02Z"",""secret"":{""k"":""v""}}"` + "\n",
			row + `{},111,"{""a"":""ghp_****************""}",` +
				`"{""id"":""j"",""action"":""a.b"",""occurred_at"":""2022-12-20T09:14:02Z"",""secret"":{""*"":""*""}}"`,
		},
		{
			"nested too deeply", header + row + `{},,` + deep(1000) + "," + event + "\n",
			row + `{},,` + strings.Repeat("*", 2000) + "," + event,
		},
	}
	for _, tt := range tests {
		at := int64(1)
		if strings.HasPrefix(tt.in, "{}\n") { // so that what follows is a line
			at = 2
		}
		got := quotes(t, []byte(tt.in), at)
		if len(got) != 1 {
			t.Errorf("%s: %d records", tt.name, len(got))
			continue
		}
		if text := string(got[0].Text); text != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, text, tt.want)
		}
	}
}

// TestQuotesHideEverywhere puts secrets into whatever records are put into: none comes out, what is
// beside it does, and JSON stays JSON.
func TestQuotesHideEverywhere(t *testing.T) {
	const secret = "FwoGZXIvYXdzSECRETSECRET+/,}{\\\"="
	record := `{"eventVersion":"1.08","eventTime":"2022-12-20T09:14:02Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole",` +
		`"requestParameters":{"secretId":"arn:aws:secretsmanager:us-east-1:1:secret:kept"},"responseElements":{"credentials":` +
		`{"accessKeyId":"ASIA2","sessionToken":` + text(secret) + `}},"eventID":"e","recipientAccountId":"1"}`
	elastic := `{"@timestamp":"2022-12-20T09:14:02Z","event":{"provider":"sts.amazonaws.com","action":"kept","id":"e"},"aws":{"cloudtrail":` +
		`{"event_version":"1.08","request_parameters":"{secretId=arn:aws:secretsmanager:us-east-1:1:secret:kept}",` +
		`"response_elements":` + text("{credentials={accessKeyId=ASIA2, sessionToken="+secret+"}}") + `}}}`
	lake := `[{"eventName":"kept"},{"eventTime":"2022-12-20 09:14:02.000"},{"eventSource":"sts.amazonaws.com"},{"eventVersion":"1.08"},` +
		`{"eventID":"e"},{"responseElements":` + text("{credentials={sessionToken="+secret+"}}") + `}]`
	row := "1.08,{type=IAMUser},2022-12-20T09:14:02Z,sts.amazonaws.com,kept,,," +
		cell("{credentials={accessKeyId=ASIA2, sessionToken="+secret+"}}") + ",e,true,2022\n"
	tests := []struct {
		name, in string
		packed   bool // so that nothing is kept of it
	}{
		{"record", record, false},
		{"event bridge", `{"detail-type":"x","detail":` + record + `}`, false},
		{"lookup-events", `{"Events":[{"EventId":"e","CloudTrailEvent":` + text(record) + `}]}`, false},
		{"text in text", `{"Records":[{"body":` + text(`{"Message":`+text(record)+`}`) + `}]}`, false},
		{"cut text", `{"logEvents":[{"message":` + text(record[:len(record)-3]) + `},{"message":` + text(record) + `}]}`, false},
		{"stamped text", `{"events":[{"message":` + text("2022-12-20T09:14:02.000Z "+record) + `}]}`, false},
		{"stamped line", "2022-12-20T09:14:02.000Z " + record, false},
		{"syslog line", "<190>Dec 20 09:14:02 host github_audit: " + record, false},
		{"syslog in text", `{"events":[{"message":` + text("Dec 20 09:14:02 host app: "+record) + `}]}`, false},
		{"base64", `{"kinesis":{"data":"` + b64(record) + `"}}`, true},
		{"base64 of gzip", `{"awslogs":{"data":"` + b64(gz(t, `{"logEvents":[{"message":`+text(record)+`}]}`)) + `"}}`, true},
		{"elastic", elastic, false},
		{"lake", `{"QueryResultRows":[` + lake + `]}`, false},
		{"athena", athenaHeader + row, false},
		{"cell", "a,_raw\n1," + cell(record) + "\n", false},
		{"text in a cell", "a,_raw\nkept," + cell(`{"x":`+text(record)+`}`) + "\n", false},
		{"base64 in a cell", "a,_raw\nkept," + cell(`{"x":"`+b64(record)+`"}`) + "\n", false},
	}
	for _, tt := range tests {
		_, k := read(t, []byte(tt.in), ingest.Options{})
		if len(k.events) == 0 {
			t.Errorf("%s: no events, %s", tt.name, k.reasons())
			continue
		}
		got := quotes(t, []byte(tt.in), k.events[len(k.events)-1].Pos)
		if len(got) != 1 {
			t.Errorf("%s: %d records", tt.name, len(got))
			continue
		}
		out := string(got[0].Text)
		for i := 0; i+6 <= len(secret)-6; i++ {
			piece := secret[i : i+6]
			if strings.Contains(out, piece) || strings.Contains(out, b64(piece)[:6]) {
				t.Errorf("%s: %q of the secret is in %s", tt.name, piece, out)
				break
			}
		}
		if !got[0].Masked || strings.Contains(out, "kept") == tt.packed {
			t.Errorf("%s: masked %t: %s", tt.name, got[0].Masked, out)
		}
	}
}

// TestQuotesInArchives reads an archive once for the records of several of its files.
func TestQuotesInArchives(t *testing.T) {
	inner := zipOf(t, packedFile{"x.json", ev(1) + "\n" + ev(2)}, packedFile{"not wanted", ev(9)})
	archive := zipOf(t, packedFile{"b.json", ev(3) + "\n" + ev(4)}, packedFile{"in.zip", inner},
		packedFile{"a.json.gz", gz(t, "["+ev(5)+","+ev(6)+"]")}, packedFile{"other", ev(7)})
	tar := tarOf(t, packedFile{"b.json", ev(3) + "\n" + ev(4)}, packedFile{"in.zip", inner},
		packedFile{"a.json.gz", gz(t, "["+ev(5)+","+ev(6)+"]")}, packedFile{"other", ev(7)})
	at := map[string][]int64{
		"x!a.json.gz": {1, 2}, "x!b.json": {2}, "x!in.zip!x.json": {1, 3}, "x!gone": {1}, "x": {1},
	}
	want := []string{"x!b.json 2 " + ev(4), "x!in.zip!x.json 1 " + ev(1), "x!a.json.gz 1 " + ev(5), "x!a.json.gz 2 " + ev(6)}
	for _, in := range []string{archive, tar, gz(t, tar), zst(t, archive)} {
		var got []string
		sum, err := ingest.Quotes(t.Context(), "x", strings.NewReader(in), at, ingest.Options{},
			func(name string, q ingest.Quote) error {
				got = append(got, fmt.Sprintf("%s %d %s", name, q.Pos, q.Text))
				return nil
			})
		if hash := sha256.Sum256([]byte(in)); err != nil || sum != hex.EncodeToString(hash[:]) {
			t.Errorf("hash %s, %v", sum, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got): %s", diff)
		}
	}
	stop := errors.New("stop")
	_, err := ingest.Quotes(t.Context(), "x", strings.NewReader(archive), at, ingest.Options{},
		func(string, ingest.Quote) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("an error of the receiver: %v", err)
	}
}

func deep(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// TestQuotesSayTheSame reads what was masked: an event says of it what it says of the record.
func TestQuotesSayTheSame(t *testing.T) {
	masked := 0
	files := slices.Concat(dataFiles(t, "cloudtrail", "derived-traps"), dataFiles(t, "cloudtrail", "derived-s3tree"))
	for _, p := range files {
		b := contents(t, p.Name)
		_, k := read(t, b, ingest.Options{})
		var at []int64
		for _, e := range k.events {
			at = append(at, e.Pos)
		}
		got := quotes(t, b, at...)
		if len(got) != len(at) {
			t.Fatalf("%s: %d records for %d events", p.Name, len(got), len(at))
		}
		for i, e := range k.events {
			again := one(t, string(got[i].Text))
			e.Pos = 1
			if diff := cmp.Diff(e, again); diff != "" {
				t.Errorf("%s, record %d: %s", p.Name, at[i], diff)
			}
			if got[i].Masked {
				masked++
			}
		}
	}
	if masked == 0 {
		t.Error("no record has anything to mask: the test shows nothing")
	}
}

func FuzzQuotes(f *testing.F) {
	for _, s := range cloudTrailSeeds {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"password":"a\"` + "\u00e9" + `","secret":{"a":[1,"b"]}}` + "\n" + `{"environment":[{"name":"a","value":"b"}]} {"x`))
	f.Add([]byte(`{"Events":[{"CloudTrailEvent":` + text(`{"password":"é\\"",`+ev(1)[1:]) + `},{"a":1}]}`))
	f.Add([]byte(`{"logEvents":[{"message":` + text(ev(1)) + `},{"message":` + text(ev(2)[:60]) + `},7]}{"data":"` + b64(ev(3)) + `"}`))
	f.Add([]byte("2022-12-20T09:14:02.000Z " + ev(1) + "\n2022-12-20T09:14:03.000Z s {"))
	f.Add([]byte(athenaHeader + athenaRow("{type=IAMUser, accesskeyid=AKIA1}", "{a={token=[x, y]}}", "", "{") + "x,y\n"))
	f.Add([]byte("a,_raw\n1," + cell(`{"detail":`+ev(1)+`,"x":"{token=1}"}`) + "\n2,\n"))
	f.Add([]byte(csvHeader + csvRow(1) + "a,\"b\n" + csvRow(2)))
	f.Add([]byte("id,action,occurred_at,token,actor\ni,a.b,2022-12-20T09:14:02Z,\"a\"\"b\",\"{\"\"secret\"\":\"\"c\"\"}\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if ingest.IsArchive(b) {
			return
		}
		_, k := read(t, b, ingest.Options{})
		var at []int64
		for _, e := range k.events {
			at = append(at, e.Pos)
		}
		at = slices.Compact(at)
		if got := quotes(t, b, at...); len(got) != len(at) {
			t.Errorf("%d records at %d positions", len(got), len(at))
		}
	})
}
