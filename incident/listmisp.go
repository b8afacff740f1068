package incident

import (
	"encoding/json"
	"fmt"
	"strings"
)

// mispAttribute is one value of an event. Old versions write booleans as text or numbers.
type mispAttribute struct {
	Type    string `json:"type"`
	Value   string `json:"value"`
	Comment string `json:"comment"`
	ForUse  any    `json:"to_ids"`
	Deleted any    `json:"deleted"`
}

func (r *listReader) mispEvents(place string, events []json.RawMessage) {
	for i, event := range events {
		r.misp(fmt.Sprintf("%s[%d].", place, i), event)
	}
}

// misp reads the attributes of an event, its own and those of its objects.
func (r *listReader) misp(place string, data json.RawMessage) {
	var wrapped struct {
		Event *struct {
			Attribute []json.RawMessage `json:"Attribute"`
			Object    []struct {
				Attribute []json.RawMessage `json:"Attribute"`
			} `json:"Object"`
		} `json:"Event"`
	}
	err := json.Unmarshal(data, &wrapped)
	if err != nil || wrapped.Event == nil {
		r.refusef(strings.TrimSuffix(place, "."), "no event of MISP's: it has no readable Event")
		return
	}
	for i, a := range wrapped.Event.Attribute {
		r.mispAttribute(fmt.Sprintf("%sEvent.Attribute[%d]", place, i), a)
	}
	for i, o := range wrapped.Event.Object {
		for j, a := range o.Attribute {
			r.mispAttribute(fmt.Sprintf("%sEvent.Object[%d].Attribute[%d]", place, i, j), a)
		}
	}
}

func (r *listReader) mispAttribute(place string, data json.RawMessage) {
	var a mispAttribute
	if err := json.Unmarshal(data, &a); err != nil {
		r.notef(place, "not read: %v", err)
		return
	}
	switch {
	case isTrue(a.Deleted):
		r.notef(place, "%q is deleted: not used", a.Type)
		return
	case a.ForUse != nil && !isTrue(a.ForUse):
		r.notef(place, "%q is not meant for detection (to_ids is false): not used", a.Type)
		return
	}
	i, known := fromMISP(a.Type, a.Value)
	if !known {
		r.notef(place, "%q is a type that nothing here has: not used", a.Type)
		return
	}
	i.Note = a.Comment
	if fault := r.take(place, i); fault != "" {
		r.notef(place, "%s %.100q %s: not used", i.Type, i.Value, fault)
	}
}

func isTrue(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case float64:
		return v != 0
	case string:
		return v == "1" || strings.EqualFold(v, "true")
	}
	return false
}

// fromMISP makes an indicator of a type of MISP's.
func fromMISP(kind, value string) (i Indicator, known bool) {
	first, second, pair := strings.Cut(value, "|")
	switch kind {
	case "ip-src", "ip-dst":
		return address(value), true
	case "ip-src|port", "ip-dst|port":
		return address(first), true
	case "domain|ip":
		return address(second), pair
	case "user-agent":
		return Indicator{Type: "user_agent", Value: value}, true
	case "domain", "hostname":
		return Indicator{Type: "domain", Value: value}, true
	case "hostname|port":
		return Indicator{Type: "domain", Value: first}, true
	case "url", "uri":
		return Indicator{Type: "url", Value: value}, true
	case "sha256":
		return Indicator{Type: "sha256", Value: value}, true
	case "filename|sha256":
		return Indicator{Type: "sha256", Value: second}, pair
	case "filename":
		return Indicator{Type: "file", Value: value}, true
	case "md5", "sha1":
		return Indicator{Type: "file", Value: kind + " " + value}, true
	case "github-repository":
		value = strings.TrimPrefix(strings.TrimPrefix(value, "https://"), "github.com/")
		return Indicator{Type: "repository", Value: strings.TrimSuffix(value, ".git")}, true
	case "git-commit-id":
		return Indicator{Type: "commit", Value: value}, true
	}
	return Indicator{}, false
}
