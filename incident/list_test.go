package incident_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/incident"
)

// read returns what a list holds, one a line: type, value, confidence, source.
func read(t *testing.T, text string) (lines, notices []string) {
	t.Helper()
	starts := utc(t, "2022-12-16T00:00:00Z")
	l, err := incident.ReadList("iocs", []byte(text), &starts)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range l.Indicators {
		lines = append(lines, strings.Join([]string{i.Type, i.Value, i.Confidence, i.Source}, " "))
	}
	return lines, l.Notices
}

func TestReadListCSV(t *testing.T) {
	got, notices := read(t, "\ufeffValue, type ,note,source,confidence\r\n"+
		"198.51.100.9,ip,an exit,\"Feed, of ours\",\r\n"+
		"\"two\"\"quotes *\",USER_AGENT,,,High\r\n"+
		"198.51.100.0/28,network,\"of\ntwo lines\",,low\r\n"+
		"145909,oauth_app,,,high\r\n")
	want := []string{
		"ip 198.51.100.9 medium iocs:2 (Feed, of ours)",
		`user_agent two"quotes * high iocs:3`,
		"network 198.51.100.0/28 low iocs:4",
		"oauth_app 145909 high iocs:6",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indicators (-want +got):\n%s", diff)
	}
	if notices != nil {
		t.Errorf("notices %q", notices)
	}
}

func TestReadListSTIX(t *testing.T) {
	got, notices := read(t, `{"type":"bundle","id":"bundle--1","objects":[
	{"type":"identity","id":"identity--1"},
	{"type":"indicator","id":"indicator--1","pattern":"[ipv4-addr:value = '198.51.100.9']","pattern_type":"stix","confidence":85},
	{"type":"indicator","id":"indicator--2","pattern":"[ipv4-addr:value ISSUBSET '198.51.100.7/28' OR ipv6-addr:value='2001:DB8::1'] OR [domain-name:value = 'Evil.Example.COM']"},
	{"type":"indicator","id":"indicator--3","pattern":"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'It\\'s \\\\ x']","confidence":30},
	{"type":"indicator","id":"indicator--4","pattern":"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' LIKE 'Fetcher/%']","confidence":10},
	{"type":"indicator","id":"indicator--5","pattern":"[file:hashes.'SHA-256' IN ('`+strings.Repeat("AB", 32)+`', '`+strings.Repeat("cd", 32)+`')]"},
	{"type":"indicator","id":"indicator--6","pattern":"[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"},
	{"type":"indicator","id":"indicator--7","pattern":"[ipv4-addr:value = '198.51.100.8']","revoked":true},
	{"type":"indicator","id":"indicator--8","pattern":"[ipv4-addr:value = '198.51.100.7']","valid_until":"2022-12-16T00:00:00Z","confidence":90},
	{"type":"indicator","id":"indicator--9","pattern":"[ipv4-addr:value = '198.51.100.6']","valid_until":"2022-12-16T00:00:00.001Z"},
	{"type":"indicator","id":"indicator--10","pattern":"[ipv4-addr:value = '198.51.100.5' AND ipv4-addr:value = '198.51.100.4']"},
	{"type":"indicator","id":"indicator--11","pattern":"[ipv4-addr:value = '198.51.100.5'] FOLLOWEDBY [ipv4-addr:value = '198.51.100.4']"},
	{"type":"indicator","id":"indicator--12","pattern":"[ipv4-addr:value = '198.51.100.5'] WITHIN 5 SECONDS"},
	{"type":"indicator","id":"indicator--13","pattern":"[ipv4-addr:value != '198.51.100.5']"},
	{"type":"indicator","id":"indicator--14","pattern":"[email-addr:value = 'a@example.com']"},
	{"type":"indicator","id":"indicator--15","pattern":"rule x { }","pattern_type":"yara"},
	{"type":"indicator","id":"indicator--16","pattern":"[ipv4-addr:value = '198.51.100.999']"},
	{"type":"indicator","id":"indicator--17","pattern":"[ipv4-addr:value = '198.51.100.5"},
	{"type":"indicator","id":"indicator--18","pattern":7},
	{"type":"indicator","id":"indicator--19","pattern":"[network-traffic:dst_ref.value = '198.51.100.3/32']"}
	]}`)
	want := []string{
		"ip 198.51.100.9 high iocs:objects[1]",
		"network 198.51.100.0/28 medium iocs:objects[2]",
		"ip 2001:db8::1 medium iocs:objects[2]",
		"domain evil.example.com medium iocs:objects[2]",
		`user_agent It's \ x medium iocs:objects[3]`,
		"user_agent Fetcher/* low iocs:objects[4]",
		"sha256 " + strings.Repeat("ab", 32) + " medium iocs:objects[5]",
		"sha256 " + strings.Repeat("cd", 32) + " medium iocs:objects[5]",
		"file md5 d41d8cd98f00b204e9800998ecf8427e medium iocs:objects[6]",
		"ip 198.51.100.7 low iocs:objects[8]",
		"ip 198.51.100.6 medium iocs:objects[9]",
		"ip 198.51.100.3 medium iocs:objects[19]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indicators (-want +got):\n%s", diff)
	}
	wantNotices := []string{
		"objects[7]: indicator--7 is revoked: not used",
		"objects[8]: indicator--8 expired at 2022-12-16T00:00:00Z, before the incident began",
		`objects[10]: pattern "[ipv4-addr:value = '198.51.100.5' AND`,
		`objects[11]: pattern "[ipv4-addr:value = '198.51.100.5'] FOLLOWEDBY`,
		`objects[12]: pattern "[ipv4-addr:value = '198.51.100.5'] WITHIN`,
		`objects[13]: pattern "[ipv4-addr:value != '198.51.100.5']": != of ipv4-addr:value is not read`,
		`objects[14]: pattern "[email-addr:value = 'a@example.com']": nothing here has email-addr:value`,
		`objects[15]: indicator--15 has a pattern of "yara"`,
		`objects[16]: ip "198.51.100.999" is no address`,
		`objects[17]: pattern "[ipv4-addr:value = '198.51.100.5": "'198.51.100.5" is not read`,
		"objects[18]: not read: json: cannot unmarshal number",
		`1 objects of type "identity" are no indicators`,
	}
	checkNotices(t, notices, wantNotices)
}

// checkNotices compares notices by how they begin, after the file's name.
func checkNotices(t *testing.T, got, want []string) {
	t.Helper()
	for n, notice := range got {
		begin := "none"
		if n < len(want) {
			begin = want[n]
		}
		if !strings.HasPrefix(strings.TrimLeft(strings.TrimPrefix(notice, "iocs:"), " "), begin) {
			t.Errorf("notice %d is %q, want %q", n, notice, begin)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d notices, want %d", len(got), len(want))
	}
}

func TestReadListMISP(t *testing.T) {
	event := `{"Event":{"info":"x","Attribute":[
	{"type":"ip-src","value":"198.51.100.9","to_ids":true,"comment":"c2"},
	{"type":"ip-dst","value":"198.51.100.16/30","to_ids":"1"},
	{"type":"ip-src|port","value":"2001:db8::7|443"},
	{"type":"user-agent","value":"Fetcher/1.0","to_ids":1},
	{"type":"domain","value":"example.com","to_ids":false},
	{"type":"sha256","value":"` + strings.Repeat("ab", 32) + `","to_ids":true},
	{"type":"github-repository","value":"https://github.com/evil/loot.git","to_ids":true},
	{"type":"git-commit-id","value":"` + strings.Repeat("0e", 20) + `","to_ids":true},
	{"type":"email-src","value":"a@example.com","to_ids":true},
	{"type":"ip-src","value":"198.51.100.8","to_ids":true,"deleted":true},
	{"type":"ip-src","value":"nowhere","to_ids":true},
	{"type":"ip-src","value":7}],
	"Object":[{"name":"domain-ip","Attribute":[{"type":"domain|ip","value":"example.net|198.51.100.7","to_ids":true}]}]}}`
	got, notices := read(t, event)
	want := []string{
		"ip 198.51.100.9 medium iocs:Event.Attribute[0]",
		"network 198.51.100.16/30 medium iocs:Event.Attribute[1]",
		"ip 2001:db8::7 medium iocs:Event.Attribute[2]",
		"user_agent Fetcher/1.0 medium iocs:Event.Attribute[3]",
		"sha256 " + strings.Repeat("ab", 32) + " medium iocs:Event.Attribute[5]",
		"repository evil/loot medium iocs:Event.Attribute[6]",
		"commit " + strings.Repeat("0e", 20) + " medium iocs:Event.Attribute[7]",
		"ip 198.51.100.7 medium iocs:Event.Object[0].Attribute[0]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indicators (-want +got):\n%s", diff)
	}
	checkNotices(t, notices, []string{
		`Event.Attribute[4]: "domain" is not meant for detection`,
		`Event.Attribute[8]: "email-src" is a type that nothing here has`,
		`Event.Attribute[9]: "ip-src" is deleted`,
		`Event.Attribute[10]: ip "nowhere" is no address`,
		"Event.Attribute[11]: not read: json: cannot unmarshal number",
	})
	for _, wrapped := range []string{"[" + event + "]", `{"response":[` + event + "]}"} {
		if again, _ := read(t, wrapped); len(again) != len(want) {
			t.Errorf("%.20s…: %d indicators, want %d", wrapped, len(again), len(want))
		}
	}
}

func TestReadListRefuses(t *testing.T) {
	const header = "type,value,confidence\n"
	for _, c := range []struct{ name, text, want string }{
		{name: "nothing", text: " \n", want: "iocs: the file is empty: write a header, type,value"},
		{name: "no header", text: "ip,198.51.100.9\n", want: `iocs:1: column "ip" is unknown`},
		{name: "no value", text: "type,note\n", want: "iocs:1: column value is missing"},
		{name: "column twice", text: "type,value,type\n", want: `iocs:1: column "type" is unknown or repeated`},
		{name: "unknown type", text: header + "mutex,x,\n", want: `iocs:2: type "mutex" is unknown: write one of ip,`},
		{name: "unknown confidence", text: header + "ip,198.51.100.9,sure\n", want: `iocs:2: confidence "sure" is`},
		{name: "defanged", text: header + "ip,198.51.100[.]9,\n", want: `iocs:2: ip "198.51.100[.]9" is no address`},
		{name: "too few cells", text: header + "ip\n", want: "iocs:2: wrong number of fields"},
		{name: "open quote", text: header + "ip,\"x\n", want: `iocs:2: extraneous or missing " in quoted-field`},
		{name: "private", text: header + "ip,10.1.2.3,\n", want: "iocs:2: 10.1.2.3 is an address within networks of your own"},
		{name: "private network", text: header + "network,192.168.4.0/24,\n", want: "iocs:2: 192.168.4.0/24 is an address"},
		{name: "local", text: header + "ip,::1,\n", want: "iocs:2: ::1 is an address"},
		{name: "of a carrier", text: header + "ip,100.64.0.1,\n", want: "iocs:2: 100.64.0.1 is an address"},
		{name: "everybody", text: header + "user_agent,**,\n", want: `iocs:2: user_agent "**" matches everything`},
		{name: "hidden", text: header + "user_agent,a\u202eb,\n", want: "has invisible characters"},
		{name: "broken JSON", text: "{\n \"type\": bundle}", want: "iocs:2:10: this is no JSON that can be read"},
		{name: "another JSON", text: `{"a":1}`, want: "iocs: neither a bundle of STIX 2 nor an event"},
		{name: "no objects", text: `{"type":"bundle","objects":{}}`, want: "iocs:objects: the bundle has no list"},
		{
			name: "private in a bundle",
			text: `{"type":"bundle","objects":[{"type":"indicator","pattern":"[ipv4-addr:value='127.0.0.1']"}]}`,
			want: "iocs:objects[0]: 127.0.0.1 is an address",
		},
		{name: "list of nothing", text: `[{"a":1}]`, want: "iocs:[0]: no event of MISP's"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := incident.ReadList("iocs", []byte(c.text), nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant  %s", err, c.want)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	a := []incident.Indicator{
		{Type: "ip", Value: "198.51.100.9", Confidence: "low", Source: "report"},
		{Type: "domain", Value: "example.com", Confidence: "high", Source: "report"},
	}
	b := []incident.Indicator{
		{Type: "ip", Value: "198.51.100.9", Confidence: "medium", Source: "iocs.csv:2"},
		{Type: "ip", Value: "198.51.100.9", Confidence: "low", Source: "iocs.csv:2"},
	}
	want := []incident.Indicator{
		{Type: "ip", Value: "198.51.100.9", Confidence: "medium", Source: "report, iocs.csv:2"},
		{Type: "domain", Value: "example.com", Confidence: "high", Source: "report"},
	}
	if diff := cmp.Diff(want, incident.Merge(a, b), cmp.Comparer(equal)); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if a[0].Confidence != "low" {
		t.Error("the list that was given has changed")
	}
}

func equal(a, b incident.Indicator) bool { return a == b }

// Whatever the bytes, an indicator that is taken is in normal form: written into a CSV, it is read
// as itself.
func FuzzReadList(f *testing.F) {
	for _, seed := range []string{
		"type,value,confidence,source,note\nip,198.51.100.9,high,us,x\n",
		`{"type":"bundle","objects":[{"type":"indicator","pattern":"[ipv4-addr:value='198.51.100.9' OR url:value = 'http://x']"}]}`,
		`{"Event":{"Attribute":[{"type":"user-agent","value":"x","to_ids":true},{"type":"ip-src","value":"2001:db8::/48"}]}}`,
		"[file:hashes.'MD5' IN ('a','b')]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := incident.ReadList("f", data, nil)
		if err != nil {
			return
		}
		for _, i := range l.Indicators {
			if i.Source == "" || i.Confidence == "" {
				t.Errorf("%v has no source or confidence", i)
			}
			text := "type,value\n" + i.Type + `,"` + strings.ReplaceAll(i.Value, `"`, `""`) + "\"\n"
			again, err := incident.ReadList("again", []byte(text), nil)
			if err != nil || len(again.Indicators) != 1 || again.Indicators[0].Value != i.Value {
				t.Fatalf("%s %q is not in normal form: %v %v", i.Type, i.Value, again.Indicators, err)
			}
		}
	})
}
