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
		lines: "cloudtrail/ndjson", apart: "cloudtrail/ndjson", inCells: "cloudtrail/csv",
	}},
	{"circleci", (*mapper).circleCI, [framings]string{
		wrapped: "circleci/logs", array: "circleci/stream",
		lines: "circleci/stream", apart: "circleci/stream", inCells: "circleci/csv",
	}},
	{"github", (*mapper).gitHub, [framings]string{
		wrapped: "github/rest", array: "github/rest",
		lines: "github/stream", apart: "github/rest", inCells: "github/csv",
	}},
}

// others are records of known forms that are no logs.
// A silent one says itself that it holds nothing, and may stand among records.
var others = [...]struct {
	form   string
	is     func(m *mapper) bool
	silent bool
	last   bool // asked after it was looked into
}{
	{form: "empty", is: (*mapper).isEmpty},
	{form: "cloudtrail/digest", is: (*mapper).isDigest},
	{form: "cloudtrail/lake-signature", is: (*mapper).isLakeSignature},
	{form: "aws/s3-notification", is: (*mapper).isS3Notification},
	{form: "aws/config-snapshot", is: (*mapper).isConfigSnapshot},
	{form: "aws/control-message", is: (*mapper).isControlMessage, silent: true},
	{
		form: "cloudtrail/lookup-events", silent: true,
		is: func(m *mapper) bool { return m.isEmptyPage("Events") },
	},
	{
		form: "cloudtrail/cloudwatch", silent: true,
		is: func(m *mapper) bool { return m.isEmptyPage("events") },
	},
	{
		form: "cloudtrail/lake", silent: true,
		is: func(m *mapper) bool { return m.isEmptyPage("QueryResultRows") },
	},
	{form: "aws/security-lake", is: (*mapper).isOtherOCSF, last: true},
	{form: "aws/eventbridge", is: (*mapper).isEventBridge, last: true},
}

// tables are the forms that are CSV.
var tables = [...]table{
	{
		"circleci/csv", circleCIColumns[:], isCircleCIHeader, circleCIOrders[:], isCircleCIRow,
		(*mapper).isCircleCIEvent,
	},
	{
		"cloudtrail/athena", cloudTrailColumns[:], isAthenaHeader, nil, isCloudTrailRow,
		(*mapper).isWholeCloudTrail,
	},
	{
		"cloudtrail/lake", cloudTrailColumns[:], isLakeHeader, nil, isCloudTrailRow,
		(*mapper).isWholeCloudTrail,
	},
	{
		"cloudtrail/event-history", historyColumns[:], isHistoryHeader, nil, isHistoryRow,
		(*mapper).isWholeCloudTrail,
	},
	{
		"github/csv", gitHubColumns[:], isGitHubHeader, nil, isGitHubRow,
		(*mapper).isWholeGitHub,
	},
}

// emptyWrapper is the form of {"Records":[]}: CloudTrail writes such files.
const emptyWrapper = "cloudtrail/s3"

// mixedForm is the form of a file with records of several sources: a reject in it may be of
// any.
const mixedForm = "mixed"

// accepted ends the reason of a file that is no known log.
const accepted = "accepted are CloudTrail (S3 files, events in JSON or CSV as AWS and others " +
	"export them), GitHub audit logs (JSON export, REST pages, stream) and CircleCI audit logs (CSV, " +
	"stream), packed or not"

// take passes a record, which the walker has just read, to the source that knows it. What no
// source knows may be an envelope.
func (f *file) take(pos int64, raw []byte, in framing) error {
	m := &f.mapper
	if m.nodes[0].kind != kindObject {
		return f.reject(pos, "not a JSON object but "+m.nodes[0].kind.String(), raw)
	}
	if mine, err := f.claim(pos, raw, in, f.prefix); mine {
		return err
	}
	if letters, found := f.opener.open(raw); found {
		return f.deliver(pos, raw, letters)
	}
	if mine, err := f.other(pos, raw, true); mine {
		return err
	}
	return f.reject(pos, m.describe(), raw)
}

// deliver passes on what was in an envelope. Its letters are numbered as if they stood in
// its place; in a file of lines they have the line's number.
func (f *file) deliver(pos int64, raw []byte, letters []letter) error {
	around := f.outer
	defer func() { f.outer = around }()
	for _, l := range letters {
		if !f.byLine {
			pos = f.count + 1
		}
		switch {
		case around != nil:
		case f.byLine:
			f.outer = raw
		default:
			f.outer = l.outer
		}
		if l.bad == "" {
			f.mapper.walk(l.raw, 0)
			label := l.label
			if label == defaultLabel && f.prefix != "" {
				label = f.prefix
			}
			if mine, err := f.claim(pos, l.raw, apart, label); mine {
				if err != nil {
					return err
				}
				continue
			}
			l.bad = f.mapper.describe()
		}
		if err := f.reject(pos, l.bad, l.raw); err != nil {
			return err
		}
	}
	if f.signature == nil {
		f.signature = signature(raw)
	}
	return nil
}

// claim makes an event or a reject of a record that is of a log, or notes one of a form that
// is none. label names the form that the records stand in, if they are not apart.
func (f *file) claim(pos int64, raw []byte, in framing, label string) (mine bool, err error) {
	m := &f.mapper
	text := m.hideTokens(raw)
	e := f.slot()
	for i := range sources {
		mine, reject := sources[i].event(m, e)
		if !mine {
			continue
		}
		if err := f.isOf(&sources[i], raw, in, label); err != nil {
			return true, err
		}
		if reject != "" {
			f.unslot()
			return true, f.reject(pos, reject, text)
		}
		if f.capture != nil {
			f.unslot()
			f.count++
			return true, f.capture.take(pos, f.standing(raw), f.masker())
		}
		e.Source, e.Pos = sources[i].name, pos
		return true, f.accept(e)
	}
	f.unslot()
	return f.other(pos, text, false)
}

// isOf settles the form of the file with its first record of a log.
func (f *file) isOf(s *source, raw []byte, in framing, label string) error {
	if f.account.Form == "" {
		form := s.forms[in]
		switch {
		case label == stampedLabel && s.name != sources[0].name:
			form = s.name + "/" + defaultLabel // CloudWatch's name for what many use
		case label != "":
			form = s.name + "/" + label
		}
		if err := f.recognised(form); err != nil {
			return err
		}
		if f.signature == nil {
			f.signature = signature(raw)
		}
		f.source = s.name
	}
	if f.source != "" && s.name != f.source {
		f.account.Form = mixedForm
	}
	return nil
}

// other accounts for a record of a known form that is no log. last tells that it was looked
// into already.
func (f *file) other(pos int64, raw []byte, last bool) (mine bool, err error) {
	for _, o := range others {
		switch {
		case o.last != last || !o.is(&f.mapper):
			continue
		case o.silent:
			if f.empty == "" {
				f.empty = o.form
			}
			return true, nil
		case f.account.Form != "" || f.capture != nil:
			return true, f.reject(pos, "an entry of "+o.form+", which is no log", raw)
		}
		f.count++
		return true, f.hold(held{Reject{pos, "an entry of " + o.form, excerpt(raw)}, o.form})
	}
	return false, nil
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

func (m *mapper) isLakeSignature() bool {
	return m.top("hashSignature") > 0 && m.top("files") > 0
}

// isEventBridge tells events of AWS's bus. Those of CloudTrail have been found in them.
func (m *mapper) isEventBridge() bool {
	return m.isString(m.top("detail-type")) && m.isString(m.top("source")) && m.top("detail") > 0
}

// isControlMessage tells what CloudWatch Logs writes to see whether its target is there.
func (m *mapper) isControlMessage() bool {
	return m.is(m.top("messageType"), "CONTROL_MESSAGE")
}

// isEmptyPage tells a page of a call's results without any: the list of this name is empty,
// and what stands beside it belongs to such calls.
func (m *mapper) isEmptyPage(name string) bool {
	list := m.top(name)
	if list == 0 || m.nodes[list].kind != kindArray || m.nodes[list].next != list+1 {
		return false
	}
	for c := int32(1); c < m.nodes[0].next; c = m.nodes[c].next {
		switch string(m.key(c)) {
		case name, "NextToken", "nextToken", "nextForwardToken", "nextBackwardToken",
			"searchedLogStreams", "QueryStatus", "QueryStatistics", "QueryId", "ResponseMetadata":
		default:
			return false
		}
	}
	return true
}

// formOfText knows texts that are written where logs will be.
func formOfText(head []byte) string {
	if string(bytes.TrimSpace(head)) == "Permission Check Successful" {
		return "aws/logs-write-test" // of CloudWatch's export task
	}
	return ""
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
	return reason
}

// describeText says what text looks like that is no JSON.
func describeText(head []byte) string {
	line, _, _ := bytes.Cut(head, newline)
	if cells := bytes.Count(line, []byte(",")); cells == 0 {
		return "text that is not JSON"
	}
	return "text that is not JSON; as CSV it has no header of a log that is read here, such as " +
		"id, action, occurred_at … or eventTime, eventName, eventSource …"
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
	{"BZh", "bzip2 data: unpack it first"},
	{"\xFD7zXZ\x00", "xz data: unpack it first"},
	{"7z\xBC\xAF\x27\x1C", "a 7z archive: unpack it first"},
	{"Rar!\x1A\x07", "a RAR archive: unpack it first"},
	{"\x04\x22\x4D\x18", "lz4 data: unpack it first"},
	{"PARE", "an encrypted Parquet file: decrypt it first"},
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
	{"\xFF\xFE", wideText},
	{"\xFE\xFF", wideText},
}

// wideText is what PowerShell's > writes.
const wideText = "UTF-16 text: convert it to UTF-8, such as by iconv -f UTF-16 -t UTF-8 OLD > NEW"

// lookOf names what the first bytes of a file show, if it cannot be a log.
func lookOf(head []byte) string {
	for _, l := range looks {
		if len(head) >= len(l.magic) && strings.EqualFold(string(head[:len(l.magic)]), l.magic) {
			return l.what
		}
	}
	if isWide(head) {
		return wideText
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
