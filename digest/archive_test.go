package digest_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"breachwindow/digest/digesttest"
)

// An export that is handed on as an archive verifies as it is.
func TestArchives(t *testing.T) {
	const log = "111122223333_CloudTrail_eu-west-1_20221220T0015Z_LOG0000000000001.json.gz"
	tests := []struct {
		name string
		pack func(w *world)
		want []string
	}{
		{"zip", (*world).zip, []string{}},
		{"tar.gz", func(w *world) { w.tar("all.tgz", gzipped) }, []string{}},
		{"tar.zst", func(w *world) { w.tar("all.tar.zst", zstdPacked) }, []string{}},
		{"a changed log in a zip", func(w *world) {
			w.edit(w.Logs[0][0], `"GetObject"`, `"PutObject"`)
			w.zip()
		}, []string{"wrong log modified " + log}},
		{"a log packed by zstd", func(w *world) {
			text := []byte(w.content(w.Logs[0][0]))
			e, err := zstd.NewWriter(nil)
			w.check(err)
			name := filepath.Join(w.Dir, strings.TrimSuffix(log, "gz")+"zst")
			w.check(os.WriteFile(name, e.EncodeAll(text, nil), 0o600))
			w.check(os.Remove(w.Logs[0][0]))
		}, []string{}},
		{"a zip in a tar", func(w *world) {
			w.zip()
			w.tar("all.tgz", gzipped)
		}, []string{
			"wrong digest missing 111122223333_CloudTrail-Digest_eu-west-1_main_eu-west-1_" +
				"20221220T020000Z.json.gz.head-object.json",
			"unproven file unreadable all.tgz!all.zip",
		}},
		{"a zip that is cut", func(w *world) {
			w.zip()
			name := filepath.Join(w.Dir, "all.zip")
			text, err := os.ReadFile(name)
			w.check(err)
			w.check(os.WriteFile(name, text[:len(text)-30], 0o600))
			w.in.Heads = nil
		}, []string{"unproven file unreadable all.zip"}},
		{"a tar that is cut", func(w *world) {
			w.tar("all.tgz", gzipped)
			name := filepath.Join(w.Dir, "all.tgz")
			text, err := digesttest.Read(name)
			w.check(err)
			w.check(digesttest.Write(name, text[:bytes.Index(text, []byte("CloudTrail-Digest"))+2000]))
			w.in.Heads = nil
		}, []string{
			"unproven file unreadable all.tgz",
			"unproven chain no-digests " + log,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, 2, 1)
			test.pack(w)
			r := w.verify()
			if diff := cmp.Diff(test.want, told(r)); diff != "" {
				t.Errorf("want - got +:\n%s", diff)
			}
			if len(test.want) == 0 && (len(r.Chains) != 1 || r.Chains[0].LogsProven != 3) {
				t.Errorf("%+v", r.Chains)
			}
		})
	}
}
