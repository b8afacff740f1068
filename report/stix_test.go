package report_test

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"breachwindow/detect"
	"breachwindow/report"
)

// stixSchemas compiles OASIS's schemas and returns that of a type.
func stixSchemas(tb testing.TB) func(kind string) (*jsonschema.Schema, error) {
	tb.Helper()
	const base = "http://raw.githubusercontent.com/oasis-open/cti-stix2-json-schemas/stix2.1/schemas/"
	c := jsonschema.NewCompiler()
	places := map[string]string{}
	root := os.DirFS(filepath.Join("testdata", "stix"))
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		f, err := root.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		doc, err := jsonschema.UnmarshalJSON(f)
		if err != nil {
			return err
		}
		places[strings.TrimSuffix(filepath.Base(path), ".json")] = base + path
		return c.AddResource(base+path, doc)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return func(kind string) (*jsonschema.Schema, error) {
		if places[kind] == "" {
			return nil, fmt.Errorf("no schema of %q", kind)
		}
		return c.Compile(places[kind])
	}
}

// properties gathers the names that a schema and what it refers to know.
func properties(s *jsonschema.Schema, into map[string]bool) {
	if s == nil {
		return
	}
	for name := range s.Properties {
		into[name] = true
	}
	properties(s.Ref, into)
	for _, part := range slices.Concat(s.AllOf, s.OneOf) {
		properties(part, into)
	}
}

func stixOf(tb testing.TB, r *detect.Result) []map[string]any {
	tb.Helper()
	text := render(tb, func(w io.Writer) error { return report.STIX(w, r) })
	var bundle struct {
		Type    string           `json:"type"`
		ID      string           `json:"id"`
		Objects []map[string]any `json:"objects"`
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&bundle); err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
	if bundle.Type != "bundle" || !strings.HasPrefix(bundle.ID, "bundle--") || len(bundle.Objects) == 0 {
		tb.Fatalf("no bundle: %.300s", text)
	}
	return bundle.Objects
}

// stixFaults holds objects against the schemas, and what the standard says beyond them: no property
// that the type lacks, no id twice, no reference into the void, no end before its beginning.
func stixFaults(tb testing.TB, objects []map[string]any) (faults []string) {
	tb.Helper()
	schema := stixSchemas(tb)
	ids := map[string]int{}
	for _, o := range objects {
		ids[fmt.Sprint(o["id"])]++
	}
	for _, o := range objects {
		kind := fmt.Sprint(o["type"])
		s, err := schema(kind)
		if err == nil {
			err = s.Validate(any(o))
		}
		if err != nil {
			faults = append(faults, fmt.Sprintf("%v: %v", o["id"], err))
			continue
		}
		known := map[string]bool{}
		properties(s, known)
		for name, v := range o {
			if !known[name] {
				faults = append(faults, kind+" has no property "+name)
			}
			faults = append(faults, dangling(name, v, ids)...)
		}
		for _, pair := range [][2]string{
			{"created", "modified"}, {"first_observed", "last_observed"}, {"first_seen", "last_seen"},
		} {
			from, _ := o[pair[0]].(string)
			to, _ := o[pair[1]].(string)
			if from > to && to != "" {
				faults = append(faults, fmt.Sprintf("%v: %s %s is after %s", o["id"], pair[0], from, to))
			}
		}
		if n := ids[fmt.Sprint(o["id"])]; n != 1 {
			faults = append(faults, fmt.Sprintf("%v is there %d times", o["id"], n))
		}
	}
	return faults
}

// dangling finds references to what is not in the bundle.
func dangling(name string, v any, ids map[string]int) (faults []string) {
	list, _ := v.([]any)
	if strings.HasSuffix(name, "_ref") {
		list = []any{v}
	} else if !strings.HasSuffix(name, "_refs") {
		return nil
	}
	for _, id := range list {
		if ids[fmt.Sprint(id)] == 0 {
			faults = append(faults, fmt.Sprintf("%s names %v, which is not there", name, id))
		}
	}
	return faults
}

func TestSTIXGolden(t *testing.T) {
	r := sample(t)
	golden(t, "stix", render(t, func(w io.Writer) error { return report.STIX(w, r) }))
}

func TestSTIXSchema(t *testing.T) {
	old := sample(t) // of a version that did not count what came from an address
	for i := range old.Addresses {
		old.Addresses[i].Activity = detect.Activity{}
	}
	for name, r := range map[string]*detect.Result{
		"sample": sample(t), "nasty": nasty(t), "empty": {Schema: 1}, "old": old,
	} {
		objects := stixOf(t, r)
		for _, fault := range stixFaults(t, objects) {
			t.Errorf("%s: %.500s", name, fault)
		}
		for _, o := range objects {
			harmless(t, o)
		}
	}
}

// The check itself must see what is wrong.
func TestSTIXCheckFinds(t *testing.T) {
	for name, spoil := range map[string]func(o map[string]any){
		"missing":    func(o map[string]any) { delete(o, "pattern") },
		"unknown":    func(o map[string]any) { o["colour"] = "red" },
		"time":       func(o map[string]any) { o["valid_from"] = "2022-12-16" },
		"created":    func(o map[string]any) { o["created"] = "2022-12-16T00:00:00Z" },
		"confidence": func(o map[string]any) { o["confidence"] = 101.0 },
		"order":      func(o map[string]any) { o["modified"] = "2001-01-01T00:00:00.000Z" },
		"reference": func(o map[string]any) {
			o["created_by_ref"] = "identity--" + strings.Repeat("1", 8) + "-1111-4111-8111-111111111111"
		},
		"no such type":  func(o map[string]any) { o["type"] = "indicators" },
		"id of another": func(o map[string]any) { o["id"] = strings.Replace(o["id"].(string), "indicator", "malware", 1) },
	} {
		objects := stixOf(t, sample(t))
		i := slices.IndexFunc(objects, func(o map[string]any) bool { return o["type"] == "indicator" })
		spoil(objects[i])
		if len(stixFaults(t, objects)) == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	}
}

// Of an address others are told only where it cannot be the customer's own.
func TestSTIXSpares(t *testing.T) {
	const ip = "198.51.100.77"
	day := at(t, "2022-12-22 03:00:00")
	suspect := detect.Activity{Since: 5, Unexpected: 5, FirstSeen: &day, LastSeen: &day}
	with := func(change func(a *detect.Activity)) detect.Activity {
		a := suspect
		change(&a)
		return a
	}
	published := with(func(a *detect.Activity) { a.Indicator, a.IndicatorConfidence = ip, "medium" })
	tests := []struct {
		name     string
		ip       string
		level    detect.Level
		activity detect.Activity
		labels   []string
		want     string // confidence and kinds of the indicator; "" for none
	}{
		{name: "unexpected uses only", want: "85 malicious-activity"},
		{name: "medium", level: detect.Medium, want: "50 anomalous-activity"},
		{name: "low", level: detect.Low},
		{name: "informational", level: detect.Informational},
		{name: "a vpn", labels: []string{"hosting", "vpn"}, want: "85 malicious-activity anonymization"},
		{name: "others too", activity: with(func(a *detect.Activity) { a.Others = 1 }), want: "15 anomalous-activity"},
		{name: "there before", activity: with(func(a *detect.Activity) { a.Before = 1 })},
		{name: "expected too", activity: with(func(a *detect.Activity) { a.Expected = 1 })},
		{name: "nothing unexpected", activity: with(func(a *detect.Activity) { a.Unexpected = 0 })},
		{name: "in a network of the customer's", activity: with(func(a *detect.Activity) { a.Own = detect.OwnNetwork })},
		{name: "a responder's", activity: with(func(a *detect.Activity) { a.Own = detect.OwnResponder })},
		{name: "a runner's", labels: []string{"ci"}},
		{name: "published, seen before", activity: func() detect.Activity {
			a := published
			a.Before, a.Expected, a.Unexpected, a.Own = 3, 4, 0, detect.OwnNetwork
			return a
		}(), want: "85 malicious-activity"},
		{name: "published, but the customer's", activity: func() detect.Activity {
			a := published
			a.Own = detect.OwnAddress
			return a
		}()},
		{name: "in a published network, seen before", activity: func() detect.Activity {
			a := published
			a.Indicator, a.Before = "198.51.100.0/24", 3
			return a
		}()},
		{name: "published as weak", activity: func() detect.Activity {
			a := published
			a.Before, a.IndicatorConfidence = 3, "low"
			return a
		}()},
		{name: "private", ip: "10.1.2.3"},
		{name: "shared by carriers", ip: "100.64.0.1"},
		{name: "loopback", ip: "::1"},
		{name: "link local", ip: "fe80::1%eth0"},
		{name: "a service", ip: "s3.amazonaws.com"},
		{name: "in IPv6's form", ip: "::ffff:198.51.100.77", want: "85 malicious-activity"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.ip == "" {
				tt.ip = ip
			}
			if tt.level == "" {
				tt.level = detect.High
			}
			if tt.activity == (detect.Activity{}) {
				tt.activity = suspect
			}
			r := &detect.Result{
				Case: "acme", Findings: []detect.Finding{{
					ID: "f", Level: tt.level, Secret: "s", FirstSeen: day, LastSeen: day, IPs: []string{tt.ip},
				}},
				Addresses: []detect.Address{{IP: tt.ip, Labels: tt.labels, Activity: tt.activity}},
			}
			var got []string
			for _, o := range stixOf(t, r) {
				if o["type"] == "indicator" {
					kinds := strings.Trim(fmt.Sprint(o["indicator_types"]), "[]")
					got = append(got, fmt.Sprintf("%v %s", o["confidence"], kinds))
					if want := "[ipv4-addr:value = '198.51.100.77']"; o["pattern"] != want {
						t.Errorf("the pattern is %v, want %s", o["pattern"], want)
					}
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// The ids of addresses are those that the standard fixes; a later run of the case has the same ids,
// a later time of change; nothing names the customer.
func TestSTIXIds(t *testing.T) {
	r := sample(t)
	ids := func(objects []map[string]any) (out []string) {
		for _, o := range objects {
			out = append(out, fmt.Sprint(o["id"]))
		}
		return out
	}
	first := stixOf(t, r)
	// As stix2.IPv4Address(value="178.249.214.10").id of OASIS's Python library 3.0.2 makes it.
	if want := "ipv4-addr--d7bc804e-b71e-5b71-8357-6344f1c94a3c"; !slices.Contains(ids(first), want) {
		t.Errorf("no %s in %v", want, ids(first))
	}
	for i := range r.Coverage {
		r.Coverage[i].To = r.Coverage[i].To.Add(24 * time.Hour)
	}
	second := stixOf(t, r)
	if diff := cmp.Diff(ids(first), ids(second)); diff != "" {
		t.Errorf("a later run has other ids: %s", diff)
	}
	for i, o := range second {
		if o["created"] != first[i]["created"] {
			t.Errorf("%v was created at %v, then at %v", o["id"], first[i]["created"], o["created"])
		}
		if o["type"] == "indicator" && o["modified"] == first[i]["modified"] {
			t.Errorf("%v was not modified", o["id"])
		}
	}
	text := render(t, func(w io.Writer) error { return report.STIX(w, r) })
	for _, name := range []string{"acme", "AKIA", "444455556666", "aws-prod", "ci-deploy", "bot-token"} {
		if strings.Contains(text, name) {
			t.Errorf("the bundle names %s", name)
		}
	}
	r.Case = "other"
	for i, o := range stixOf(t, r) {
		if o["type"] == "indicator" && o["id"] == first[i]["id"] {
			t.Errorf("two cases share %v", o["id"])
		}
	}
}
