package ingest_test

import (
	"archive/tar"
	stdzip "archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"breachwindow/ingest"
)

// packedFile is a file for an archive: its name and content.
type packedFile struct{ name, content string }

func zipOf(t *testing.T, members ...packedFile) string {
	t.Helper()
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	for _, m := range members {
		f, err := w.Create(m.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarOf(t *testing.T, members ...packedFile) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Typeflag: tar.TypeReg, Size: int64(len(m.content)), Mode: 0o644}
		if strings.HasSuffix(m.name, "/") {
			h.Typeflag, h.Size = tar.TypeDir, 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zst(t *testing.T, s string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(s), nil))
}

// readAll reads a file and, if it is an archive, the files in it: one line for each, with its
// form, its events and its rejects. It checks every account.
func readAll(t *testing.T, r io.Reader, opt ingest.Options) (lines []string, all *kept) {
	t.Helper()
	all = &kept{}
	note := func(name string, f ingest.File, k *kept) {
		checkAccount(t, f, k)
		if len(f.SHA256) != 64 && f.Rejects == 0 {
			t.Errorf("%s: hash %q", name, f.SHA256)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", name, f.Form, k.actions())))
		all.events = append(all.events, k.events...)
		all.rejects = append(all.rejects, k.rejects...)
	}
	top := &kept{}
	f, err := ingest.ReadArchive(t.Context(), "x", r, opt, top,
		func(name string, read func(ingest.Sink) (ingest.File, error)) error {
			k := &kept{}
			f, err := read(k)
			if err == nil {
				note(name, f, k)
			}
			return err
		})
	if err != nil {
		t.Fatal(err)
	}
	note("x", f, top)
	return lines, all
}

// plain hides what a reader can do beside reading.
type plain struct{ io.Reader }

func TestArchives(t *testing.T) {
	trail := `{"Records":[` + ev(1) + "," + ev(2) + "]}"
	files := []packedFile{{"2022/a.json", trail}, {"2022/b.json.gz", gz(t, ev(3))}, {"c.txt", "hello"}}
	want := []string{"x!2022/a.json cloudtrail/s3 E1 E2", "x!2022/b.json.gz cloudtrail/ndjson E3", "x!c.txt unknown"}
	inner := packedFile{"in.zip", zipOf(t, files...)}
	wantInner := []string{
		"x!in.zip!2022/a.json cloudtrail/s3 E1 E2", "x!in.zip!2022/b.json.gz cloudtrail/ndjson E3", "x!in.zip!c.txt unknown",
		"x!in.zip archive/zip",
	}
	broken := zipOf(t, files...)
	tests := []struct {
		name, in string
		want     []string
		reasons  []string // how the rejects begin, without those of c.txt
	}{
		{"zip", zipOf(t, files...), append(want[:3:3], "x archive/zip"), nil},
		{"tar", tarOf(t, files...), append(want[:3:3], "x archive/tar"), nil},
		{"tar.gz", gz(t, tarOf(t, files...)), append(want[:3:3], "x archive/tar"), nil},
		{"tar.zst", zst(t, tarOf(t, files...)), append(want[:3:3], "x archive/tar"), nil},
		{"zip.gz", gz(t, zipOf(t, files...)), append(want[:3:3], "x archive/zip"), nil},
		{"zip in tar.gz", gz(t, tarOf(t, inner)), append(wantInner[:4:4], "x archive/tar"), nil},
		{"zip in zip", zipOf(t, inner), append(wantInner[:4:4], "x archive/zip"), nil},
		{
			"three archives", zipOf(t, packedFile{"a.tar", tarOf(t, inner)}),
			[]string{"x!a.tar!in.zip unknown", "x!a.tar archive/tar", "x archive/zip"},
			[]string{"1: an archive in an archive in an archive: unpack it first"},
		},
		{"folders and no files", tarOf(t, packedFile{"a/", ""}), []string{"x archive/tar"}, nil},
		{"empty zip", zipOf(t), []string{"x archive/zip"}, nil},
		{
			"names", tarOf(t, packedFile{"./a.json", ev(1)}, packedFile{"a.json", ev(2)}, packedFile{"/etc/../a.json", ev(3)}, packedFile{"\xff", ev(4)}),
			[]string{"x!a.json cloudtrail/ndjson E1", "x!a.json#2 cloudtrail/ndjson E2", "x!a.json#3 cloudtrail/ndjson E3", `x!\xff cloudtrail/ndjson E4`, "x archive/tar"},
			nil,
		},
		{
			"not logs", zipOf(t, packedFile{"__MACOSX/._a.json", "\x00\x05"}, packedFile{".git/x", "y"}, packedFile{"a/Thumbs.db", "z"}, packedFile{"a/b", ev(1)}),
			[]string{"x!__MACOSX/._a.json skipped", "x!.git/x skipped", "x!a/Thumbs.db skipped", "x!a/b cloudtrail/ndjson E1", "x archive/zip"},
			nil,
		},
		{
			"empty files", zipOf(t, packedFile{"a.json", ""}, packedFile{"b.json.gz", ""}),
			[]string{"x!a.json empty", "x!b.json.gz unreadable", "x archive/zip"},
			[]string{"1: an empty file where gzip data was expected"},
		},
		{
			"tar that ends early", tarOf(t, packedFile{"a", ev(1)}, packedFile{"b", ev(2)})[:1024+512+40],
			[]string{"x!a cloudtrail/ndjson E1", "x!b unknown", "x archive/tar"},
			[]string{"1: reading the file: unexpected EOF; the file ends within a record", "1: the tar archive is broken or ends early"},
		},
		{
			"tar.gz that ends early", gz(t, tarOf(t, files...))[:200],
			[]string{"x!2022/a.json cloudtrail/s3 E1", "x archive/tar"},
			[]string{"2: reading the file: the gzip data ends early", "1: the tar archive is broken or ends early: the gzip data ends early"},
		},
		{"zip that ends early", broken[:len(broken)-30], []string{"x archive/zip"}, []string{"1: the zip archive is broken or ends early"}},
		{
			"zip with damage", strings.Replace(zipStored(t, packedFile{"a", ev(1)}, packedFile{"b", ev(2)}), "id1", "idX", 1),
			[]string{"x!a cloudtrail/ndjson E1", "x!b cloudtrail/ndjson E2", "x archive/zip"},
			[]string{"2: reading the file: the checksum in the archive does not match"},
		},
		{"encrypted zip", encrypted(t), []string{"x!a unknown", "x archive/zip"}, []string{"1: reading the file: it is encrypted: unpack it first"}},
		{"document", zipOf(t, packedFile{"[Content_Types].xml", "<?xml"}, packedFile{"a", "b"}), []string{"x unknown"}, []string{"1: this is an Office document"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tt.in), plain{strings.NewReader(tt.in)}} {
				lines, k := readAll(t, r, ingest.Options{})
				if got, want := strings.Join(lines, "\n"), strings.Join(tt.want, "\n"); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
				var reasons []string
				for s := range strings.SplitSeq(k.reasons(), "\n") {
					if s != "" && !strings.Contains(s, "text that is not JSON") {
						reasons = append(reasons, s)
					}
				}
				ok := len(reasons) == len(tt.reasons)
				for i := 0; ok && i < len(reasons); i++ {
					ok = strings.HasPrefix(reasons[i], tt.reasons[i])
				}
				if !ok {
					t.Errorf("rejects %q, want %q", reasons, tt.reasons)
				}
			}
			if _, err := ingest.Read(t.Context(), "x", strings.NewReader(tt.in), ingest.Options{}, &kept{}); !errors.Is(err, ingest.ErrArchive) {
				t.Errorf("Read: %v", err)
			}
		})
	}
}

// zipStored is a zip archive that does not compress.
func zipStored(t *testing.T, members ...packedFile) string {
	t.Helper()
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	for _, m := range members {
		f, err := w.CreateHeader(&stdzip.FileHeader{Name: m.name, Method: stdzip.Store, Modified: time.Unix(1671527642, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// encrypted is a zip archive that says that its file is.
func encrypted(t *testing.T) string {
	t.Helper()
	b := []byte(zipStored(t, packedFile{"a", ev(1)}))
	b[6] |= 1 // flags of the file
	i := bytes.Index(b, []byte("PK\x01\x02"))
	b[i+8] |= 1 // of its entry in the directory
	return string(b)
}

func TestOldTar(t *testing.T) {
	b := []byte(tarOf(t, packedFile{"a.json", ev(1)}))
	for i := 257; i < 265; i++ { // the mark
		b[i] = 0
	}
	sum := 8 * int(' ')
	for i, c := range b[:512] {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	lines, _ := readAll(t, bytes.NewReader(b), ingest.Options{})
	if got := strings.Join(lines, ", "); got != "x!a.json cloudtrail/ndjson E1, x archive/tar" {
		t.Error(got)
	}
}

func TestZstd(t *testing.T) {
	f, k := read(t, []byte(zst(t, ev(1)+"\n")+zst(t, ev(2))), ingest.Options{})
	if f.Form != "cloudtrail/ndjson" || k.actions() != "E1 E2" {
		t.Errorf("form %s, events %q, rejects %q", f.Form, k.actions(), k.reasons())
	}
	_, k = read(t, []byte(gz(t, zst(t, ev(1)))), ingest.Options{})
	if k.actions() != "E1" {
		t.Errorf("within gzip: events %q, rejects %q", k.actions(), k.reasons())
	}
}

// TestExpansion bounds what comes out of a file in all, whatever it is packed in.
func TestExpansion(t *testing.T) {
	blank := ev(1) + "\n" + strings.Repeat(" ", 8<<20)
	for name, in := range map[string]string{
		"zip":        zipOf(t, packedFile{"a", blank}, packedFile{"b", blank}, packedFile{"c", ev(3)}),
		"tar.gz":     gz(t, tarOf(t, packedFile{"a", blank}, packedFile{"b", blank}, packedFile{"c", ev(3)})),
		"zip of zip": zipOf(t, packedFile{"a", blank}, packedFile{"in.zip", zipOf(t, packedFile{"b", blank}, packedFile{"c", blank})}),
	} {
		lines, k := readAll(t, strings.NewReader(in), ingest.Options{MaxExpand: 10 << 20})
		if k.events[0].Action != "E1" || strings.Contains(k.actions(), "E3") || !strings.Contains(k.reasons(), "expands to more than the limit of 10485760 bytes") {
			t.Errorf("%s: %q, rejects %q", name, lines, k.reasons())
		}
		lines, k = readAll(t, strings.NewReader(in), ingest.Options{})
		if len(k.rejects) > 0 {
			t.Errorf("%s: %q, rejects %q", name, lines, k.reasons())
		}
	}
}

// racing tells whether the race detector watches, which takes twenty times as long to read a byte.
func racing() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// TestMemoryOfBomb unpacks a thousand times what is stored, 5 GiB of 5 MiB: blank lines and one
// endless string.
func TestMemoryOfBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT CHECKED: that a file which expands a thousandfold needs little memory")
	}
	times := 300
	if racing() {
		times = 10 // still more than the memory that is allowed
	}
	for name, block := range map[string]string{"lines": "                \n", "string": "xxxxxxxxxxxxxxxxx"} {
		once := zip(t, []byte(strings.Repeat(block, 1<<20))) // 17 MiB
		stored := gz(t, ev(1)+"\n\"") + strings.Repeat(string(once), times)
		var m runtime.MemStats
		most := uint64(0)
		opt := ingest.Options{MaxRecord: 8 << 20, Progress: func(int64) {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}}
		runtime.GC()
		f, err := ingest.Read(t.Context(), name, strings.NewReader(stored), opt, &kept{})
		if err != nil || f.Events != 1 || f.Rejects != 1 || most == 0 || most > 64<<20 {
			t.Errorf("%s: heap of %d MiB, %+v, %v", name, most>>20, f, err)
		}
	}
}

// TestRawIn leads back from records to where they stand in archives.
func TestRawIn(t *testing.T) {
	files := []packedFile{{"a.json", "[" + ev(1) + ",\n" + ev(2) + "]"}, {"b.json.gz", gz(t, ev(3))}, {"a.json", ev(4)}}
	in := gz(t, tarOf(t, packedFile{"first", ev(5)}, packedFile{"in.zip", zipOf(t, files...)}, packedFile{"last", ev(6)}))
	for _, tt := range []struct {
		member string
		pos    int64
		want   string
	}{
		{"first", 1, ev(5)},
		{"last", 1, ev(6)},
		{"in.zip!a.json", 2, ev(2)},
		{"in.zip!b.json.gz", 1, ev(3)},
		{"in.zip!a.json#2", 1, ev(4)},
		{"in.zip!a.json", 3, ""},
		{"in.zip", 1, ""},
		{"nowhere", 1, ""},
	} {
		raw, err := ingest.RawIn("x", strings.NewReader(in), tt.member, tt.pos, ingest.Options{})
		if string(raw) != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s, %d: %q, %v", tt.member, tt.pos, raw, err)
		}
	}
	if _, err := ingest.RawIn("x", strings.NewReader(ev(1)), "a", 1, ingest.Options{}); err == nil {
		t.Error("a member of what is no archive")
	}
}

// FuzzArchive reads anything as an archive: the sums hold, nothing panics.
func FuzzArchive(f *testing.F) {
	t := &testing.T{}
	files := []packedFile{{"a.json", ev(1)}, {"b/", ""}, {"c.gz", gz(t, ev(2))}}
	f.Add([]byte(zipOf(t, files[0], files[2])))
	f.Add([]byte(zipStored(t, files[0], files[2])))
	f.Add([]byte(tarOf(t, files...)))
	f.Add([]byte(gz(t, tarOf(t, packedFile{"in.zip", zipOf(t, files[0])}))))
	f.Add([]byte(zst(t, ev(1))))
	f.Fuzz(func(t *testing.T, b []byte) {
		readAll(t, bytes.NewReader(b), ingest.Options{MaxRecord: 1000, MaxExpand: 1 << 20})
	})
}
