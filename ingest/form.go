package ingest

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// source is a log whose records are read. A record is asked of each in turn.
type source struct {
	name string
	// event fills the event. mine is false if the record is not of this log; reject says
	// why it is and still cannot become an event.
	event func(m *mapper, e *Event) (mine bool, reject string)
	forms [framings]string // what a file of such records is called
}

// sources are the logs that are read. Order matters where records look alike.
var sources = [...]source{
	{"cloudtrail", (*mapper).cloudTrail, [framings]string{
		wrapped: emptyWrapper, array: "cloudtrail/array",
		lines: "cloudtrail/ndjson", apart: "cloudtrail/ndjson",
	}},
	{"circleci", (*mapper).circleCI, [framings]string{
		wrapped: "circleci/stream", array: "circleci/stream",
		lines: "circleci/stream", apart: "circleci/stream",
	}},
	{"github", (*mapper).gitHub, [framings]string{
		wrapped: "github/rest", array: "github/rest",
		lines: "github/stream", apart: "github/rest",
	}},
}

// others are records of known forms that are no logs.
var others = [...]struct {
	form string
	is   func(m *mapper) bool
}{
	{"empty", (*mapper).isEmpty},
	{"cloudtrail/digest", (*mapper).isDigest},
	{"aws/s3-notification", (*mapper).isS3Notification},
	{"aws/config-snapshot", (*mapper).isConfigSnapshot},
}

// tables are the forms that are CSV.
var tables = [...]table{
	{
		"circleci/csv", circleCIColumns[:], isCircleCIHeader, circleCIOrders[:], isCircleCIRow,
		(*mapper).isCircleCIEvent,
	},
}

// emptyWrapper is the form of {"Records":[]}: CloudTrail writes such files.
const emptyWrapper = "cloudtrail/s3"

// mixedForm is the form of a file with records of several sources: a reject in it may be of
// any.
const mixedForm = "mixed"

// accepted ends the reason of a file that is no known log.
const accepted = "accepted are CloudTrail (S3 files, arrays or lines of events), GitHub audit logs " +
	"(JSON export, REST pages, stream) and CircleCI audit logs (CSV, stream), gzipped or not"

// take passes a record, which the walker has just read, to the source that knows it.
func (f *file) take(pos int64, raw []byte, in framing) error {
	if f.capture != nil {
		f.count++
		return f.capture.take(pos, raw)
	}
	m := &f.mapper
	if m.nodes[0].kind != kindObject {
		return f.reject(pos, "not a JSON object but "+m.nodes[0].kind.String(), raw)
	}
	raw = m.hideTokens(raw)
	e := f.slot()
	for i := range sources {
		mine, reject := sources[i].event(m, e)
		if !mine {
			continue
		}
		if f.account.Form == "" {
			if err := f.recognised(sources[i].forms[in]); err != nil {
				return err
			}
			f.signature = signature(raw)
			f.source = sources[i].name
		}
		if f.source != "" && sources[i].name != f.source {
			f.account.Form = mixedForm
		}
		if reject != "" {
			f.unslot()
			return f.reject(pos, reject, raw)
		}
		e.Source, e.Pos = sources[i].name, pos
		return f.accept(e)
	}
	f.unslot()
	return f.other(pos, raw)
}

// other accounts for a record that is of no log.
func (f *file) other(pos int64, raw []byte) error {
	m := &f.mapper
	for _, o := range others {
		if !o.is(m) {
			continue
		}
		if f.account.Form != "" {
			return f.reject(pos, "an entry of "+o.form+", which is no log", raw)
		}
		f.count++
		return f.hold(held{Reject{pos, "an entry of " + o.form, excerpt(raw)}, o.form})
	}
	return f.reject(pos, m.describe(), raw)
}

func (k kind) String() string {
	return [...]string{
		kindNull: "null", kindFalse: "false", kindTrue: "true", kindNumber: "a number",
		kindString: "a string", kindArray: "an array", kindObject: "an object",
	}[k]
}

func (m *mapper) isEmpty() bool {
	return len(m.nodes) == 1
}

func (m *mapper) isDigest() bool {
	return m.top("digestStartTime") > 0 && m.top("logFiles") > 0
}

func (m *mapper) isS3Notification() bool {
	if m.is(m.top("Event"), "s3:TestEvent") {
		return true
	}
	return m.top("s3") > 0 && (m.is(m.top("eventSource"), "aws:s3") ||
		strings.HasPrefix(m.text(m.top("eventVersion")), "2."))
}

func (m *mapper) isConfigSnapshot() bool {
	return m.top("configurationItems") > 0 ||
		m.top("configSnapshotId") > 0 && m.top("fileVersion") > 0
}

// wrappers name other exports by a member that only they have.
var wrappers = [...]struct{ member, what string }{
	{"CloudTrailEvent", "output of aws cloudtrail lookup-events"},
	{"Events", "output of aws cloudtrail lookup-events"},
	{"logEvents", "a CloudWatch Logs subscription"},
	{"events", "output of aws logs filter-log-events"},
	{"detail-type", "EventBridge events"},
	{"QueryResultRows", "a result of CloudTrail Lake"},
	{"Message", "SNS or SQS messages"},
	{"Messages", "SQS messages"},
	{"receiptHandle", "SQS messages"},
	{"Sns", "SNS messages"},
	{"logs", "a wrapper of log records"},
}

// describe says what an object looks like that is no record of a known log.
func (m *mapper) describe() string {
	var keys []string
	more := 0
	for c := int32(1); c < m.nodes[0].next; c = m.nodes[c].next {
		if len(keys) < 6 {
			keys = append(keys, excerpt(m.key(c)[:min(len(m.key(c)), 40)]))
		} else {
			more++
		}
	}
	reason := "not a record of a log that is read here: a JSON object with the members " +
		strings.Join(keys, ", ")
	if more > 0 {
		reason += fmt.Sprintf(" and %d more", more)
	}
	for _, w := range wrappers {
		if m.top(w.member) > 0 {
			return reason + ", perhaps " + w.what + ", a form that is not read"
		}
	}
	return reason
}

// describeText says what text looks like that is no JSON.
func (t *table) describeText(head []byte) string {
	line, _, _ := bytes.Cut(head, newline)
	if cells := bytes.Count(line, []byte(",")); cells == 0 {
		return "text that is not JSON"
	}
	var names []string
	for _, c := range t.columns[:4] {
		names = append(names, c.name)
	}
	return "text that is not JSON; as CSV it has no header with the columns " +
		strings.Join(names, ", ") + " … of " + t.form
}

// settleEmpty decides the form of a file without content. CircleCI makes such an object when
// streaming is set up; nothing but its name tells it from another. One whose name promises
// data that even nothing makes some bytes of, is a log that was lost on its way.
func (f *file) settleEmpty() error {
	f.account.Form = "empty"
	if f.account.Bytes > 0 {
		return nil
	}
	base := path.Base(strings.ReplaceAll(f.name, `\`, "/"))
	if strings.HasPrefix(base, "circleci_connectivity_test") {
		f.account.Form = "circleci/connectivity-test"
		return nil
	}
	ext := strings.ToLower(path.Ext(base))
	for _, p := range packedNames {
		if ext == p.ext {
			f.account.Form = "unreadable"
			return f.emit(Reject{Pos: 1, Reason: "an empty file where " + p.what + " was expected: " +
				"get it again"})
		}
	}
	return nil
}

// packedNames are the ends of names of files that cannot be empty.
var packedNames = [...]struct{ ext, what string }{
	{".gz", "gzip data"},
	{".tgz", "gzip data"},
	{".zst", "zstd data"},
	{".zip", "a zip archive"},
	{".tar", "a tar archive"},
}

const bom = "\xEF\xBB\xBF"

func hasBOM(b []byte) bool {
	return len(b) >= len(bom) && string(b[:len(bom)]) == bom
}

// looks are the beginnings of files that are not read as they are.
var looks = [...]struct{ magic, what string }{
	{"PK\x03\x04", "a zip archive: unpack it first"},
	{"PK\x05\x06", "an empty zip archive"},
	{"\x28\xB5\x2F\xFD", "zstd data: unpack it first"},
	{"BZh", "bzip2 data: unpack it first"},
	{"\xFD7zXZ\x00", "xz data: unpack it first"},
	{"7z\xBC\xAF\x27\x1C", "a 7z archive: unpack it first"},
	{"Rar!\x1A\x07", "a RAR archive: unpack it first"},
	{"\x04\x22\x4D\x18", "lz4 data: unpack it first"},
	{"PAR1", "a Parquet file"},
	{"Obj\x01", "an Avro file"},
	{"%PDF-", "a PDF document"},
	{"\x89PNG\r\n", "a PNG image"},
	{"\xFF\xD8\xFF", "a JPEG image"},
	{"GIF8", "a GIF image"},
	{"\x7FELF", "a program (ELF)"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"\xD0\xCF\x11\xE0", "an old Office document"},
	{"<?xml", "an XML document"},
	{"<!DOCTYPE html", "an HTML page"},
	{"<html", "an HTML page"},
	{"\xFF\xFE", "UTF-16 text: convert it to UTF-8"},
	{"\xFE\xFF", "UTF-16 text: convert it to UTF-8"},
}

// lookOf names what the first bytes of a file show, if it cannot be a log.
func lookOf(head []byte) string {
	for _, l := range looks {
		if len(head) >= len(l.magic) && strings.EqualFold(string(head[:len(l.magic)]), l.magic) {
			return l.what
		}
	}
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return "a tar archive: unpack it first"
	}
	if isWide(head) {
		return "UTF-16 text: convert it to UTF-8"
	}
	trimmed := bytes.TrimLeft(head, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] == '{' || trimmed[0] == '[' {
		return ""
	}
	if strange(head) {
		return "binary data"
	}
	return ""
}

// isWide tells UTF-16 text without a byte-order mark: every other byte of ASCII is zero.
func isWide(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	zeros := [2]int{}
	for i, c := range head[:8] {
		if c == 0 {
			zeros[i%2]++
		}
	}
	return zeros[0] == 4 && zeros[1] == 0 || zeros[0] == 0 && zeros[1] == 4
}

// strange tells bytes that no text has.
func strange(head []byte) bool {
	bad := 0
	for b := head; len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 && utf8.FullRune(b) || r < ' ' && !isSpace(b[0]) {
			bad++
		}
		b = b[n:]
	}
	return bad > 0 && bad*20 >= len(head)
}
