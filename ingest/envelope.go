package ingest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// A record that no source knows may be an envelope: tools and services put the same events
// into each other, as objects, as lists, as strings of JSON, as base64 of gzip of JSON. None
// of these forms is read by itself. Whatever holds JSON is opened, to a depth, until records
// of a source stand there; the members' names are only asked to name the form.

// labels name a form by the member that holds the records.
var labels = map[string]string{
	"CloudTrailEvent": "lookup-events",
	"QueryResultRows": "lake",
	"logEvents":       "cloudwatch",
	"awslogs":         "cloudwatch",
	"message":         "cloudwatch",
	"@message":        "cloudwatch",
	"detail":          "eventbridge",
	"Message":         "sns",
	"Sns":             "sns",
	"Body":            "sqs",
	"body":            "sqs",
	"kinesis":         "kinesis",
	"_raw":            "splunk",
	"_source":         "elastic",
	"original":        "elastic",
	"eventData":       "lake",
	"eventdata":       "lake",
	"github":          "wazuh",
	"full_log":        "wazuh",
	"logs":            logsLabel,
	"RAW_JSON":        logsLabel,
}

// originals are the members that hold a record as it was logged, where others hold it taken apart.
var originals = map[string]bool{"_raw": true, "full_log": true, "original": true}

const (
	defaultLabel = "wrapped"
	elasticLabel = "elastic"
	lakeLabel    = "lake"
	logsLabel    = "logs"
	splunkLabel  = "splunk"

	maxEnvelopes = 16 // values within each other that are opened
	minLetter    = 40 // bytes of text that may hold a record
)

// letter is what was found in an envelope.
type letter struct {
	raw   []byte // a record's JSON; of a bad one, what stands in its place
	outer []byte // what of the file it stands in: an element of a list, or the whole record
	label string
	bad   string // why it is no record
	says  Event  // what its record says
}

// opener opens envelopes. Its mapper is apart from the file's, whose record is being opened.
type opener struct {
	mapper
	max     int64 // bytes of a record
	budget  *budget
	letters []letter

	assembler assembler
}

// place is where in an envelope a value stands.
type place struct {
	level  int
	label  string
	outer  []byte
	inText bool // within a string: what is found does not stand in the file as it is
}

func (p place) down() place {
	p.level++
	return p
}

// open looks through a record. found is false if it is no envelope.
func (o *opener) open(raw []byte) (letters []letter, found bool) {
	o.letters = nil
	found = o.value(raw, place{label: defaultLabel, outer: raw})
	return o.letters, found
}

// holds tells whether a record is one of a log or an envelope of some.
func (o *opener) holds(record []byte) bool {
	o.letters = nil
	return o.value(record, place{level: 1, outer: record})
}

// value looks through a JSON value, which b is from its first byte to its last.
func (o *opener) value(b []byte, at place) bool {
	if at.level >= maxEnvelopes || len(b) < minLetter {
		return false
	}
	switch b[0] {
	case '{':
		return o.object(b, at)
	case '[':
		return o.array(b, at)
	case '"':
		return o.quoted(b, at)
	}
	return false
}

func (o *opener) add(raw []byte, at place, bad string) {
	o.letters = append(o.letters, letter{raw: raw, outer: at.outer, label: at.label, bad: bad})
}

// addRecord adds the record that was just read as an event.
func (o *opener) addRecord(raw []byte, at place, says Event) {
	o.letters = append(o.letters, letter{raw: raw, outer: at.outer, label: at.label, says: says})
}

func (o *opener) object(b []byte, at place) bool {
	o.walk(b, 0)
	if at.level > 0 {
		if says, _, ok := o.record(); ok {
			o.addRecord(b, at, says)
			return true
		}
	}
	if o.recast(b, at, at.label, o.fromText) || o.recast(b, at, lakeLabel, o.fromOpenAudit) ||
		o.recast(b, at, ocsfLabel, o.fromOCSF) || o.members(b, at) {
		return true
	}
	o.walk(b, 0)
	return o.recast(b, at, elasticLabel, o.fromElastic) ||
		o.recast(b, at, elasticLabel, o.fromElasticGitHub) ||
		o.recast(b, at, logsLabel, o.fromCircleCI)
}

// recast adds the record that assemble puts together of b, which was just walked and holds one
// taken apart, or why it cannot be one.
func (o *opener) recast(
	b []byte, at place, label string, assemble func() (record []byte, why string),
) bool {
	at.label = label
	record, why := assemble()
	if record != nil {
		var says Event
		var ok bool
		if says, why, ok = o.record(); ok {
			o.addRecord(record, at, says)
			return true
		}
		o.walk(b, 0)
	}
	if why != "" {
		o.add(b, at, why)
	}
	return why != ""
}

// members looks through the members of an object.
func (o *opener) members(b []byte, at place) bool {
	isHEC := o.top("sourcetype") > 0 // what is sent to Splunk stands in "event"
	var groups []group
	eachMember(b, func(key, value []byte) {
		in, mark := at.down(), len(o.letters)
		switch label := labels[string(key)]; {
		case label != "":
			in.label = label
		case isHEC && string(key) == "event":
			in.label = splunkLabel
		}
		if o.value(value, in) {
			groups = append(groups, group{mark, len(o.letters), originals[string(key)]})
		}
	})
	if len(groups) > 1 {
		o.dropTwins(groups)
	}
	return len(groups) > 0
}

// group is the letters that a member held.
type group struct {
	from, to int
	original bool
}

// dropTwins drops the records that an object holds twice, in different members: as they were
// logged and taken apart, the former stay. What contradicts the other of its id stays too.
func (o *opener) dropTwins(groups []group) {
	type key struct{ source, id string }
	told := map[key][]*Event{}
	gone := map[int]bool{}
	for _, original := range [...]bool{true, false} {
		for _, g := range groups {
			if g.original != original {
				continue
			}
			for i := g.from; i < g.to; i++ {
				l := &o.letters[i]
				gone[i] = slices.ContainsFunc(told[key{l.says.Source, l.says.EventID}], l.says.isTold)
			}
			for i := g.from; i < g.to; i++ {
				if l := &o.letters[i]; l.bad == "" && !gone[i] {
					k := key{l.says.Source, l.says.EventID}
					told[k] = append(told[k], &l.says)
				}
			}
		}
	}
	mark := groups[0].from
	kept := slices.Clone(o.letters[:mark])
	for i := mark; i < len(o.letters); i++ {
		if !gone[i] {
			kept = append(kept, o.letters[i])
		}
	}
	o.letters = kept
}

// isTold tells whether another event of the same id says all that this one does.
func (e *Event) isTold(by *Event) bool {
	return e.EventID != "" && e.Time/second == by.Time/second && e.Action == by.Action &&
		e.Outcome == by.Outcome && isIn(e.Actor, by.Actor) && isIn(e.Credential, by.Credential) &&
		isIn(e.Session, by.Session) && isIn(e.Target, by.Target) && isIn(e.IP, by.IP) &&
		isIn(e.Minted, by.Minted)
}

// isIn tells a value that is not missing to be the same.
func isIn(s, other string) bool {
	return s == "" || s == other
}

// record reads the record that was just walked, which may be one of a log or of a known form that
// is no log. Of GitHub and CircleCI it must be whole (why tells what it lacks), of CloudTrail the
// source AWS's: little marks them, and here it may be anything.
func (o *opener) record() (e Event, why string, ok bool) {
	if len(o.nodes) == 1 {
		return e, "", false
	}
	for i := range sources {
		e = Event{}
		mine, reject := sources[i].event(&o.mapper, &e)
		if !mine {
			continue
		}
		e.Source = sources[i].name
		if i == 0 {
			service := o.text(o.top("eventSource"))
			return e, "", service == "" || strings.Contains(service, "amazonaws.")
		}
		if reject == "" {
			return e, "", true
		}
		if why == "" {
			why = reject
		}
	}
	for _, other := range others {
		if !other.last && other.is(&o.mapper) {
			return Event{}, "", true
		}
	}
	return e, why, false
}

// array looks through a list. If one element holds a record, each must.
func (o *opener) array(b []byte, at place) bool {
	if record := o.fromLake(b); record != nil && o.value(record, at.down()) {
		return true
	}
	mark, found := len(o.letters), false
	eachElement(b, func(value []byte) {
		in := at.down()
		if !at.inText {
			in.outer = value
		}
		if o.value(value, in) {
			found = true
			return
		}
		o.add(value, in, "no record of a log that is read here, which the others in its list are")
	})
	if !found {
		o.letters = o.letters[:mark]
	}
	return found
}

func (o *opener) quoted(b []byte, at place) bool {
	text := b[1 : len(b)-1]
	if bytes.IndexByte(text, '\\') >= 0 {
		text = unescape(nil, text)
	}
	at.inText = true
	return o.inText(text, at.down())
}

// inText looks through text that may be JSON, JSON behind a time, or base64 of it.
func (o *opener) inText(text []byte, at place) bool {
	text = bytes.TrimSpace(text)
	if len(text) < minLetter || at.level >= maxEnvelopes {
		return false
	}
	if n, label := prefixOf(text); n > 0 {
		text, at.label = text[n:], label
	}
	if text[0] == '{' || text[0] == '[' {
		return o.documents(text, at)
	}
	inner, err := o.decode(text)
	switch {
	case err != nil:
		o.add(text, at, err.Error())
		return true
	case inner == nil:
		return false
	}
	return o.inText(inner, at.down())
}

// documents looks through JSON values one after the other. Text that ends within one holds a
// record that was cut: too large an event for what carried it.
func (o *opener) documents(text []byte, at place) bool {
	mark, found := len(o.letters), false
	for len(text) > 0 {
		var w walker
		end, fl := w.walk(text, 0)
		if fl != whole {
			if fl == short && looksCut(text) {
				found = true
			}
			o.add(text, at, "not whole: it ends within a value")
			break
		}
		if value := text[:end]; o.value(value, at.down()) {
			found = true
		} else {
			o.add(value, at, "no record of a log that is read here")
		}
		text = bytes.TrimLeft(text[end:], " \t\r\n")
	}
	if !found {
		o.letters = o.letters[:mark]
	}
	return found
}

// looksCut tells the beginning of a CloudTrail record.
func looksCut(text []byte) bool {
	return string(signature(text)) == `"eventVersion"`
}

// decode returns what base64 holds, unpacked; nil if text is none. An error says that it
// holds more than can be read.
func (o *opener) decode(text []byte) ([]byte, error) {
	for _, c := range text[:minLetter-1] {
		if !isAlnum(c) && bytes.IndexByte([]byte("+/-_"), c) < 0 {
			return nil, nil
		}
	}
	text = bytes.TrimRight(bytes.Map(func(r rune) rune {
		switch r {
		case '-':
			return '+'
		case '_':
			return '/'
		case '\n', '\r':
			return -1
		}
		return r
	}, text), "=")
	inner := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(inner, text)
	if err != nil {
		return nil, nil //nolint:nilerr // it is other text
	}
	inner = inner[:n]
	if len(inner) < 3 || inner[0] != 0x1f || inner[1] != 0x8b || inner[2] != 8 {
		return inner, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(inner))
	if err != nil {
		return nil, packedError("gzip", err)
	}
	limited := &bounded{src: z, budget: o.budget, what: "gzip"}
	inner, err = io.ReadAll(io.LimitReader(limited, o.max+1))
	if err == nil && int64(len(inner)) > o.max {
		err = errors.New("gzip data in a record unpack to more than the limit of a record")
	}
	return inner, err
}

// eachMember calls fn with the names and values of a valid object.
func eachMember(b []byte, fn func(key, value []byte)) {
	w := walker{b: b}
	for i := w.space(1); b[i] != '}'; i = w.space(i) {
		if b[i] == ',' {
			i = w.space(i + 1)
		}
		end, escaped, _ := w.str(i + 1)
		key := b[i+1 : end]
		if escaped {
			key = unescape(nil, key)
		}
		i = w.space(w.space(end+1) + 1) // behind the colon
		end, _ = w.value(i, 0, -1)
		fn(key, b[i:end:end])
		i = end
	}
}

// eachElement calls fn with the elements of a valid array.
func eachElement(b []byte, fn func(value []byte)) {
	w := walker{b: b}
	for i := w.space(1); b[i] != ']'; i = w.space(i) {
		if b[i] == ',' {
			i = w.space(i + 1)
		}
		end, _ := w.value(i, 0, -1)
		fn(b[i:end:end])
		i = end
	}
}
