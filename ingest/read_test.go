package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"breachwindow/ingest"
)

// kept is a sink that keeps everything.
type kept struct {
	events  []ingest.Event
	rejects []ingest.Reject
}

func (k *kept) Events(e []ingest.Event) error { k.events = append(k.events, e...); return nil }
func (k *kept) Reject(r ingest.Reject) error  { k.rejects = append(k.rejects, r); return nil }
func (k *kept) actions() string {
	var s []string
	for _, e := range k.events {
		s = append(s, e.Action)
	}
	return strings.Join(s, " ")
}

func (k *kept) reasons() string {
	var s []string
	for _, r := range k.rejects {
		s = append(s, fmt.Sprintf("%d: %s", r.Pos, r.Reason))
	}
	return strings.Join(s, "\n")
}

// read reads bytes as a file and checks what holds for every file.
func read(t *testing.T, b []byte, opt ingest.Options) (ingest.File, *kept) {
	t.Helper()
	return readFrom(t, bytes.NewReader(b), opt)
}

func readFrom(t *testing.T, r io.Reader, opt ingest.Options) (ingest.File, *kept) {
	t.Helper()
	k := &kept{}
	f, err := ingest.Read(t.Context(), "file", r, opt, k)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	checkAccount(t, f, k)
	return f, k
}

func checkAccount(t *testing.T, f ingest.File, k *kept) {
	t.Helper()
	if f.Records != f.Events+f.Rejects {
		t.Errorf("records %d != events %d + rejects %d", f.Records, f.Events, f.Rejects)
	}
	if f.Events != int64(len(k.events)) || f.Rejects != int64(len(k.rejects)) {
		t.Errorf("account says %d events and %d rejects, the sink got %d and %d",
			f.Events, f.Rejects, len(k.events), len(k.rejects))
	}
	if f.Form == "" {
		t.Error("no form")
	}
	if f.Form == "unknown" && (f.Rejects != 1 || f.Events != 0) {
		t.Errorf("unknown with %d rejects and %d events", f.Rejects, f.Events)
	}
	for _, r := range k.rejects {
		if len(r.Excerpt) > 200 || !utf8.ValidString(r.Excerpt) || !isClean(r.Excerpt) {
			t.Errorf("excerpt is not fit to show: %q", r.Excerpt)
		}
		if r.Reason == "" || r.Pos < 1 || !utf8.ValidString(r.Reason) || !isClean(r.Reason) {
			t.Errorf("bad reject %d: %+q", r.Pos, r.Reason)
		}
	}
	for _, e := range k.events {
		checkEvent(t, &e)
	}
}

func isClean(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7F }) < 0
}

const event = `{"eventVersion":"1.08","eventID":"id%d","eventTime":"2022-12-20T09:14:0%dZ",` +
	`"eventSource":"ec2.amazonaws.com","eventName":"E%d"}`

// ev is a small CloudTrail event.
func ev(n int) string {
	return fmt.Sprintf(event, n, n%10, n)
}

func gz(t *testing.T, s string) string {
	t.Helper()
	return string(zip(t, []byte(s)))
}

// uncompressed is gzip whose data can be cut where one likes.
func uncompressed(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestForms(t *testing.T) {
	gh := `{"action":"repo.create","actor":"a","org":"o","created_at":1671527642101,"_document_id":"d"}`
	ci := `{"id":"1","action":"context.create","occurred_at":"2022-12-20T09:14:02Z"}`
	digest := `{"digestStartTime":"2023-07-10T11:49:00Z","logFiles":[]}`
	s3 := `{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2023-07-10T12:05:01.000Z",` +
		`"eventName":"ObjectCreated:Put","s3":{}}`
	tests := []struct {
		name, in, form  string
		events, rejects int
		positions       string
	}{
		{"s3", `{"Records":[` + ev(1) + "," + ev(2) + `]}`, "cloudtrail/s3", 2, 0, "1 2"},
		{"s3 with BOM and space", "\xEF\xBB\xBF \n{ \"Records\" :\r\n [ " + ev(1) + " ] }\n", "cloudtrail/s3", 1, 0, "1"},
		{"s3 with members around", `{"a":1,"b":"x","Records":[` + ev(1) + `],"c":{"d":[1]}}`, "cloudtrail/s3", 1, 0, "1"},
		{"s3, two arrays", `{"Records":[` + ev(1) + `],"Records":[` + ev(2) + `]}`, "cloudtrail/s3", 2, 0, "1 2"},
		{"s3, several documents", `{"Records":[` + ev(1) + `]}{"Records":[` + ev(2) + "]}\n{\"Records\":[]}", "cloudtrail/s3", 2, 0, "1 2"},
		{"s3 lines", `{"Records":[` + ev(1) + "]}\n" + `{"Records":[` + ev(2) + "]}\n", "cloudtrail/s3", 2, 0, "1 2"},
		{"s3 documents in an array", `[{"Records":[` + ev(1) + `]},{"Records":[` + ev(2) + `]}]`, "cloudtrail/s3", 2, 0, "1 2"},
		{"array", "[" + ev(1) + ",\n" + ev(2) + "]", "cloudtrail/array", 2, 0, "1 2"},
		{"arrays of arrays", "[[" + ev(1) + "],[" + ev(2) + "]]", "cloudtrail/array", 2, 0, "1 2"},
		{"arrays in a row", "[" + ev(1) + "]\n[" + ev(2) + "]", "cloudtrail/array", 2, 0, "1 2"},
		{"ndjson", ev(1) + "\n" + ev(2) + "\n", "cloudtrail/ndjson", 2, 0, "1 2"},
		{"ndjson with blank lines", "\n" + ev(1) + "\r\n\r\n" + ev(2), "cloudtrail/ndjson", 2, 0, "2 4"},
		{"one event", ev(1), "cloudtrail/ndjson", 1, 0, "1"},
		{"events without newline", ev(1) + ev(2) + ev(3), "cloudtrail/ndjson", 3, 0, "1 2 3"},
		{"pretty events", "{\n" + ev(1)[1:] + "\n{\n" + ev(2)[1:] + "\n", "cloudtrail/ndjson", 2, 0, "1 2"},
		{"github stream", gh + "\n" + gh + "\n", "github/stream", 2, 0, "1 2"},
		{"github array", "[" + gh + "]", "github/rest", 1, 0, "1"},
		{"github pretty", "{\n" + gh[1:] + "{\n" + gh[1:], "github/rest", 2, 0, "1 2"},
		{"circleci stream", ci + "\n", "circleci/stream", 1, 0, "1"},
		{"mixed", gh + "\n" + ci + "\n" + ev(1) + "\n", "mixed", 3, 0, "1 2 3"},
		{"mixed by a reject", gh + "\n" + strings.Replace(ev(1), "2022", "soon", 1) + "\n", "mixed", 1, 1, "1"},
		{"gzip", gz(t, ev(1)), "cloudtrail/ndjson", 1, 0, "1"},
		{"gzip twice", gz(t, gz(t, ev(1))), "cloudtrail/ndjson", 1, 0, "1"},
		{"gzip members", gz(t, ev(1)+"\n") + gz(t, ev(2)), "cloudtrail/ndjson", 2, 0, "1 2"},
		{"gzip members of whole documents", gz(t, `{"Records":[`+ev(1)+`]}`) + gz(t, `{"Records":[`+ev(2)+`]}`), "cloudtrail/s3", 2, 0, "1 2"},
		{"empty", "", "empty", 0, 0, ""},
		{"white space", "\n \r\n", "empty", 0, 0, ""},
		{"gzipped nothing", gz(t, ""), "empty", 0, 0, ""},
		{"empty array", "[]", "empty", 0, 0, ""},
		{"empty object", "{}", "empty", 0, 0, ""},
		{"empty records", ` {"Records": [ ] }`, "cloudtrail/s3", 0, 0, ""},
		{"digest", digest, "cloudtrail/digest", 0, 0, ""},
		{"digests", digest + "\n" + digest, "cloudtrail/digest", 0, 0, ""},
		{"digest among events", digest + "\n" + ev(1), "cloudtrail/ndjson", 1, 1, "2"},
		{"event before digest", ev(1) + "\n" + digest, "cloudtrail/ndjson", 1, 1, "1"},
		{"s3 notification", `{"Records":[` + s3 + "," + s3 + "]}", "aws/s3-notification", 0, 0, ""},
		{"s3 test event", `{"Service":"Amazon S3","Event":"s3:TestEvent"}`, "aws/s3-notification", 0, 0, ""},
		{"config snapshot", `{"fileVersion":"1.0","configSnapshotId":"x","configurationItems":[]}`, "aws/config-snapshot", 0, 0, ""},
		{"other JSON", `{"foo":1,"bar":[2]}`, "unknown", 0, 1, ""},
		{"other JSON before events", `{"foo":1}` + "\n" + ev(1) + "\n", "cloudtrail/ndjson", 1, 1, "2"},
		{"text", "hello\nworld\n", "unknown", 0, 1, ""},
		{"text before events", "# exported\n" + ev(1) + "\n", "cloudtrail/ndjson", 1, 1, "2"},
		{"numbers", "1\n2\n3", "unknown", 0, 1, ""},
		{"png", "\x89PNG\r\n\x1a\n....", "unknown", 0, 1, ""},
		{"utf-16", "\xFF\xFE{\x00}\x00", "unknown", 0, 1, ""},
		{"utf-16 without mark", "{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "unknown", 0, 1, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, k := read(t, []byte(tt.in), ingest.Options{})
			if f.Form != tt.form || len(k.events) != tt.events || len(k.rejects) != tt.rejects {
				t.Errorf("form %s, %d events, rejects %q; want %s, %d, %d",
					f.Form, len(k.events), k.reasons(), tt.form, tt.events, tt.rejects)
			}
			var positions []string
			for _, e := range k.events {
				positions = append(positions, fmt.Sprint(e.Pos))
			}
			if got := strings.Join(positions, " "); got != tt.positions {
				t.Errorf("positions %q, want %q", got, tt.positions)
			}
		})
	}
}

// TestBroken pins what comes of damage: which events still load, and one reject for each
// damage, with its reason.
func TestBroken(t *testing.T) {
	noTime := `{"eventVersion":"1.08","eventID":"x","eventSource":"s","eventName":"E"}`
	cut := ev(2)[:60]
	long := ev(2)[:len(ev(2))-1] + `,"pad":"` + strings.Repeat("x", 5000) + `"}`
	deep := ev(2)[:len(ev(2))-1] + `,"d":` + strings.Repeat("[", 1001) + strings.Repeat("]", 1001) + "}"
	stored := uncompressed(t, `{"Records":[`+ev(1)+","+ev(2)+"]}")
	zipped := gz(t, `{"Records":[`+ev(1)+","+ev(2)+"]}")
	tests := []struct {
		name, in, actions string
		reasons           []string // how each begins
	}{
		{"line in the middle", ev(1) + "\n{\"a\":}\n" + ev(3) + "\n", "E1 E3", []string{"2: not JSON: no JSON value at byte"}},
		{"line cut within a string", ev(1) + "\n" + cut + "\n" + ev(3) + "\n", "E1 E3", []string{"2: not JSON: a control character"}},
		{"line cut after a comma", ev(1) + "\n{\"a\":1,\n" + ev(3) + "\n", "E1 E3", []string{"2: not JSON: a member name"}},
		{"line cut within an array", ev(1) + "\n{\"a\":[\n" + ev(3) + "\n" + ev(4), "E1 E3 E4", []string{"2: not JSON: no comma"}},
		{"line cut, and its end later", ev(1) + "\n{\"a\":\n" + ev(3) + "\n}\n" + ev(5), "E1 E3 E5", []string{"2: not JSON: the line ends within a value at byte 131", "4: not JSON"}},
		{"last line cut within an array", ev(1) + "\n{\"a\":[\n" + ev(3), "E1 E3", []string{"2: not whole"}},
		{"first line", "{\"a\":}\n" + ev(2), "E2", []string{"1: not JSON"}},
		{"last line cut", ev(1) + "\n" + cut, "E1", []string{"2: the file ends within a record"}},
		{"string line with more behind it", ev(1) + "\n\"\"eventVersion\"\n" + ev(3), "E1 E3", []string{"2: not JSON: something else stands behind a value"}},
		{"lines with commas", ev(1) + ",\n" + ev(2) + ",\n" + ev(3), "E1 E2 E3", nil},
		{"event with junk behind it", ev(1) + "\n" + ev(2) + "junk\n" + ev(3), "E1 E2 E3", []string{"2: not JSON"}},
		{"array and wrapper lines", ev(1) + "\n[" + ev(2) + "]\n{\"Records\":[" + ev(3) + "," + ev(4) + "]}\n[\n" + ev(5) + "\n{\"Records\":[\n" + ev(6), "E1 E2 E3 E4 E5 E6", []string{"4: not JSON", "6: not whole"}},
		{"text line", ev(1) + "\nhello\n" + ev(3), "E1 E3", []string{"2: not JSON"}},
		{"scalar line", ev(1) + "\n42\n\"x\"\nnull\n[]\n" + ev(6), "E1 E6", []string{"2: not a JSON object but a number", "3: not a JSON object but a string", "4: not a JSON object but null"}},
		{"invalid UTF-8", ev(1) + "\n" + strings.Replace(ev(2), "E2", "E\xff", 1) + "\n" + ev(3), "E1 E3", []string{"2: not JSON: invalid UTF-8"}},
		{"NUL bytes", ev(1) + "\n\x00\x00\n" + ev(3), "E1 E3", []string{"2: not JSON"}},
		{"NUL in a string", ev(1) + "\n" + strings.Replace(ev(2), "E2", "E\x00", 1) + "\n" + ev(3), "E1 E3", []string{"2: not JSON: a control character"}},
		{"no time", noTime + "\n" + ev(2), "E2", []string{"1: no time: neither eventTime"}},
		{"bad time", strings.Replace(ev(1), "2022-12-20T09", "2022-13-20T09", 1) + "\n" + ev(2), "E2", []string{"1: eventTime is not a time"}},
		{"old time", strings.Replace(ev(1), "2022", "1999", 1) + "\n" + ev(2), "E2", []string{"1: eventTime is before 2000"}},
		{"late time", strings.Replace(ev(1), "2022", "2100", 1) + "\n" + ev(2), "E2", []string{"1: eventTime is after 2100"}},
		{"too deep", ev(1) + "\n" + deep + "\n" + ev(3), "E1 E3", []string{"2: not JSON: nested too deeply"}},
		{"too long", ev(1) + "\n" + long + "\n" + ev(3), "E1 E3", []string{"2: larger than the limit of 4096 bytes"}},
		{"too long in an array", "[" + ev(1) + "," + long + "," + ev(3) + "]", "E1 E3", []string{"2: larger than the limit of 4096 bytes"}},
		{"too long, apart", ev(1) + ev(2) + long + ev(3), "E1 E2 E3", []string{"3: larger than the limit of 4096 bytes"}},

		{"element", "[" + ev(1) + `,{"a":},` + ev(3) + "]", "E1 E3", []string{"2: not JSON"}},
		{"element of junk", "[" + ev(1) + `,junk,` + ev(3) + "]", "E1 E3", []string{"2: not JSON"}},
		{"element without its end", "[" + ev(1) + "," + ev(2)[:len(ev(2))-1] + "," + ev(3) + "," + ev(4) + "]", "E1 E3 E4", []string{"2: not JSON"}},
		{"element with an open quote", "[" + ev(1) + "," + strings.Replace(ev(2), `E2"`, `E2`, 1) + "," + ev(3) + "," + ev(4) + "]", "E1 E3 E4", []string{"2: not JSON"}},
		{"element with another start", `[` + ev(1) + `,{"x":{"y":1},{` + ev(3)[1:] + "]", "E1 E3", []string{"2: not JSON"}},
		{"element lost", `[` + ev(1) + `,{"x":[{"y":1},"z":1}]`, "E1", []string{"2: not JSON: no comma after an element at byte 144; the rest of the file from byte 127 could not be cut into records"}},
		{"invalid UTF-8 in an array", "[" + ev(1) + "," + strings.Replace(ev(2), "E2", "\xc3\x28", 1) + "," + ev(3) + "]", "E1 E3", []string{"2: not JSON: invalid UTF-8"}},
		{"array cut within an element", "[" + ev(1) + "," + cut, "E1", []string{"2: the file ends within a record"}},
		{"array cut after an element", "[" + ev(1) + "," + ev(2), "E1 E2", []string{"3: the file ends before the end of its array"}},
		{"array cut after a comma", "[" + ev(1) + ",", "E1", []string{"2: the file ends before the end of its array"}},
		{"comma missing", "[" + ev(1) + ev(2) + "]", "E1 E2", []string{"2: a comma is missing between elements at byte 126"}},
		{"comma too many", "[" + ev(1) + ",," + ev(2) + ",]", "E1 E2", []string{"2: an element is missing", "3: an element is missing"}},
		{"numbers in an array", "[" + ev(1) + ",1,[],[2]]", "E1", []string{"2: not a JSON object but a number", "3: not a JSON object but a number"}},
		{"wrapper cut after its array", `{"Records":[` + ev(1) + "]", "E1", []string{"2: the file ends before"}},
		{"junk in a wrapper", `{"Records":[` + ev(1) + `] junk}` + "\n" + `{"Records":[` + ev(2) + "]}", "E1 E2", []string{"2: not JSON: something else stands where"}},
		{"junk behind a document", `{"Records":[` + ev(1) + `]}]` + "\n" + `{"Records":[` + ev(2) + "]}", "E1 E2", []string{"2: not JSON"}},

		{"pretty, one broken", "{\n" + ev(1)[1:] + "\n{\n \"a\": ,\n \"b\": [\n  {\n  }\n ]\n}\n{\n" + ev(3)[1:], "E1 E3", []string{"2: not JSON"}},
		{"apart, one broken", ev(1) + `{"a":}` + ev(3), "E1 E3", []string{"2: not JSON"}},

		{"gzip cut", stored[:len(stored)-len(cut)], "E1", []string{"2: the gzip data ends early: the file is truncated; the file ends within a record"}},
		{"gzip without its trailer", zipped[:len(zipped)-4], "E1 E2", []string{"3: the gzip data ends early"}},
		{"gzip with a wrong checksum", zipped[:len(zipped)-8] + "abcdefgh", "E1 E2", []string{"3: the gzip checksum does not match"}},
		{"gzip with junk behind it", zipped + "this is junk", "E1 E2", []string{"3: what follows the gzip data is not gzip"}},
		{"gzip cut and then lines", gz(t, ev(1)+"\n") + "\x1f\x8b\x08", "E1", []string{"2: the gzip data ends early"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, k := read(t, []byte(tt.in), ingest.Options{MaxRecord: 4096})
			if got := k.actions(); got != tt.actions {
				t.Errorf("events %q, want %q", got, tt.actions)
			}
			got := strings.FieldsFunc(k.reasons(), func(r rune) bool { return r == '\n' })
			ok := len(got) == len(tt.reasons)
			for i := 0; ok && i < len(got); i++ {
				ok = strings.HasPrefix(got[i], tt.reasons[i])
			}
			if !ok {
				t.Errorf("rejects %q, want %q", got, tt.reasons)
			}
		})
	}
}

func TestUnknownSaysWhy(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"7z", "7z\xBC\xAF\x27\x1Crest", "this is a 7z archive: unpack it first; accepted are CloudTrail"},
		{"broken zstd", "\x28\xB5\x2F\xFDrest", "the zstd data ends early"},
		{"pdf", "%PDF-1.4\n", "this is a PDF document"},
		{"gzipped pdf", gz(t, "%PDF-1.4\n"), "this is a PDF document"},
		{"gzip in gzip in gzip", gz(t, gz(t, gz(t, ev(1)))), "packed three times, such as gzip within gzip within gzip: unpack it first"},
		{"utf-16", "\xFE\xFF\x00{", "this is UTF-16 text: convert it to UTF-8, such as by iconv -f UTF-16"},
		{"binary", "\x01\x02\x03\x04\xff\xfe", "this is binary data"},
		{"text", "hello\nworld\n", "text that is not JSON (nor is there a log record among 1 more); accepted"},
		{"csv", "a,b,c\n1,2,3\n", "text that is not JSON; as CSV it has no header of a log that is read here, such as id, action, occurred_at … or eventTime"},
		{"many members", `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g\u001b[31m":1,"h":1}`, "not a record of a log that is read here: a JSON object with the members a, b, c, d, e, f and 2 more"},
		{"hostile member", `{"g\u001b[31m":1}`, `not a record of a log that is read here: a JSON object with the members g\x1b[31m`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, k := read(t, []byte(tt.in), ingest.Options{})
			if f.Form != "unknown" || len(k.rejects) != 1 ||
				!strings.HasPrefix(k.rejects[0].Reason, tt.want) {
				t.Errorf("form %s, rejects %q, want %q", f.Form, k.reasons(), tt.want)
			}
		})
	}
}

// TestLateRecognition holds what comes before the first record of a known log.
func TestLateRecognition(t *testing.T) {
	f, k := read(t, []byte(strings.Repeat("junk\n", 150)+ev(1)), ingest.Options{})
	if f.Form != "cloudtrail/ndjson" || f.Rejects != 150 || k.actions() != "E1" || k.rejects[149].Pos != 150 {
		t.Errorf("form %s, %d rejects, events %q", f.Form, f.Rejects, k.actions())
	}
	f, k = read(t, []byte(strings.Repeat("1\n", 1<<20+200)+ev(1)), ingest.Options{})
	if f.Form != "unknown" || !strings.Contains(k.reasons(), "the rest was not read") || f.SHA256 == "" {
		t.Errorf("form %s, rejects %q", f.Form, k.reasons())
	}
}

func TestReadErrors(t *testing.T) {
	t.Run("unreadable", func(t *testing.T) {
		r := io.MultiReader(strings.NewReader(ev(1)+"\n"+ev(2)[:30]), iotest.ErrReader(errors.New("disk on fire")))
		f, k := readFrom(t, r, ingest.Options{})
		if k.actions() != "E1" || len(k.rejects) != 1 || f.SHA256 != "" ||
			!strings.Contains(k.rejects[0].Reason, "reading the file: disk on fire") {
			t.Errorf("events %q, rejects %q, hash %q", k.actions(), k.reasons(), f.SHA256)
		}
	})
	t.Run("unreadable at once", func(t *testing.T) {
		f, k := readFrom(t, iotest.ErrReader(errors.New("is a directory")), ingest.Options{})
		if f.Form != "unknown" || !strings.Contains(k.reasons(), "is a directory") {
			t.Errorf("form %s, rejects %q", f.Form, k.reasons())
		}
	})
	t.Run("no progress", func(t *testing.T) {
		_, k := readFrom(t, idle{}, ingest.Options{})
		if len(k.rejects) != 1 {
			t.Errorf("rejects %q", k.reasons())
		}
	})
	t.Run("one byte at a time", func(t *testing.T) {
		z := zip(t, []byte("["+ev(1)+","+ev(2)+"]"))
		_, k := readFrom(t, iotest.OneByteReader(bytes.NewReader(z)), ingest.Options{})
		if k.actions() != "E1 E2" {
			t.Errorf("events %q, rejects %q", k.actions(), k.reasons())
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := ingest.Read(ctx, "x", strings.NewReader(ev(1)), ingest.Options{}, &kept{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("cancelled within gzip", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		z := bytes.NewReader(zip(t, trail(5000)))
		opt := ingest.Options{Progress: func(int64) { cancel() }}
		_, err := ingest.Read(ctx, "x", z, opt, &kept{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("sink", func(t *testing.T) {
		full := errors.New("disk full")
		_, err := ingest.Read(t.Context(), "x", strings.NewReader(ev(1)), ingest.Options{}, failing{full})
		if !errors.Is(err, full) {
			t.Errorf("error %v", err)
		}
		_, err = ingest.Read(t.Context(), "x", strings.NewReader("junk"), ingest.Options{}, failing{full})
		if !errors.Is(err, full) {
			t.Errorf("error %v", err)
		}
	})
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

type failing struct{ err error }

func (f failing) Events([]ingest.Event) error { return f.err }
func (f failing) Reject(ingest.Reject) error  { return f.err }

func TestBounds(t *testing.T) {
	t.Run("expansion", func(t *testing.T) {
		bomb := zip(t, []byte(ev(1)+"\n"+strings.Repeat(" ", 50<<20)))
		f, k := read(t, bomb, ingest.Options{MaxExpand: 1 << 20})
		if k.actions() != "E1" || len(k.rejects) != 1 || f.Bytes != int64(len(bomb)) ||
			!strings.Contains(k.reasons(), "expands to more than the limit of 1048576 bytes") {
			t.Errorf("%d bytes, events %q, rejects %q", f.Bytes, k.actions(), k.reasons())
		}
		if f.SHA256 == "" {
			t.Error("no hash: the file was not read to its end")
		}
	})
	t.Run("exactly", func(t *testing.T) {
		text := ev(1) + "\n" + ev(2) + "\n"
		_, k := read(t, zip(t, []byte(text)), ingest.Options{MaxExpand: int64(len(text))})
		if k.actions() != "E1 E2" || len(k.rejects) != 0 {
			t.Errorf("events %q, rejects %q", k.actions(), k.reasons())
		}
	})
	t.Run("long line", func(t *testing.T) {
		long := ev(2)[:len(ev(2))-1] + `,"pad":"` + strings.Repeat("x", 50<<20) + `"}`
		_, k := read(t, []byte(ev(1)+"\n"+long+"\n"+ev(3)+"\n"), ingest.Options{})
		if k.actions() != "E1 E2 E3" || len(k.rejects) != 0 {
			t.Errorf("events %q, rejects %q", k.actions(), k.reasons())
		}
	})
	t.Run("too long a line", func(t *testing.T) {
		long := `{"pad":"` + strings.Repeat("x", 50<<20) + `"}`
		_, k := read(t, []byte(ev(1)+"\n"+long+"\n"+ev(3)+"\n"), ingest.Options{MaxRecord: 8 << 20})
		if k.actions() != "E1 E3" || len(k.rejects) != 1 {
			t.Errorf("events %q, rejects %q", k.actions(), k.reasons())
		}
	})
}

// checkEvent checks what holds for every event.
func checkEvent(t *testing.T, e *ingest.Event) {
	t.Helper()
	switch {
	case e.EventID == "" || e.Source == "" || e.Pos < 1:
		t.Errorf("event without id, source or position: %+v", e)
	case e.Outcome != "success" && e.Outcome != "failure":
		t.Errorf("outcome %q", e.Outcome)
	case e.Details != "" && !json.Valid([]byte(e.Details)):
		t.Errorf("details are not JSON: %s", e.Details)
	case (e.Credential == "") != (e.CredentialKind == ""):
		t.Errorf("credential %q of kind %q", e.Credential, e.CredentialKind)
	}
}
