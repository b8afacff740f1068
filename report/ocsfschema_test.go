package report_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"unicode/utf8"
)

// ocsfSchema is a part of the schema that OCSF publishes: testdata/ocsf/README.md.
type ocsfSchema struct {
	Version string                `json:"version"`
	Class   ocsfObject            `json:"class"`
	Objects map[string]ocsfObject `json:"objects"`
	Types   map[string]ocsfType   `json:"types"`
}

type ocsfObject struct {
	Caption      string                   `json:"caption"`
	UID          int                      `json:"uid"`
	CategoryName string                   `json:"category_name"`
	CategoryUID  int                      `json:"category_uid"`
	Constraints  map[string][]string      `json:"constraints"`
	Attributes   map[string]ocsfAttribute `json:"attributes"`
}

type ocsfAttribute struct {
	Type        string            `json:"type"`
	Requirement string            `json:"requirement"`
	ObjectType  string            `json:"object_type"`
	IsArray     bool              `json:"is_array"`
	Sibling     string            `json:"sibling"`
	Profiles    []string          `json:"profiles"`
	Deprecated  json.RawMessage   `json:"@deprecated"`
	Enum        map[string]string `json:"enum"`
}

type ocsfType struct {
	Type   string `json:"type"`
	Regex  string `json:"regex"`
	Range  []int  `json:"range"`
	MaxLen int    `json:"max_len"`
}

func readOCSF(tb testing.TB) *ocsfSchema {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "ocsf", "detection_finding.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var s ocsfSchema
	if err := json.Unmarshal(text, &s); err != nil {
		tb.Fatal(err)
	}
	return &s
}

// faults holds an event against the schema.
func (s *ocsfSchema) faults(event map[string]any) []string {
	c := &ocsfChecker{schema: s}
	c.object("event", event, s.Class)
	c.value("event.class_uid", event["class_uid"], float64(s.Class.UID))
	c.value("event.class_name", event["class_name"], s.Class.Caption)
	c.value("event.category_uid", event["category_uid"], float64(s.Class.CategoryUID))
	c.value("event.category_name", event["category_name"], s.Class.CategoryName)
	activity, _ := event["activity_id"].(float64)
	c.value("event.type_uid", event["type_uid"], float64(s.Class.UID*100)+activity)
	metadata, _ := event["metadata"].(map[string]any)
	c.value("event.metadata.version", metadata["version"], s.Version)
	return c.faults
}

type ocsfChecker struct {
	schema *ocsfSchema
	faults []string
}

func (c *ocsfChecker) faultf(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

func (c *ocsfChecker) value(path string, got, want any) {
	if got != want {
		c.faultf("%s is %v, want %v", path, got, want)
	}
}

// object checks requirements, constraints and attributes. What a profile adds is not required and,
// as the events name no profile, not allowed.
func (c *ocsfChecker) object(path string, object map[string]any, is ocsfObject) {
	for name, a := range is.Attributes {
		if _, has := object[name]; !has && a.Requirement == "required" && len(a.Profiles) == 0 {
			c.faultf("%s has no %s", path, name)
		}
	}
	for kind, names := range is.Constraints {
		n := 0
		for _, name := range names {
			if _, has := object[name]; has {
				n++
			}
		}
		if n == 0 || kind == "just_one" && n != 1 {
			c.faultf("%s has %d of %s %v", path, n, kind, names)
		}
	}
	for name, v := range object {
		at := path + "." + name
		a, known := is.Attributes[name]
		switch {
		case !known:
			c.faultf("%s: the schema has no such attribute", at)
		case len(a.Profiles) > 0:
			c.faultf("%s belongs to the profiles %v", at, a.Profiles)
		case a.Deprecated != nil:
			c.faultf("%s is deprecated: %s", at, a.Deprecated)
		default:
			c.attribute(at, v, a)
			c.sibling(at, v, a, object)
		}
	}
}

// sibling checks that the text beside a number is its caption.
func (c *ocsfChecker) sibling(path string, v any, a ocsfAttribute, object map[string]any) {
	caption, known := a.Enum[fmt.Sprint(v)]
	if text, has := object[a.Sibling]; known && has && a.Sibling != "" && path != "event.type_uid" {
		c.value(path+"'s "+a.Sibling, text, caption)
	}
}

func (c *ocsfChecker) attribute(path string, v any, a ocsfAttribute) {
	if !a.IsArray {
		c.single(path, v, a)
		return
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		c.faultf("%s is %T of %d, want a list that is not empty", path, v, len(list))
	}
	for i, item := range list {
		c.single(fmt.Sprintf("%s[%d]", path, i), item, a)
	}
}

func (c *ocsfChecker) single(path string, v any, a ocsfAttribute) {
	if len(a.Enum) > 0 {
		if _, known := a.Enum[fmt.Sprint(v)]; !known {
			c.faultf("%s is %v, which is none of %v", path, v, a.Enum)
		}
	}
	if a.Type != "object_t" {
		c.scalar(path, v, a.Type)
		return
	}
	object, ok := v.(map[string]any)
	if !ok {
		c.faultf("%s is %T, want an object", path, v)
		return
	}
	if a.ObjectType == "object" { // unmapped: anything
		return
	}
	is, known := c.schema.Objects[a.ObjectType]
	if !known {
		c.faultf("%s: the object %s is not in the part of the schema here", path, a.ObjectType)
		return
	}
	c.object(path, object, is)
}

func (c *ocsfChecker) scalar(path string, v any, kind string) {
	is, known := c.schema.Types[kind]
	if !known {
		c.faultf("%s has the unknown type %s", path, kind)
		return
	}
	base := kind
	if is.Type != "" {
		base = is.Type
	}
	switch base {
	case "string_t":
		c.text(path, v, is)
	case "integer_t", "long_t":
		n, ok := v.(float64)
		if !ok || n != math.Trunc(n) {
			c.faultf("%s is %v, want a whole number", path, v)
		}
	case "boolean_t":
		if _, ok := v.(bool); !ok {
			c.faultf("%s is %v, want true or false", path, v)
		}
	default:
		c.faultf("%s has the type %s, which this test cannot check", path, kind)
	}
}

func (c *ocsfChecker) text(path string, v any, is ocsfType) {
	text, ok := v.(string)
	switch {
	case !ok:
		c.faultf("%s is %v, want a text", path, v)
	case text == "":
		c.faultf("%s is empty", path)
	case is.MaxLen > 0 && utf8.RuneCountInString(text) > is.MaxLen:
		c.faultf("%s has more than %d letters", path, is.MaxLen)
	case is.Regex != "" && !regexp.MustCompile(is.Regex).MatchString(text):
		c.faultf("%s is %q, which is no %v", path, text, is)
	}
}

// The check itself must see what is wrong.
func TestOCSFCheckFinds(t *testing.T) {
	s := readOCSF(t)
	tests := []struct {
		name  string
		spoil func(event map[string]any)
	}{
		{"required missing", func(e map[string]any) { delete(e, "time") }},
		{"nested required missing", func(e map[string]any) { delete(e["finding_info"].(map[string]any), "uid") }},
		{"unknown attribute", func(e map[string]any) { e["colour"] = "red" }},
		{"nested unknown attribute", func(e map[string]any) { e["metadata"].(map[string]any)["colour"] = "red" }},
		{"of a profile", func(e map[string]any) { e["is_suspected_breach"] = true }},
		{"no such value", func(e map[string]any) { e["severity_id"] = 7.0 }},
		{"wrong caption", func(e map[string]any) { e["severity"] = "High" }},
		{"text for a number", func(e map[string]any) { e["time"] = "2022-12-16" }},
		{"constraint", func(e map[string]any) { e["evidences"] = []any{map[string]any{}} }},
		{"no list", func(e map[string]any) { e["evidences"] = map[string]any{} }},
		{"no address", func(e map[string]any) {
			e["evidences"] = []any{map[string]any{"src_endpoint": map[string]any{"ip": "s3.amazonaws.com"}}}
		}},
		{"deprecated", func(e map[string]any) {
			e["evidences"] = []any{map[string]any{"user": map[string]any{"name": "a", "credential_uid": "b"}}}
		}},
		{"type_uid", func(e map[string]any) { e["type_uid"] = 200402.0 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			event := ocsfOf(t, sample(t))[0]
			if faults := s.faults(event); len(faults) > 0 {
				t.Fatalf("the event is wrong already: %v", faults)
			}
			tt.spoil(event)
			if len(s.faults(event)) == 0 {
				t.Error("nothing was found")
			}
		})
	}
}
