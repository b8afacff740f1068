package incident_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/incident"
)

const circleci = "circleci-2023-01"

// load returns the built-in incident.
func load(t *testing.T) *incident.Incident {
	t.Helper()
	in, err := incident.Load(circleci, nil)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func utc(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestCircleCIWindow(t *testing.T) {
	in := load(t)
	for name, c := range map[string]struct {
		got  *time.Time
		want string
	}{
		"starts":         {got: in.Starts, want: "2022-12-16T00:00:00Z"},
		"disclosed":      {got: in.Disclosed, want: "2023-01-05T02:30:00Z"},
		"created_before": {got: in.CreatedBefore, want: "2023-01-05T00:00:00Z"},
	} {
		if c.got == nil || c.got.Format(time.RFC3339Nano) != c.want {
			t.Errorf("%s = %v, want %s", name, c.got, c.want)
		}
	}
	if in.Ends != nil {
		t.Errorf("ends = %v, want none: each secret's window ends with its rotation", in.Ends)
	}
	if !in.DownstreamOpen {
		t.Error("downstream_open is false")
	}
	for _, date := range []string{"21 December", "16 December"} {
		if !strings.Contains(in.StartsNote, date) {
			t.Errorf("starts_note does not tell of %s: %s", date, in.StartsNote)
		}
	}
}

func TestCircleCIPhases(t *testing.T) {
	var got []string
	for _, p := range load(t).Phases {
		got = append(got, p.At.Format(time.RFC3339)+" "+p.Precision)
	}
	want := []string{
		"2022-12-16T00:00:00Z day",
		"2022-12-19T00:00:00Z day",
		"2022-12-22T00:00:00Z day",
		"2022-12-27T00:00:00Z day",
		"2022-12-29T00:00:00Z day",
		"2022-12-30T00:00:00Z day",
		"2022-12-31T04:00:00Z minute",
		"2023-01-04T16:35:00Z minute",
		"2023-01-04T18:30:00Z minute",
		"2023-01-04T22:30:00Z minute",
		"2023-01-05T02:30:00Z minute",
		"2023-01-05T03:26:00Z minute",
		"2023-01-06T05:00:00Z minute",
		"2023-01-06T06:40:00Z minute",
		"2023-01-06T10:15:00Z minute",
		"2023-01-07T07:30:00Z minute",
		"2023-01-07T18:30:00Z minute",
		"2023-01-12T00:00:00Z minute",
		"2023-01-13T00:00:00Z day",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
}

func TestCircleCIIndicators(t *testing.T) {
	got := map[string][]string{}
	for _, i := range load(t).Indicators {
		got[i.Type] = append(got[i.Type], i.Value)
		if (i.Type == "ip") != i.Prefix.IsValid() {
			t.Errorf("%s %s: prefix %v", i.Type, i.Value, i.Prefix)
		}
		if i.Type == "ip" && (i.Confidence != "medium" || i.Note == "") {
			t.Errorf("%s: confidence %s, note %q: shared exits are medium, with a caveat",
				i.Value, i.Confidence, i.Note)
		}
	}
	want := map[string][]string{
		"ip": {
			"178.249.214.10", "89.36.78.75", "89.36.78.109", "89.36.78.135", "178.249.214.25",
			"72.18.132.58", "188.68.229.52", "111.90.149.55",
		},
		"provider": {"Datacamp Limited", "Globalaxs Quebec Noc", "Handy Networks, LLC", "Mullvad VPN"},
		"file": {
			"/private/tmp/.svx856.log", "/private/tmp/.ptslog", "PTX-Player.dmg", "PTX.app",
		},
		"sha256": {"8913e38592228adc067d82f66c150d87004ec946e579d4a00c53b61444ff35bf"},
		"domain": {"potrax.com"},
		"action": {"repo.download_zip"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indicators (-want +got):\n%s", diff)
	}
}

// TestCircleCIKinds holds that every kind of the inventory has an answer and advice.
func TestCircleCIKinds(t *testing.T) {
	want := []string{
		"aws-access-key", "circleci-personal-token", "circleci-project-token",
		"circleci-runner-token", "github-app-key", "github-oauth-grant", "github-token", "other",
		"ssh-key",
	}
	in := load(t)
	var held, advised []string
	for _, k := range in.Kinds {
		if k.Exposed {
			held = append(held, k.Kind)
		}
	}
	for _, g := range in.Guidance {
		advised = append(advised, g.Kind)
	}
	slices.Sort(held)
	slices.Sort(advised)
	if diff := cmp.Diff(want, held); diff != "" {
		t.Errorf("exposed kinds (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, slices.Compact(advised)); diff != "" {
		t.Errorf("kinds with advice (-want +got):\n%s", diff)
	}
}

func TestCircleCINotes(t *testing.T) {
	var all strings.Builder
	for _, n := range load(t).Notes {
		all.WriteString(n.About + ": " + n.Text + "\n")
	}
	for _, want := range []string{
		"[Action Required] CircleCI Security Alert to Rotate Access Keys",
		"7 January 2023 18:30", "12 January 2023 00:00",
		"no published end", "No user agents", "left no trace", "no entry for reading a variable",
	} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no note says %q", want)
		}
	}
}

func TestCircleCIVendorRevocation(t *testing.T) {
	const project, personal = "2023-01-05T03:26:00Z", "2023-01-06T05:00:00Z"
	const bitbucket, github = "2023-01-06T10:15:00Z", "2023-01-07T07:30:00Z"
	in := load(t)
	for _, c := range []struct {
		name, kind, identifier, created string
		want                            string // empty: not revoked
	}{
		{name: "project token", kind: "circleci-project-token", identifier: "deploy", want: project},
		{
			name: "project token a second before", kind: "circleci-project-token",
			created: "2023-01-05T03:25:59Z", want: project,
		},
		{name: "project token at that second", kind: "circleci-project-token", created: project},
		{name: "personal token of unknown age", kind: "circleci-personal-token", want: personal},
		{
			name: "personal token a second before the cut-off", kind: "circleci-personal-token",
			created: "2023-01-04T23:59:59Z", want: personal,
		},
		{
			name: "personal token at the cut-off", kind: "circleci-personal-token",
			created: "2023-01-05T00:00:00Z",
		},
		{name: "grant", kind: "github-oauth-grant", identifier: "circleci/alice", want: github},
		{name: "grant, capitals", kind: "github-oauth-grant", identifier: "CircleCI/Alice", want: github},
		{name: "grant of everybody", kind: "github-oauth-grant", identifier: "circleci/*", want: github},
		{name: "grant to another", kind: "github-oauth-grant", identifier: "circleci-fan/alice"},
		{name: "grant to any", kind: "github-oauth-grant", identifier: "*/alice"},
		{name: "bitbucket", kind: "other", identifier: "Bitbucket OAuth of acme/alice", want: bitbucket},
		{name: "bitbucket alone", kind: "other", identifier: "bitbucket", want: bitbucket},
		{name: "not bitbucket", kind: "other", identifier: "my bitbucket"},
		{name: "runner token", kind: "circleci-runner-token", identifier: "acme/linux"},
		{name: "access key", kind: "aws-access-key", identifier: "AKIAIOSFODNN7EXAMPLE"},
		{name: "ssh key", kind: "ssh-key"},
		{name: "github token", kind: "github-token"},
		{name: "app key", kind: "github-app-key", identifier: "circleci/x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var created *time.Time
			if c.created != "" {
				at := utc(t, c.created)
				created = &at
			}
			r, ok := in.VendorRevocation(c.kind, c.identifier, created)
			got := ""
			if ok {
				got = r.At.Format(time.RFC3339Nano)
			}
			if got != c.want {
				t.Errorf("VendorRevocation(%q, %q, %v) = %q, want %q",
					c.kind, c.identifier, created, got, c.want)
			}
		})
	}
}

func TestVendorRevocation(t *testing.T) {
	const cutoff = "2023-01-05T00:00:00Z"
	early, late := utc(t, "2023-01-05T03:00:00Z"), utc(t, "2023-01-09T00:00:00Z")
	before, older := utc(t, cutoff), utc(t, "2022-06-01T00:00:00Z")
	for _, c := range []struct {
		name        string
		cutoff      *time.Time
		revocations []incident.Revocation
		identifier  string
		want        time.Time
	}{
		{
			name: "the earliest of several, whatever their order",
			revocations: []incident.Revocation{
				{Kind: "other", At: late}, {Kind: "other", At: early}, {Kind: "other", At: late},
			},
			want: early,
		},
		{
			name:   "unknown age, revoked up to the cut-off",
			cutoff: &before, want: early,
			revocations: []incident.Revocation{{Kind: "other", At: early, CreatedBefore: &before}},
		},
		{
			name:        "unknown age, only old ones revoked",
			cutoff:      &before,
			revocations: []incident.Revocation{{Kind: "other", At: early, CreatedBefore: &older}},
		},
		{
			name:        "unknown age, no cut-off",
			revocations: []incident.Revocation{{Kind: "other", At: early, CreatedBefore: &before}},
		},
		{
			name: "stars inside", identifier: "app/team/alice-1", want: early,
			revocations: []incident.Revocation{
				{Kind: "other", Identifier: "App/*/alice*", At: early},
				{Kind: "other", Identifier: "*/bob*", At: early},
			},
		},
		{
			name: "parts do not overlap", identifier: "aba",
			revocations: []incident.Revocation{{Kind: "other", Identifier: "ab*ba", At: early}},
		},
		{
			name: "no star is the whole", identifier: "bitbucket/x",
			revocations: []incident.Revocation{{Kind: "other", Identifier: "bitbucket", At: early}},
		},
		{
			name: "the last part is at the end", identifier: "x-alice-bob",
			revocations: []incident.Revocation{{Kind: "other", Identifier: "*alice*bo", At: early}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := incident.Incident{CreatedBefore: c.cutoff, Revocations: c.revocations}
			if r, _ := in.VendorRevocation("other", c.identifier, nil); !r.At.Equal(c.want) {
				t.Errorf("revoked at %v, want %v", r.At, c.want)
			}
		})
	}
}

// TestProfiles holds that every file of the folder is embedded, parses and is named by its id.
func TestProfiles(t *testing.T) {
	files, err := filepath.Glob("profiles/*")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		in, err := incident.Parse(f, data)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		names = append(names, in.ID)
		if want := filepath.Join("profiles", in.ID+".yaml"); f != want {
			t.Errorf("%s holds the incident %s; want it in %s", f, in.ID, want)
		}
		if len(in.Sources) == 0 || in.Vendor == "" || in.Summary == "" {
			t.Errorf("%s: sources, vendor or summary is missing", f)
		}
		unusedSources(t, in)
	}
	all, err := incident.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, in := range all {
		ids = append(ids, in.ID)
	}
	if diff := cmp.Diff(names, ids); diff != "" {
		t.Errorf("built in (-folder +Builtin):\n%s", diff)
	}
	if !slices.Contains(ids, circleci) {
		t.Errorf("%s is not built in", circleci)
	}
}

// unusedSources reports sources that no fact rests on.
func unusedSources(t *testing.T, in *incident.Incident) {
	t.Helper()
	used := map[string]bool{}
	for _, x := range in.Phases {
		used[x.Source] = true
	}
	for _, x := range in.Kinds {
		used[x.Source] = true
	}
	for _, x := range in.Revocations {
		used[x.Source] = true
	}
	for _, x := range in.Indicators {
		used[x.Source] = true
	}
	for _, x := range in.Guidance {
		used[x.Source] = true
	}
	for _, x := range in.Notes {
		used[x.Source] = true
	}
	for _, s := range in.Sources {
		if !used[s.ID] {
			t.Errorf("%s: no fact names the source %s", in.ID, s.ID)
		}
	}
}

// The text of an incident, built in or a file, is what Load makes it from.
func TestText(t *testing.T) {
	text, err := incident.Text(circleci, nil)
	if err != nil {
		t.Fatal(err)
	}
	read := func(string) ([]byte, error) { return text, nil }
	in, err := incident.Load("./own.yaml", read)
	if err != nil || in.Hash != load(t).Hash {
		t.Errorf("the text is of another incident: %v", err)
	}
	if again, err := incident.Text("./own.yaml", read); err != nil || string(again) != string(text) {
		t.Errorf("of a file: %.40q, %v", again, err)
	}
	if _, err := incident.Text("nosuch", nil); err == nil {
		t.Error("an unknown id has a text")
	}
}

func TestLoad(t *testing.T) {
	files := map[string]string{
		"own.yaml":  "id: own\ntitle: Own\n",
		"own.YML":   "id: upper\ntitle: Own\n",
		"dir/own":   "id: dir\ntitle: Own\n",
		`dir\own`:   "id: windows\ntitle: Own\n",
		"bad.yaml":  "id: own\n",
		"dir/a.txt": "id: text\ntitle: Own\n",
	}
	read := func(name string) ([]byte, error) {
		text, ok := files[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return []byte(text), nil
	}
	for _, c := range []struct{ name, id, err string }{
		{name: circleci, id: circleci},
		{name: "own.yaml", id: "own"},
		{name: "own.YML", id: "upper"},
		{name: "dir/own", id: "dir"},
		{name: `dir\own`, id: "windows"},
		{name: "dir/a.txt", id: "text"},
		{name: "bad.yaml", err: "bad.yaml:1:1: incident: title is missing: write title: …"},
		{name: "none.yaml", err: "read incident: open none.yaml: file does not exist"},
		{name: "circleci", err: `incident "circleci": not known`},
		{name: "", err: `incident "": not known`},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, err := incident.Load(c.name, read)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Fatalf("error %v, want %s", err, c.err)
				}
				return
			}
			if err != nil || in.ID != c.id {
				t.Fatalf("Load = %v, %v; want id %s", in, err, c.id)
			}
		})
	}
	if _, err := incident.Load("none.yaml", read); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("errors.Is(%v, fs.ErrNotExist) = false", err)
	}
}
