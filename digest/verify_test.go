package digest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/digest"
	"breachwindow/digest/digesttest"
)

func TestVerify(t *testing.T) {
	base := filepath.Base
	tests := []struct {
		name   string
		hours  []int
		change func(w *world) (want []string)
	}{
		{"whole", []int{2, 3, 0, 1}, func(*world) []string { return nil }},
		{"a byte changed in a log", []int{2, 2}, func(w *world) []string {
			w.edit(w.Logs[0][1], `"GetObject"`, `"PutObject"`)
			return []string{"wrong log modified " + base(w.Logs[0][1])}
		}},
		{"a byte changed in a packed log", []int{2, 2}, func(w *world) []string {
			text, err := os.ReadFile(w.Logs[0][0])
			w.check(err)
			text[len(text)/2] ^= 0x10
			w.check(os.WriteFile(w.Logs[0][0], text, 0o600))
			return []string{"wrong log modified " + base(w.Logs[0][0])}
		}},
		{"a byte changed in the checksum", []int{2, 2}, func(w *world) []string {
			text, err := os.ReadFile(w.Logs[0][0])
			w.check(err)
			text[len(text)-8] ^= 1
			w.check(os.WriteFile(w.Logs[0][0], text, 0o600))
			return []string{"wrong log damaged " + base(w.Logs[0][0])}
		}},
		{"a log cut", []int{2, 2}, func(w *world) []string {
			w.check(os.Truncate(w.Logs[1][0], 200))
			return []string{"wrong log modified " + base(w.Logs[1][0])}
		}},
		{"a log deleted", []int{2, 2}, func(w *world) []string {
			w.check(os.Remove(w.Logs[1][0]))
			return []string{"wrong log missing " + base(w.Logs[1][0])}
		}},
		{"a log added", []int{2, 2}, func(w *world) []string {
			name, err := w.Log(digesttest.At(1))
			w.check(err)
			return []string{"wrong log extra " + base(name)}
		}},
		{"a log added at the edge", []int{2, 2}, func(w *world) []string {
			name, err := w.Log(digesttest.At(2))
			w.check(err)
			return []string{"unproven log unlisted " + base(name)}
		}},
		{"a log after the last digest", []int{2, 2}, func(w *world) []string {
			name, err := w.Log(digesttest.At(3))
			w.check(err)
			return []string{"unproven log unlisted " + base(name)}
		}},
		{"a log changed and renamed", []int{1, 2}, func(w *world) []string {
			w.edit(w.Logs[1][0], `"GetObject"`, `"PutObject"`)
			was := base(w.Logs[1][0])
			w.move(w.Logs[1][0], "AWSLogs/x.json.gz")
			w.in.Form = func(context.Context, digest.File) (string, error) { return "cloudtrail/s3", nil }
			return []string{"wrong log missing " + was, "unproven log unlisted x.json.gz"}
		}},
		{"a changed log beside its true copy", []int{1, 2}, func(w *world) []string {
			was := base(w.Logs[1][0])
			w.move(w.Logs[1][0], "copy/true.json.gz")
			w.check(digesttest.Write(w.Logs[1][0], []byte(`{"Records":[]}`)))
			return []string{"wrong log modified " + was, "note log moved true.json.gz"}
		}},
		{"a log moved to another day", []int{1, 2}, func(w *world) []string {
			to := strings.Replace(w.Logs[1][0], "/12/20/", "/12/21/", 1)
			rel, err := filepath.Rel(w.Dir, to)
			w.check(err)
			w.move(w.Logs[1][0], rel)
			return []string{"note log moved " + base(to)}
		}},
		{"unpacked, flattened, renamed", []int{1, 2}, func(w *world) []string {
			w.check(os.WriteFile(filepath.Join(w.Dir, strings.TrimSuffix(base(w.Logs[0][0]), ".gz")),
				[]byte(w.content(w.Logs[0][0])), 0o600))
			w.check(os.Remove(w.Logs[0][0]))
			w.move(w.Logs[1][0], base(w.Logs[1][0]))
			w.move(w.Logs[1][1], "flat/log-17")
			w.move(w.Digests[0], "flat/digest-3")
			w.move(w.Digests[1], base(w.Digests[1]))
			return []string{"note digest moved digest-3", "note log moved log-17"}
		}},
		{"packed twice", []int{1, 1}, func(w *world) []string {
			text, err := os.ReadFile(w.Logs[0][0])
			w.check(err)
			w.check(digesttest.Write(w.Logs[0][0], text))
			return nil
		}},
		{"trailing bytes", []int{1, 1}, func(w *world) []string {
			w.append(w.Logs[0][0], []byte("more"))
			return []string{"wrong log trailing " + base(w.Logs[0][0])}
		}},
		{"a second gzip member", []int{1, 1}, func(w *world) []string {
			extra := filepath.Join(w.TempDir(), "extra.gz")
			w.check(digesttest.Write(extra, []byte(`{"Records":[]}`)))
			text, err := os.ReadFile(extra)
			w.check(err)
			w.append(w.Logs[0][0], text)
			w.append(w.Digests[0], text)
			return []string{
				"wrong digest trailing " + base(w.Digests[0]),
				"wrong log trailing " + base(w.Logs[0][0]),
			}
		}},
		{"a digest deleted", []int{1, 1, 1, 1}, func(w *world) []string {
			w.check(os.Remove(w.Digests[1]))
			return []string{
				"wrong digest missing " + base(w.Digests[1]),
				"unproven digest unsigned " + base(w.Digests[0]),
				"unproven log unlisted " + base(w.Logs[1][0]),
			}
		}},
		{"two digests deleted in a row", []int{1, 0, 0, 1}, func(w *world) []string {
			w.check(os.Remove(w.Digests[1]))
			w.check(os.Remove(w.Digests[2]))
			return []string{
				"wrong digest missing " + base(w.Digests[2]),
				"unproven digest unsigned " + base(w.Digests[0]),
			}
		}},
		{"the newest digest deleted", []int{1, 1, 0}, func(w *world) []string {
			w.check(os.Remove(w.Digests[2]))
			return []string{
				"wrong digest missing " + base(w.Digests[2]) + ".head-object.json",
				"unproven digest unsigned " + base(w.Digests[1]),
			}
		}},
		{"the oldest digest not at hand", []int{0, 1, 1}, func(w *world) []string {
			w.check(os.Remove(w.Digests[0]))
			return []string{"note digest begins " + base(w.Digests[0])}
		}},
		{"a digest changed", []int{1, 1, 1}, func(w *world) []string {
			w.edit(w.Digests[1], `"oldestEventTime":null`, `"oldestEventTime":"x"`)
			return []string{"wrong digest modified " + base(w.Digests[1])}
		}},
		{"a digest broken", []int{1, 0, 1}, func(w *world) []string {
			w.edit(w.Digests[1], `{`, `[`)
			return []string{
				"wrong digest modified " + base(w.Digests[1]),
				"unproven digest unsigned " + base(w.Digests[0]),
			}
		}},
		{"a hash in a digest shortened", []int{1, 0, 1}, func(w *world) []string {
			w.edit(w.Digests[1], `"previousDigestHashValue":"`, `"previousDigestHashValue":"0`)
			return []string{
				"wrong digest modified " + base(w.Digests[1]),
				"unproven digest unsigned " + base(w.Digests[0]),
			}
		}},
		{"the newest digest broken", []int{1, 0}, func(w *world) []string {
			w.edit(w.Digests[1], `{`, `[`)
			return []string{
				"wrong digest modified " + base(w.Digests[1]),
				"unproven digest unsigned " + base(w.Digests[0]),
			}
		}},
		{"a log and its hash changed", []int{1, 1, 1, 1}, func(w *world) []string {
			was := sum(w.content(w.Logs[1][0]))
			w.edit(w.Logs[1][0], `"GetObject"`, `"PutObject"`)
			w.edit(w.Digests[1], was, sum(w.content(w.Logs[1][0])))
			return []string{"wrong digest modified " + base(w.Digests[1])}
		}},
		{"hashes changed to the end", []int{1, 1, 1}, func(w *world) []string {
			was := sum(w.content(w.Digests[1]))
			w.edit(w.Digests[1], `"oldestEventTime":null`, `"oldestEventTime":"x"`)
			w.edit(w.Digests[2], was, sum(w.content(w.Digests[1])))
			return []string{
				"wrong digest signature " + base(w.Digests[1]),
				"wrong digest signature " + base(w.Digests[2]),
			}
		}},
		{"the later digest changed", []int{1, 1, 1}, func(w *world) []string {
			w.edit(w.Digests[2], sum(w.content(w.Digests[1])), sum("other"))
			return []string{"wrong digest modified " + base(w.Digests[2])}
		}},
		{"a digest's place changed", []int{1, 0, 1}, func(w *world) []string {
			w.edit(w.Digests[1], `"digestS3Bucket":"logs-example"`, `"digestS3Bucket":"other"`)
			return []string{
				"wrong digest missing " + base(w.Digests[1]),
				"unproven digest unsigned " + base(w.Digests[1]),
			}
		}},
		{"a digest added", []int{1, 0, 1}, func(w *world) []string {
			name := strings.Replace(w.Digests[1], "T020000Z", "T013000Z", 1)
			text := strings.ReplaceAll(w.content(w.Digests[1]), "T020000Z", "T013000Z")
			text = strings.Replace(text, `EndTime":"2022-12-20T02:00`, `EndTime":"2022-12-20T01:30`, 1)
			w.check(digesttest.Write(name, []byte(text)))
			return []string{
				"wrong digest extra " + base(name), "unproven digest unsigned " + base(name),
			}
		}},
		{"two files of one digest", []int{1, 0, 1}, func(w *world) []string {
			text := w.content(w.Digests[1])
			w.check(digesttest.Write(filepath.Join(w.Dir, "A", base(w.Digests[1])), []byte(text)))
			w.check(digesttest.Write(filepath.Join(w.Dir, "A", "forged.gz"), []byte(text+" ")))
			return []string{"wrong digest modified forged.gz"}
		}},
		{"a gap", []int{1, digesttest.Off, 1}, func(w *world) []string {
			w.head(w.Digests[0])
			return []string{"unproven chain gap " + base(w.Digests[2])}
		}},
		{"without the newest signature", []int{1, 1}, func(w *world) []string {
			w.in.Heads = nil
			return []string{"unproven digest unsigned " + base(w.Digests[1])}
		}},
		{"heads without names", []int{1, 1}, func(w *world) []string {
			heads, err := digest.ParseHeads("all.json",
				slices.Concat(w.Head(w.Digests[0]), w.Head(w.Digests[1])))
			w.check(err)
			w.in.Heads = heads
			return nil
		}},
		{"a head of another trail", []int{1, 1}, func(w *world) []string {
			other := otherWorld(w.T)
			heads, err := digest.ParseHeads("other.json", other.Head(other.Digests[0]))
			w.check(err)
			w.in.Heads = append(w.in.Heads, heads...)
			return []string{"note head unused other.json"}
		}},
		{"a wrong head beside the right one", []int{1, 1, 1}, func(w *world) []string {
			heads, err := digest.ParseHeads(base(w.Digests[0]), w.Head(w.Digests[1]))
			w.check(err)
			w.in.Heads = append(w.in.Heads, heads...)
			return []string{"note head other " + base(w.Digests[0])}
		}},
		{"without keys", []int{1, 1}, func(w *world) []string {
			w.in.Keys = nil
			return []string{"unproven chain no-keys ."}
		}},
		{"without keys, a digest changed", []int{1, 1, 1}, func(w *world) []string {
			w.in.Keys = nil
			w.edit(w.Digests[1], `"oldestEventTime":null`, `"oldestEventTime":"x"`)
			return []string{
				"wrong digest modified " + base(w.Digests[1]),
				"unproven chain no-keys .",
			}
		}},
		{"the keys of another region", []int{1, 1}, func(w *world) []string {
			w.in.Keys = otherWorld(w.T).in.Keys
			return []string{"unproven chain no-key ."}
		}},
		{"another key under the fingerprint", []int{1, 1}, func(w *world) []string {
			w.in.Keys[0] = rename(otherWorld(w.T).in.Keys[0], w.in.Keys[0].Fingerprint)
			return []string{
				"wrong digest signature " + base(w.Digests[0]),
				"wrong digest signature " + base(w.Digests[1]),
			}
		}},
		{"an expired key", []int{1, 1}, func(w *world) []string {
			w.in.Keys[0].To = digesttest.Begin().Add(-time.Hour)
			return []string{
				"wrong digest expired " + base(w.Digests[0]),
				"wrong digest expired " + base(w.Digests[1]),
			}
		}},
		{"a key exchanged at the end of the hour", []int{1}, func(w *world) []string {
			w.in.Keys[0].From = digesttest.At(1).Add(time.Hour)
			return nil
		}},
		{"a backfill digest", []int{1, 1}, func(w *world) []string {
			name, _, err := w.Backfill(0)
			w.check(err)
			w.head(name)
			return nil
		}},
		{"a backfill digest's log changed", []int{1, 1}, func(w *world) []string {
			name, log, err := w.Backfill(0)
			w.check(err)
			w.head(name)
			w.edit(log, `"GetObject"`, `"PutObject"`)
			return []string{"wrong log modified " + base(log)}
		}},
		{"a backfill digest signed by a later key", []int{1, 1}, func(w *world) []string {
			name, _, err := w.Backfill(0)
			w.check(err)
			w.in.Heads = nil
			w.head(name)
			w.in.Heads[0].Generated = digesttest.At(200)
			return []string{
				"wrong digest expired " + base(name),
				"unproven digest unsigned " + base(w.Digests[1]),
			}
		}},
		{"no digests", []int{1, 2}, func(w *world) []string {
			w.check(os.Remove(w.Digests[0]))
			w.check(os.Remove(w.Digests[1]))
			w.in.Heads = nil
			return []string{"unproven chain no-digests " + base(w.Logs[0][0])}
		}},
		{"a file of something else", []int{1}, func(w *world) []string {
			w.check(digesttest.Write(filepath.Join(w.Dir, "x.gz"), []byte(`{"digest":1}`)))
			return nil
		}},
		{"a file that cannot be opened", []int{1}, func(w *world) []string {
			w.check(os.Mkdir(filepath.Join(w.Dir, "d"), 0o700))
			w.check(os.WriteFile(filepath.Join(w.Dir, "d", "half.gz"), []byte{0x1f, 0x8b, 8, 0xff}, 0o600))
			return []string{"unproven file unreadable half.gz"}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, test.hours...)
			want := test.change(w)
			if want == nil {
				want = []string{}
			}
			r := w.verify()
			if diff := cmp.Diff(want, told(r)); diff != "" {
				t.Errorf("want - got +:\n%s", diff)
			}
			// A second run says the same to the byte.
			one, err := json.Marshal(r)
			w.check(err)
			two, err := json.Marshal(w.verify())
			w.check(err)
			if !bytes.Equal(one, two) {
				t.Errorf("two runs differ:\n%s\n%s", one, two)
			}
		})
	}
}

// Two digests deleted in a row are not told as one.
func TestSeveralMissing(t *testing.T) {
	w := newWorld(t, 0, 0, 0, 0)
	w.check(os.Remove(w.Digests[1]))
	w.check(os.Remove(w.Digests[2]))
	p := w.verify().Problems[0]
	if !strings.Contains(p.Text, "for these 2 hours, so more than this one") ||
		!p.From.Equal(digesttest.At(1)) || !p.To.Equal(digesttest.At(3)) {
		t.Errorf("got %+v", p)
	}
}

// What the hints tell a person to run does nothing else, whatever a digest calls itself.
func TestHintsAreHarmless(t *testing.T) {
	w := newWorld(t, 1, 1)
	w.in.Heads = nil
	w.edit(w.Digests[1], `"digestS3Bucket":"logs-example"`, `"digestS3Bucket":"x;id"`)
	w.edit(w.Digests[1], `"digestS3Object":"AWSLogs`, `"digestS3Object":"$(id)'; id #`)
	for _, p := range w.verify().Problems {
		for _, bad := range []string{"x;id", "$(id)"} {
			if strings.Contains(p.Hint, bad) {
				t.Errorf("hint %q", p.Hint)
			}
		}
		if p.Kind == "unsigned" && !strings.Contains(p.Hint, "--bucket BUCKET --key KEY > ") {
			t.Errorf("hint %q", p.Hint)
		}
	}
}
