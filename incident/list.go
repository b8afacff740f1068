package incident

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Bounds of a list of indicators. A value is compared with every agent and name of the logs.
const (
	maxListBytes  = 64 << 20
	maxIndicators = 100_000
	maxValue      = 2 << 10
)

// List is the indicators of one file of the customer's own.
type List struct {
	// Form is csv, stix or misp.
	Form string
	// Indicators have the file and the place in it as their source.
	Indicators []Indicator
	// Notices say what was not read or not taken as it stands, each with its place.
	Notices []string
}

// ReadList reads a list of indicators: CSV, a bundle of STIX 2 or an event of MISP's, told by
// content. Starts, if not nil, is when the incident began; what was valid only before weighs little.
//
// What names no place of its own is an error: a private address, or a value that is no value in a
// CSV, whose author can mend it. What others wrote and this program cannot use is a notice.
func ReadList(name string, data []byte, starts *time.Time) (List, error) {
	if len(data) > maxListBytes {
		return List{}, fmt.Errorf("%s: %d bytes are too many for a list of indicators, at most %d",
			name, len(data), maxListBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	r := &listReader{name: name, starts: starts}
	switch first := bytes.TrimLeft(data, " \t\r\n"); {
	case len(first) == 0:
		return List{}, fmt.Errorf("%s: the file is empty: write a header, %s", name, listHeader)
	case first[0] == '{' || first[0] == '[':
		r.json(data)
	default:
		r.csv(data)
	}
	if len(r.list.Indicators) > maxIndicators {
		r.refusef("", "%d indicators: at most %d are read; keep those of this incident",
			len(r.list.Indicators), maxIndicators)
	}
	return r.list, r.err()
}

// listReader gathers what a list holds and what is wrong with it.
type listReader struct {
	name   string
	starts *time.Time
	list   List
	errs   []error
}

func (r *listReader) refusef(place, format string, args ...any) {
	r.errs = append(r.errs, errors.New(r.at(place)+": "+printable(fmt.Sprintf(format, args...))))
}

func (r *listReader) notef(place, format string, args ...any) {
	r.list.Notices = append(r.list.Notices,
		r.at(place)+": "+printable(fmt.Sprintf(format, args...)))
}

func (r *listReader) at(place string) string {
	if place == "" {
		return r.name
	}
	return r.name + ":" + printable(place)
}

func (r *listReader) err() error {
	if n := len(r.errs) - maxProblems; n > 0 {
		r.errs = append(r.errs[:maxProblems], fmt.Errorf("%s: and %d more", r.name, n))
	}
	return errors.Join(r.errs...)
}

// json tells the two forms apart.
func (r *listReader) json(data []byte) {
	var probe struct {
		Type     string          `json:"type"`
		Objects  json.RawMessage `json:"objects"`
		Event    json.RawMessage `json:"Event"`
		Response json.RawMessage `json:"response"`
	}
	var events []json.RawMessage
	err := json.Unmarshal(data, &probe)
	if data = bytes.TrimSpace(data); data[0] == '[' {
		err = json.Unmarshal(data, &events)
	}
	switch {
	case err != nil:
		r.refusef(jsonPlace(data, err), "this is no JSON that can be read: %v", err)
	case probe.Type == "bundle":
		r.list.Form = "stix"
		r.stix(probe.Objects)
	case probe.Event != nil:
		r.list.Form = "misp"
		r.misp("", data)
	case events != nil:
		r.list.Form = "misp"
		r.mispEvents("", events)
	case probe.Response != nil:
		r.list.Form = "misp"
		if err := json.Unmarshal(probe.Response, &events); err != nil {
			r.refusef("response", "%v: export the events as JSON", err)
			return
		}
		r.mispEvents("response", events)
	default:
		r.refusef("", "neither a bundle of STIX 2 nor an event of MISP's: export one of them, "+
			"or write a CSV with the header %s", listHeader)
	}
}

// jsonPlace is line and column of a mistake in JSON, where that is known.
func jsonPlace(data []byte, err error) string {
	var offset int64
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	}
	if offset <= 0 || offset > int64(len(data)) {
		return ""
	}
	before := data[:offset]
	return fmt.Sprintf("%d:%d", bytes.Count(before, []byte("\n"))+1,
		len(before)-bytes.LastIndexByte(before, '\n')-1)
}

// take adds an indicator. Fault is what is wrong with its value; whether that is an error or a
// notice depends on whose file it is.
func (r *listReader) take(place string, i Indicator) (fault string) {
	if len(i.Value) > maxValue {
		return fmt.Sprintf("has %d bytes: at most %d are read", len(i.Value), maxValue)
	}
	i.Value = strings.TrimSpace(i.Value)
	if i.Value == "" {
		return "is empty"
	}
	if n := strings.IndexFunc(i.Value, hidden); n >= 0 || strings.ContainsAny(i.Value, "\n\t") {
		return "has invisible characters"
	}
	if fault := i.normalise(); fault != "" {
		return fault
	}
	if i.Prefix.IsValid() && isPrivate(i.Prefix) {
		r.refusef(place, "%s is an address within networks of your own or of everybody's, where you "+
			"are too: take it out", i.Value)
		return ""
	}
	i.Confidence = cmp.Or(i.Confidence, "medium")
	source := r.at(place)
	if i.Source != "" {
		source += " (" + printable(i.Source) + ")"
	}
	i.Source = source
	r.list.Indicators = append(r.list.Indicators, i)
	return ""
}

// isPrivate tells addresses that name no place on the Internet.
func isPrivate(p netip.Prefix) bool {
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10) // between carriers and customers
	a := p.Addr()
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() ||
		a.IsUnspecified() || shared.Contains(a)
}

// address makes an ip or a network of what others write as either.
func address(text string) Indicator {
	text = strings.TrimSpace(text)
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return Indicator{Type: "ip", Value: text}
	}
	p = p.Masked()
	if p.IsSingleIP() {
		return Indicator{Type: "ip", Value: p.Addr().String()}
	}
	return Indicator{Type: "network", Value: p.String()}
}

// Merge joins lists of indicators. Of one that stands in several, all sources are kept and the
// highest confidence.
func Merge(lists ...[]Indicator) []Indicator {
	type key struct{ kind, value string }
	var out []Indicator
	places := map[key]int{}
	for _, i := range slices.Concat(lists...) {
		k := key{i.Type, i.Value}
		n, known := places[k]
		if !known {
			places[k] = len(out)
			out = append(out, i)
			continue
		}
		if slices.Index(confidences, i.Confidence) < slices.Index(confidences, out[n].Confidence) {
			out[n].Confidence = i.Confidence
		}
		if !slices.Contains(strings.Split(out[n].Source, ", "), i.Source) {
			out[n].Source += ", " + i.Source
		}
	}
	return out
}
