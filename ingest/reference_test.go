package ingest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/ingest"
)

// This file maps CloudTrail records a second time, slowly, with encoding/json, and compares.

// member is one member of an object, in order.
type member struct {
	key   string
	value any // string, json.Number, bool, nil, []any or object
}

type object []member

// decode reads JSON and keeps the order of members.
func decode(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decode(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	case json.Delim('{'):
		o := object{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := decode(d)
			if err != nil {
				return nil, err
			}
			o = append(o, member{key.(string), v})
		}
		_, err := d.Token()
		return o, err
	}
	return t, nil
}

func (o object) get(key string) any {
	var v any
	for _, m := range o {
		if m.key == key {
			v = m.value
		}
	}
	return v
}

// fold finds the index of a member without regard to case; an exact name wins.
func (o object) fold(key string) int {
	found, exact := -1, false
	for i, m := range o {
		switch {
		case m.key == key:
			found, exact = i, true
		case !exact && isASCII(m.key) && strings.EqualFold(m.key, key):
			found = i
		}
	}
	return found
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

func asObject(v any) object { o, _ := v.(object); return o }

func asText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	}
	return ""
}

// path follows exact names.
func path(v any, keys ...string) any {
	for _, k := range keys {
		v = asObject(v).get(k)
	}
	return v
}

// reference is what Read should make of the one CloudTrail record in b, of its columns that
// need no table. ok is false if it is none.
func reference(b []byte) (e ingest.Event, ok bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	v, err := decode(d)
	o, isObject := v.(object)
	if err != nil || !isObject {
		return e, false
	}
	at := func(key string) any {
		if i := o.fold(key); i >= 0 {
			return o[i].value
		}
		return nil
	}
	text := func(key string) string { return asText(at(key)) }
	name, _ := at("eventName").(string)
	insight, isInsight := at("insightDetails").(object)
	if name == "" && !isInsight || strings.HasPrefix(text("eventVersion"), "2.") ||
		strings.HasPrefix(text("eventSource"), "aws:") {
		return e, false
	}
	when := text("eventTime")
	if when == "" {
		when = text("@timestamp")
	}
	micros, why := ingest.TimeOf(when)
	if why != "" {
		return e, false
	}
	e.Time, e.Source, e.Service, e.Action = micros, "cloudtrail", text("eventSource"), text("eventName")
	e.Region, e.IP, e.Agent = text("awsRegion"), text("sourceIPAddress"), text("userAgent")
	e.EventID, e.Account = text("eventID"), text("recipientAccountId")
	if isInsight && e.Action == "" {
		e.Action = asText(insight.get("insightType"))
		if e.Service == "" {
			e.Service = asText(insight.get("eventSource"))
		}
	}
	e.ReadOnly = -1
	switch strings.ToLower(text("readOnly")) {
	case "true":
		e.ReadOnly = 1
	case "false":
		e.ReadOnly = 0
	}
	category, given := at("eventCategory").(string)
	switch {
	case given && category == "NetworkActivity":
		e.Category = "network"
	case at("eventCategory") == nil && o.fold("eventCategory") < 0 && !isInsight:
		e.Category = map[string]string{"true": "management", "false": "data"}[strings.ToLower(text("managementEvent"))]
	case isInsight && category != "Management" && category != "Data":
		e.Category = "insight"
	default:
		e.Category = strings.ToLower(text("eventCategory"))
	}
	ui := asObject(at("userIdentity"))
	id := func(key string) string {
		if i := ui.fold(key); i >= 0 {
			return asText(ui[i].value)
		}
		return ""
	}
	e.ActorKind, e.Credential, e.Via = id("type"), id("accessKeyId"), id("invokedBy")
	if e.Credential != "" {
		e.CredentialKind = "access_key"
	}
	for _, s := range []string{id("arn"), id("userName"), id("principalId"), id("invokedBy")} {
		if e.Actor == "" {
			e.Actor = s
		}
	}
	if e.Account == "" {
		e.Account = id("accountId")
	}
	if i := ui.fold("sessionContext"); i >= 0 {
		e.Session = asText(path(ui[i].value, "attributes", "creationDate"))
	}
	e.Outcome, e.Error = "success", text("errorCode")
	response := at("responseElements")
	login, _ := path(response, "ConsoleLogin").(string)
	if e.Error != "" {
		e.Outcome = "failure"
	} else if e.Action == "ConsoleLogin" && login == "Failure" {
		e.Outcome, e.Error = "failure", text("errorMessage")
	}
	switch {
	case e.Outcome != "success":
	case e.Action == "CreateAccessKey":
		e.Minted = asText(path(response, "accessKey", "accessKeyId"))
	case strings.HasPrefix(e.Service, "sts."), e.Action == "GetSigninToken":
		e.Minted = asText(path(response, "credentials", "accessKeyId"))
	}
	return e, true
}

func FuzzCloudTrail(f *testing.F) {
	for _, s := range cloudTrailSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !ingest.Valid(b) || bytes.Contains(b, []byte(`"Records"`)) || bytes.Contains(b, []byte(`\u`)) {
			return
		}
		file, k := read(t, b, ingest.Options{})
		want, ok := reference(b)
		if !ok || len(k.events) != 1 || file.Form != "cloudtrail/ndjson" || file.Records != 1 {
			return
		}
		got := k.events[0]
		got.Pos, got.Target, got.Details = 0, "", ""
		if strings.HasPrefix(got.EventID, "sha256:") && want.EventID == "" {
			got.EventID = ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", diff, b)
		}
	})
}

// TestReference compares every record of the development data.
func TestReference(t *testing.T) {
	n := 0
	for _, p := range dataFiles(t, "cloudtrail") {
		for _, raw := range records(t, p) {
			var entry struct{ CloudTrailEvent string }
			if json.Unmarshal(raw, &entry) == nil && entry.CloudTrailEvent != "" {
				raw = []byte(entry.CloudTrailEvent)
			}
			want, ok := reference(raw)
			if !ok {
				continue
			}
			_, k := read(t, raw, ingest.Options{})
			if len(k.events) != 1 {
				t.Errorf("%s: %d events: %s", p.Name, len(k.events), k.reasons())
				continue
			}
			n++
			got := k.events[0]
			details := got.Details
			got.Pos, got.Target, got.Details = 0, "", ""
			if want.EventID == "" {
				got.EventID = ""
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s: %s", p.Name, diff)
			}
			checkDetails(t, raw, details)
		}
	}
	if n < 7000 {
		t.Errorf("only %d records compared", n)
	}
}

// moved are the members whose whole content is in columns.
var moved = []string{
	"eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "eventID",
	"recipientAccountId", "readOnly", "userIdentity", "@timestamp", "errorCode", "errorMessage",
	"eventCategory",
}

// checkDetails checks that details hold every other member with the same content.
func checkDetails(t *testing.T, raw []byte, details string) {
	t.Helper()
	var want, got map[string]any
	unmarshal(t, raw, &want)
	unmarshal(t, []byte(details), &got)
	for _, name := range moved {
		for key := range want {
			if strings.EqualFold(key, name) {
				delete(want, key)
			}
		}
		delete(got, name)
	}
	for key, v := range want {
		if v == nil {
			delete(want, key)
			continue
		}
		if _, ok := got[key]; !ok { // folded to lower case in the log
			for k := range got {
				if strings.EqualFold(k, key) {
					want[k] = v
					delete(want, key)
				}
			}
		}
	}
	hide(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("details: %s\n%s", diff, raw)
	}
}

// hide redacts the session tokens of a decoded record.
func hide(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			s, ok := m.(string)
			if ok && s != "" && s != "HIDDEN_DUE_TO_SECURITY_REASONS" && (k == "sessionToken" || k == "token" ||
				strings.HasSuffix(strings.ToLower(k), "password") || k == "secretAccessKey" || k == "secretString" ||
				k == "keyMaterial" || k == "refreshToken" || k == "accessToken" || k == "idToken" || k == "clientSecret") {
				v[k] = "REDACTED"
			}
			hide(m)
		}
	case []any:
		for _, m := range v {
			hide(m)
		}
	}
}

func unmarshal(t *testing.T, b []byte, v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
}
