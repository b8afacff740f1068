package incident

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// stixObject is what is read of an object of a bundle.
type stixObject struct {
	Type        string     `json:"type"`
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Pattern     string     `json:"pattern"`
	PatternType string     `json:"pattern_type"` // STIX 2.0 has no other than stix
	Confidence  *int       `json:"confidence"`
	ValidUntil  *time.Time `json:"valid_until"`
	Revoked     bool       `json:"revoked"`
}

// stix reads the indicators of a bundle; what else it holds is counted.
func (r *listReader) stix(data json.RawMessage) {
	var objects []json.RawMessage
	if err := json.Unmarshal(data, &objects); err != nil {
		r.refusef("objects", "the bundle has no list of objects")
		return
	}
	others := map[string]int{}
	for n, text := range objects {
		place := fmt.Sprintf("objects[%d]", n)
		var o stixObject
		if err := json.Unmarshal(text, &o); err != nil {
			r.notef(place, "not read: %v", err)
			continue
		}
		if o.Type != "indicator" {
			others[o.Type]++
			continue
		}
		r.stixIndicator(place, o)
	}
	for _, kind := range slices.Sorted(maps.Keys(others)) {
		r.notef("", "%d objects of type %q are no indicators", others[kind], kind)
	}
}

func (r *listReader) stixIndicator(place string, o stixObject) {
	switch {
	case o.Revoked:
		r.notef(place, "%s is revoked: not used", o.ID)
		return
	case o.PatternType != "" && o.PatternType != "stix":
		r.notef(place, "%s has a pattern of %q, which is not read", o.ID, o.PatternType)
		return
	}
	found, err := parsePattern(o.Pattern)
	if err != nil {
		r.notef(place, "pattern %.200q: %v: not used", o.Pattern, err)
		return
	}
	confidence := stixConfidence(o.Confidence)
	if o.ValidUntil != nil && r.starts != nil && !o.ValidUntil.After(*r.starts) {
		r.notef(place, "%s expired at %s, before the incident began: used with low confidence", o.ID,
			o.ValidUntil.UTC().Format(time.RFC3339))
		confidence = "low"
	}
	for _, i := range found {
		i.Confidence, i.Note = confidence, o.Name
		if fault := r.take(place, i); fault != "" {
			r.notef(place, "%s %.100q %s: not used", i.Type, i.Value, fault)
		}
	}
}

// stixConfidence reads a confidence of 0 to 100 by the scale of the standard's appendix.
func stixConfidence(n *int) string {
	switch {
	case n == nil:
		return "medium"
	case *n >= 70:
		return "high"
	case *n >= 30:
		return "medium"
	}
	return "low"
}

// fromSTIX makes an indicator of a comparison: what the path names has, or is like, a value.
func fromSTIX(path, operator, value string) (Indicator, error) {
	kind := map[string]string{
		"ipv4-addr:value": "ip", "ipv6-addr:value": "ip", "network-traffic:src_ref.value": "ip",
		"network-traffic:dst_ref.value": "ip", "domain-name:value": "domain", "url:value": "url",
		"file:name": "file", "file:hashes.'sha-256'": "sha256", "file:hashes.sha256": "sha256",
		"file:hashes.'md5'": "md5", "file:hashes.md5": "md5", "file:hashes.'sha-1'": "sha1",
		"network-traffic:extensions.'http-request-ext'.request_header.'user-agent'": "user_agent",
	}[strings.ToLower(path)]
	switch {
	case kind == "":
		return Indicator{}, fmt.Errorf("nothing here has %s", path)
	case operator == "=" && kind == "ip", operator == "ISSUBSET" && kind == "ip":
		return address(value), nil
	case operator == "LIKE" && kind == "user_agent":
		if strings.Contains(value, "_") {
			return Indicator{}, errors.New("_ in LIKE stands for any one character, which is not read")
		}
		return Indicator{Type: kind, Value: strings.ReplaceAll(value, "%", "*")}, nil
	case operator != "=":
		return Indicator{}, fmt.Errorf("%s of %s is not read", operator, path)
	case kind == "md5" || kind == "sha1":
		return Indicator{Type: "file", Value: kind + " " + value}, nil
	}
	return Indicator{Type: kind, Value: value}, nil
}
