package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/store"
)

// Copies of a record are one event; what only shares the id is an event of its own.
func TestDuplicatesTellTheSame(t *testing.T) {
	t.Parallel()
	const (
		token = `,"hashed_token":"cWvnq0v+2/pIv+Ov7cBiogaMvNRFebR54+rYEaVDFDU="`
		other = `,"hashed_token":"5bhMifYkpAzf3Axto8nwtHzlh+2uARe4yLfAqVI9tcQ="`
		key   = `,"userIdentity":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE"}`
		key2  = `,"userIdentity":{"accessKeyId":"AKIAI44QH8DHBEXAMPLE"}`
	)
	build := func(member string) string {
		return `{"id":"1","action":"context.create","occurred_at":"2022-12-20T00:00:00.123Z",` +
			`"actor":{"name":"alice","type":"user"}` + member + "}\n"
	}
	change := func(line, from, to string) string {
		changed := strings.Replace(line, from, to, 1)
		if changed == line {
			t.Fatalf("%q is not in %s", from, line)
		}
		return changed
	}
	cases := []struct {
		name, a, b string
		events     int
	}{
		{"the same", trail("1"), trail("1"), 1},
		{"other details", trail("1", `,"requestID":"1"`), trail("1", `,"requestID":"2"`), 1},
		{"another agent", trail("1", `,"userAgent":"a"`), trail("1", `,"userAgent":"b"`), 1},
		{"another key", trail("1", key), trail("1", key2), 2},
		{"a key and none", trail("1", key), trail("1"), 1},
		{"another time", trail("1"), change(trail("1"), "00:00:00Z", "00:00:01Z"), 2},
		{"another action", trail("1"), change(trail("1"), "GetObject", "PutObject"), 2},
		{
			"another address", trail("1", `,"sourceIPAddress":"198.51.100.7"`),
			trail("1", `,"sourceIPAddress":"198.51.100.8"`), 2,
		},
		{"another outcome", trail("1"), trail("1", `,"errorCode":"AccessDenied"`), 2},
		{
			"another bucket", trail("1", `,"requestParameters":{"bucketName":"a"}`),
			trail("1", `,"requestParameters":{"bucketName":"b"}`), 2,
		},
		{
			"another user", trail("1", `,"userIdentity":{"userName":"a"}`),
			trail("1", `,"userIdentity":{"userName":"b"}`), 2,
		},
		{"an address and a key", trail("1", key), trail("1", `,"sourceIPAddress":"198.51.100.7"`), 2},
		{"an export and the stream", hub("1"), hub("1", token, `,"actor_ip":"198.51.100.7"`), 1},
		{"an export and a forgery", hub("1", other), hub("1", token, `,"actor_ip":"198.51.100.7"`), 2},
		{"milliseconds", hub("1"), change(hub("1"), "400000", "400999"), 1},
		{"a second", hub("1"), change(hub("1"), "400000", "401000"), 2},
		{"an id for a hash", hub("1", token, `,"token_id":7`), hub("1", `,"token_id":7`), 1},
		{"another's id", hub("1", token, `,"token_id":7`), hub("1", `,"token_id":8`), 2},
		{"no repository", hub("1"), change(hub("1"), `,"repo":"acme/x"`, ""), 1},
		{"another repository", hub("1"), change(hub("1"), "acme/x", "acme/y"), 2},
		{
			"an application", hub("1", `,"oauth_application_name":"CI"`), hub("1"), 1,
		},
		{"a build's fraction", build(""), change(build(""), ".123Z", "Z"), 1},
		{
			"a build's success", build(`,"success":true`), build(`,"success":false`), 2,
		},
		{"a build's address", build(`,"request":{"ip_address":"198.51.100.7"}`), build(""), 1},
	}
	// One database for all: each case has ids of its own, and beside it the two records apart.
	var texts [2]string
	for i, c := range cases {
		for n, line := range []string{c.a, c.b} {
			texts[n] += change(line, `:"1"`, fmt.Sprintf(`:"e%d"`, i)) +
				change(line, `:"1"`, fmt.Sprintf(`:"e%d apart %d"`, i, n))
		}
	}
	f := newFolder(t, texts[0], texts[1])
	for _, names := range [][]string{{"a", "b"}, {"b", "a"}, {"b", "a", "b"}} {
		db := open(t, newPath(t))
		for _, name := range names {
			load(t, db, f.files(name), store.LoadOptions{})
		}
		for i, c := range cases {
			got := query(t, db.SQL(), fmt.Sprintf(`
				SELECT count(*), max(credential), max(ip) FROM main.events WHERE event_id = 'e%d'`, i))
			said := query(t, db.SQL(), fmt.Sprintf(`
				SELECT %d, max(credential), max(ip) FROM main.events
				WHERE event_id LIKE 'e%d apart _'`, c.events, i))
			if c.name == "an id for a hash" { // of the two names the hash sorts first
				said[0] = strings.Replace(said[0], "token_id:7", "cWvnq0v+2/pIv+Ov7cBiogaMvNRFebR54+rYEaVDFDU=", 1)
			}
			if diff := cmp.Diff(said, got); diff != "" {
				t.Errorf("%s, loaded as %v: events, credential, address (-want +got):\n%s", c.name, names, diff)
			}
		}
	}
}

// A copy without an id is one of the event that has it, in whichever order they are loaded.
func TestDuplicatesWithoutID(t *testing.T) {
	t.Parallel()
	const full = `{"@timestamp":1671494400123,"_document_id":"1","action":"git.clone","actor":"bot","actor_ip":"198.51.100.7",` +
		`"hashed_token":"cWvnq0v+2/pIv+Ov7cBiogaMvNRFebR54+rYEaVDFDU=","org":"acme","repo":"acme/x","user_agent":"git","x":1,"events":["push","fork"]}` + "\n"
	export := func(members string) string {
		return `[{"action":"git.clone",` + members + `,"repo":"acme/x","data":{"x":1}}]`
	}
	cases := []struct {
		name, a, b string
		events     int
	}{
		{"an export", full, export(`"actor":"bot","org":"acme","created_at":1671494400123`), 1},
		{"a table", full, "action,actor,org,repo,created_at\ngit.clone,bot,Acme,acme/x,1671494400123\n", 1},
		{"a list", full, export(`"events":["push","fork"],"actor":"bot","org":"acme","created_at":1671494400123`), 1},
		{"another list", full, export(`"events":["push","star"],"actor":"bot","org":"acme","created_at":1671494400123`), 2},
		{"another detail", full, strings.Replace(export(`"actor":"bot","org":"acme","created_at":1671494400123`), "1}", "2}", 1), 2},
		{"a detail more", full, export(`"y":1,"actor":"bot","org":"acme","created_at":1671494400123`), 2},
		{"another tool", full, export(`"user_agent":"curl","actor":"bot","org":"acme","created_at":1671494400123`), 2},
		{"nobody", full, export(`"org":"acme","created_at":1671494400123`), 2},
		{"in one file", full + `{"action":"git.clone","actor":"bot","org":"acme","repo":"acme/x","created_at":1671494400123}`, "", 2},
		{"another millisecond", full, export(`"actor":"bot","org":"acme","created_at":1671494400124`), 2},
		{"another actor", full, export(`"actor":"eve","org":"acme","created_at":1671494400123`), 2},
		{"another organisation", full, export(`"actor":"bot","org":"other","created_at":1671494400123`), 2},
		{"another address", full, export(`"actor":"bot","org":"acme","actor_ip":"198.51.100.8","created_at":1671494400123`), 2},
		{"another action", full, strings.Replace(export(`"actor":"bot","org":"acme","created_at":1671494400123`), "clone", "push", 1), 2},
		{"more than the other", hub("1"), export(`"actor":"bot","org":"acme","actor_ip":"198.51.100.7","created_at":1671494400000`), 2},
		{"neither has an id", strings.Replace(full, "_document_id", "x", 1), export(`"actor":"bot","org":"acme","created_at":1671494400123`), 2},
	}
	// Each case happens in seconds of its own, so that one database holds all.
	f := &folder{dir: t.TempDir()}
	names := map[string][]string{}
	for i, c := range cases {
		at := strings.NewReplacer("1671494400", fmt.Sprint(1671494400+10*i))
		for side, text := range map[string]string{"a": c.a, "b": c.b} {
			name := fmt.Sprintf("%s%02d", side, i)
			f.write(t, name, at.Replace(text))
			names[side] = append(names[side], name)
		}
	}
	for _, order := range []string{"ab", "ba"} {
		db := open(t, newPath(t))
		for _, side := range order {
			load(t, db, f.files(names[string(side)]...), store.LoadOptions{})
		}
		got := query(t, db.SQL(), `SELECT CAST(floor((epoch(time) - 1671494400) / 10) AS INTEGER),
			count(*), count(credential) FROM main.events GROUP BY 1 ORDER BY 1`)
		for i, c := range cases {
			want := fmt.Sprintf("%d %d %d", i, c.events, strings.Count(c.a, "hashed_token"))
			if i >= len(got) || got[i] != want {
				t.Errorf("%s, loaded as %s: case, events, with credential are %q, want %q", c.name, order, got, want)
			}
		}
		if len(got) != len(cases) {
			t.Errorf("%d cases have events, want %d", len(got), len(cases))
		}
	}
}

// In CircleCI's columns ids stand for names, and GitHub's exports lack the key that an act is about.
func TestDuplicatesOfLess(t *testing.T) {
	t.Parallel()
	const (
		build = `{"id":"1","action":"context.create","occurred_at":"2022-12-20T00:00:00.123Z","success":true,` +
			`"actor":{"id":"u","name":"github: alice","type":"user"},"target":{"id":"c","name":"prod"},"organization":{"id":"o","name":"github: acme"}}` + "\n"
		columns = "ID,ACTION,OCCURRED_AT,SUCCESS,ACTOR_ID,ACTOR_TYPE,TARGET_ID,ORGANIZATION_NAME\n" +
			"1,context.create,2022-12-20 00:00:00.123 Z,TRUE,%s,user,%s,github: acme\n"
		key = `{"@timestamp":1671494400000,"_document_id":"1","action":"public_key.create","actor":"bot","org":"acme","repo":"acme/x"%s}` + "\n"
	)
	fingerprint := `,"fingerprint":"SHA256:cWvnq0v+2/pIv+Ov7cBiogaMvNRFebR54+rYEaVDFDU"`
	for _, c := range []struct {
		name, a, b string
		events     int
	}{
		{"columns", build, fmt.Sprintf(columns, "u", "c"), 1},
		{"columns of another", build, strings.Replace(fmt.Sprintf(columns, "u", "c"), "context.create", "context.delete", 1), 2},
		{"another actor", build, fmt.Sprintf(columns, "v", "c"), 2},
		{"another target", build, fmt.Sprintf(columns, "u", "d"), 2},
		{"a key", fmt.Sprintf(key, fingerprint), fmt.Sprintf(key, ""), 1},
		{"another key", fmt.Sprintf(key, fingerprint), fmt.Sprintf(key, strings.Replace(fingerprint, "c", "d", 1)), 2},
	} {
		f := newFolder(t, c.a, c.b)
		for _, names := range [][]string{{"a", "b"}, {"b", "a"}} {
			db := open(t, newPath(t))
			for _, name := range names {
				load(t, db, f.files(name), store.LoadOptions{})
			}
			got := query(t, db.SQL(), `SELECT count(*), max(f.path LIKE '%a') FROM main.events e
				JOIN main.files f ON f.id = e.file`)
			if want := []string{fmt.Sprintf("%d true", c.events)}; !cmp.Equal(want, got) {
				t.Errorf("%s, loaded as %v: %q, want %q", c.name, names, got, want)
			}
		}
	}

	// The copy that has names stays, although the other's file is the first.
	db := open(t, newPath(t))
	load(t, db, newFolder(t, fmt.Sprintf(columns, "u", "c"), build).files(), store.LoadOptions{})
	if got := query(t, db.SQL(), `SELECT actor, target FROM main.events`); !cmp.Equal(got, []string{"alice prod"}) {
		t.Errorf("of copies with names and without stays %q", got)
	}
}

// detail is what one of the random records says: a value for some of the members, 0 for none.
type detail [4]int

func (d detail) line() string {
	var extra string
	for i, name := range []string{"actor_ip", "hashed_token", "token_id", "programmatic"} {
		if d[i] > 0 && i == 0 {
			extra += fmt.Sprintf(`,%q:"198.51.100.%d"`, name, d[i])
		} else if d[i] > 0 && i < 3 {
			extra += fmt.Sprintf(`,%q:%d`, name, d[i])
		}
	}
	line := hub("1", extra)
	if d[3] > 0 {
		line = strings.Replace(line, `"bot"`, fmt.Sprintf(`"bot%d"`, d[3]), 1)
	} else {
		line = strings.Replace(line, `"actor":"bot",`, "", 1)
	}
	return line
}

// within tells whether all that d says o says too.
func (d detail) within(o detail) bool {
	for i := range d {
		if d[i] > 0 && d[i] != o[i] {
			return false
		}
	}
	return true
}

// Held against the definition, record by record: an event is what no other record says too, with
// more; of those that say the same, the first in the order of paths. Neither the order of loading
// nor the transactions matter.
func TestDuplicatesByDefinition(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 7))
		type place struct {
			file string
			pos  int
			detail
		}
		var all []place
		texts := make([]string, 1+r.IntN(5))
		for range 1 + r.IntN(40) {
			var d detail
			for i := range d {
				d[i] = r.IntN(3)
			}
			n := r.IntN(len(texts))
			texts[n] += d.line()
			all = append(all, place{string(rune('a' + n)), strings.Count(texts[n], "\n"), d})
		}
		var want []string
		for _, p := range all {
			if !slices.ContainsFunc(all, func(o place) bool {
				earlier := o.file < p.file || o.file == p.file && o.pos < p.pos
				return o != p && p.within(o.detail) && (!o.within(p.detail) || earlier)
			}) {
				want = append(want, fmt.Sprint(p.file, " ", p.pos))
			}
		}
		slices.Sort(want)
		f := newFolder(t, texts...)
		for range 2 {
			files := f.files()
			r.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
			db := open(t, newPath(t))
			for _, file := range files {
				load(t, db, []store.LoadFile{file}, store.LoadOptions{})
			}
			load(t, db, files, store.LoadOptions{RowsPerCommit: r.Int64N(3)})
			got := query(t, db.SQL(), `SELECT path || ' ' || pos FROM main.events e
				JOIN main.files f ON f.id = e.file ORDER BY 1`)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("seed %d (-want +got):\n%s", seed, diff)
			}
		}
	}
}

// A copy that leaves out parameters, or has them as text, gives way to a whole one, whatever its
// file is called and whenever it is read.
func TestWholeCopyStays(t *testing.T) {
	t.Parallel()
	const history = "User name,Event time,Event source,Event name,AWS region,Event ID,Resources\n" +
		`u,2022-12-20T00:00:00Z,s3.amazonaws.com,GetObject,us-east-1,e1,"[{""resourceName"":""r""}]"` + "\n"
	const athena = "eventtime,eventsource,eventname,awsregion,eventid\n" +
		"2022-12-20T00:00:00Z,s3.amazonaws.com,GetObject,us-east-1,e1\n"
	const lake = `{"metadata":{"product":{"name":"CloudTrail"},"uid":"e1"},"time":1671494400000,` +
		`"api":{"operation":"GetObject","service":{"name":"s3.amazonaws.com"}},"class_uid":6003,` +
		`"cloud":{"region":"us-east-1"},"unmapped":{"requestParameters.name":"another's"}}`
	whole := trail("e1", `,"userIdentity":{"arn":"arn:u"},"requestParameters":{"bucketName":"b"}`)
	for _, texts := range [][]string{
		{history, whole, strings.Replace(history, "e1", "e2", 1)},
		{lake, whole, strings.Replace(lake, "e1", "e2", 1)},
		{athena, trail("e1"), strings.Replace(athena, "e1", "e2", 1)},
	} {
		f := newFolder(t, texts...)
		for _, names := range [][]string{{"a", "b", "c"}, {"b", "a", "c"}} {
			for _, cut := range []int{1, 3} {
				db := open(t, newPath(t))
				load(t, db, f.files(names[:cut]...), store.LoadOptions{})
				load(t, db, f.files(names...), store.LoadOptions{})
				got := query(t, db.SQL(), `
					SELECT event_id, path FROM main.events e JOIN main.files f ON f.id = e.file ORDER BY ALL`)
				if diff := cmp.Diff([]string{"e1 b", "e2 c"}, got); diff != "" {
					t.Errorf("%v, first %d (-want +got):\n%s", names, cut, diff)
				}
			}
		}
	}
}
