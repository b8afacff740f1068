package digest_test

import (
	"strings"
	"testing"
	"time"

	"breachwindow/digest"
	"breachwindow/digest/digesttest"
)

func TestParseKeys(t *testing.T) {
	w := newWorld(t, 0)
	good := string(w.Keys(digesttest.At(0), digesttest.At(1)))
	old := strings.Replace(good, `"2022-12-20T00:00:00Z"`, "1671494400.0", 1) // CLI version 1
	zone := strings.Replace(good, `00:00:00Z`, `02:00:00+02:00`, 1)
	for _, text := range []string{good, "\uFEFF" + good, old, zone, good + "\n" + good} {
		keys, err := digest.ParseKeys([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		k := keys[len(keys)-1]
		if !k.From.Equal(digesttest.At(0)) || !k.To.Equal(digesttest.At(1)) ||
			k.Fingerprint != w.Fingerprint() || len(keys) != strings.Count(text, "PublicKeyList") {
			t.Errorf("%s: %+v", text, keys)
		}
	}
	tests := []struct{ name, text, want string }{
		{"empty", "", "there is no key in it"},
		{"no key", `{"PublicKeyList":[]}`, "there is no key in it"},
		{"text", "PUBLICKEYLIST\tabc", "not JSON"},
		{"another answer", `{"trailList":[]}`, "no PublicKeyList"},
		{
			"a changed key", strings.Replace(good, `"Value":"MII`, `"Value":"NII`, 1),
			"key 1: its value has the fingerprint",
		},
		{
			"a changed fingerprint", strings.Replace(good, w.Fingerprint(), "00", 1),
			"the file was changed",
		},
		{
			"no base64", strings.Replace(good, `"Value":"`, `"Value":"!`, 1),
			"key 1: value: illegal base64",
		},
		{
			"no time", strings.Replace(good, `"2022-12-20T00:00:00Z"`, `"now"`, 1),
			`ValidityStartTime: "now" is no time`,
		},
		{
			"no such time", strings.Replace(good, `"2022-12-20T00:00:00Z"`, `1e300`, 1),
			`ValidityStartTime: no time`,
		},
		{
			"no end", strings.Replace(good, "ValidityEndTime", "x", 1),
			`ValidityEndTime: no time`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			keys, err := digest.ParseKeys([]byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) ||
				!strings.Contains(err.Error(), "hint: ") {
				t.Errorf("got %v, %v; want an error with %q and a hint", keys, err, test.want)
			}
		})
	}
}

func TestParseHeads(t *testing.T) {
	const name = "111122223333_CloudTrail-Digest_eu-west-1_main_eu-west-1_20221220T010000Z"
	const head = `{"Metadata":{"Signature":"AB12","signature-algorithm":"SHA256withRSA"}}`
	tests := []struct {
		name, file, text, digest string
		heads                    int
		err                      string
	}{
		{
			name: "by its name", file: "heads/" + name + ".json.gz.head-object.json",
			text: head, digest: name + ".json", heads: 1,
		},
		{
			name: "by folders in its name",
			file: "AWSLogs_111122223333_CloudTrail-Digest_eu-west-1_2022_12_20_" + name + ".json.gz",
			text: head, digest: name + ".json", heads: 1,
		},
		{
			name: "of a backfill", file: name + "_backfill.json.gz",
			text: head, digest: name + "_backfill.json", heads: 1,
		},
		{name: "without a name", file: "head.json", text: head, heads: 1},
		{name: "several", file: name + ".json.gz", text: head + head, heads: 2},
		{
			name: "by a member", file: "x", text: `{"Key":"a/` + name + `.json.gz",` + head[1:],
			digest: name + ".json", heads: 1,
		},
		{name: "of a log", file: "x", text: `{"Metadata":{}}`, err: "no signature"},
		{
			name: "no hexadecimal", file: "x", text: `{"Metadata":{"signature":"xyz"}}`,
			err: "no signature",
		},
		{name: "no JSON", file: "x", text: head + "x", err: "not JSON"},
		{name: "another type", file: "x", text: `{"Metadata":7}`, err: "Metadata"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			heads, err := digest.ParseHeads(test.file, []byte(test.text))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, want an error with %q", err, test.err)
				}
				return
			}
			if err != nil || len(heads) != test.heads {
				t.Fatal(heads, err)
			}
			if heads[0].Digest != test.digest || heads[0].Signature != "ab12" {
				t.Errorf("got %+v, want %s", heads[0], test.digest)
			}
		})
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(`{"PublicKeyList":[{"Value":"","ValidityStartTime":1.5}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := digest.ParseKeys(text)
		if err == nil && len(keys) == 0 {
			t.Error("no key and no error")
		}
	})
}

func FuzzParseHeads(f *testing.F) {
	f.Add("1_CloudTrail-Digest_", []byte(`{"Metadata":{"signature":"00"}}`))
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		heads, err := digest.ParseHeads(name, text)
		if err == nil && len(heads) == 0 {
			t.Error("no signature and no error")
		}
	})
}

func TestSilent(t *testing.T) {
	tests := []struct {
		name   string
		change func(w *world)
		want   []int // from and to, as hours
	}{
		{"proven", func(*world) {}, []int{1, 3, 5, 6}},
		{"without keys nothing is", func(w *world) { w.in.Keys = nil }, nil},
		{"not by a changed digest", func(w *world) {
			w.edit(w.Digests[2], `"newestEventTime":null`, `"newestEventTime":""`)
		}, []int{1, 2, 5, 6}}, // the signature in it still proves the one before
		{"not where a later digest has a log", func(w *world) {
			_, _, err := w.Backfill(1)
			w.check(err)
		}, []int{2, 3, 5, 6}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, 1, 0, 0, 1, 2, 0)
			test.change(w)
			var got []time.Time
			for _, s := range w.verify().Silent {
				if s.Account != "111122223333" || s.Region != "eu-west-1" {
					t.Errorf("silent: %+v", s)
				}
				got = append(got, s.From, s.To)
			}
			if len(got) != len(test.want) {
				t.Fatalf("silent at %v, want %v", got, test.want)
			}
			for i, hour := range test.want {
				if !got[i].Equal(digesttest.At(hour)) {
					t.Errorf("silent at %v, want %v", got, test.want)
				}
			}
		})
	}
}
