package inventory_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"breachwindow/inventory"
)

const (
	tokenHash = "cWvnq0v+2/pIv+Ov7cBiogaMvNRFebR54+rYEaVDFDU="
	tokenHex  = "716be7ab4bfedbfa48bfe3afedc062a2068cbcd44579b479e3ead811a5431435"
)

// read reads text that must be right.
func read(t *testing.T, text string) []inventory.Secret {
	t.Helper()
	secrets, err := inventory.Read("secrets", []byte(text))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return secrets
}

// readOne reads a CSV file with one secret.
func readOne(t *testing.T, header, line string) inventory.Secret {
	t.Helper()
	secrets := read(t, header+"\n"+line+"\n")
	if len(secrets) != 1 {
		t.Fatalf("Read: %d secrets, want 1", len(secrets))
	}
	return secrets[0]
}

// messages reads text that must be wrong and gives the messages without their hints.
func messages(t *testing.T, text string) []string {
	t.Helper()
	secrets, err := inventory.Read("secrets", []byte(text))
	if err == nil {
		t.Fatalf("Read: no error, want one; %d secrets", len(secrets))
	}
	if secrets != nil {
		t.Errorf("Read: %d secrets beside an error, want none", len(secrets))
	}
	var out []string
	for _, e := range faults(t, err) {
		text := e.Error()
		out = append(out, strings.TrimSuffix(text, "; "+e.Hint))
	}
	return out
}

func faults(t *testing.T, err error) []*inventory.Error {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("error %v does not join errors", err)
	}
	var out []*inventory.Error
	for _, err := range joined.Unwrap() {
		var e *inventory.Error
		if !errors.As(err, &e) {
			t.Fatalf("error %v is no *inventory.Error", err)
		}
		out = append(out, e)
	}
	return out
}

func at(year int, month time.Month, day, hour, minute int) *time.Time {
	t := time.Date(year, month, day, hour, minute, 0, 0, time.UTC)
	return &t
}

func TestShort(t *testing.T) {
	tests := []struct {
		name, want string
		kind       inventory.Kind
		identifier string
	}{
		{
			name: "access key", kind: inventory.AWSAccessKey, identifier: "AKIAIOSFODNN7EXAMPLE",
			want: "AKIA…MPLE",
		},
		{name: "masked", kind: inventory.AWSAccessKey, identifier: "xxxxABCD", want: "…ABCD"},
		{
			name: "hash", kind: inventory.GitHubToken, identifier: tokenHash,
			want: "sha256:cWvnq0v+…",
		},
		{
			name: "hash and id", kind: inventory.GitHubToken, identifier: tokenHash + " token_id:7",
			want: "sha256:cWvnq0v+… token_id:7",
		},
		{name: "grant", kind: inventory.GitHubOAuthGrant, identifier: "CircleCI/*", want: "CircleCI/*"},
		{name: "unknown", kind: inventory.AWSAccessKey},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := inventory.Secret{Kind: tt.kind, Identifier: tt.identifier}
			if got := s.Short(); got != tt.want {
				t.Errorf("Short of %q = %q, want %q", tt.identifier, got, tt.want)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	one := []inventory.Secret{{ID: "b", File: "one.csv", Line: 2}, {ID: "c", File: "one.csv", Line: 3}}
	two := []inventory.Secret{{ID: "a", File: "two.csv", Line: 2}}
	got, err := inventory.Merge(one, two, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]inventory.Secret{two[0], one[0], one[1]}, got); diff != "" {
		t.Errorf("Merge (-want +got):\n%s", diff)
	}
	if one[0].ID != "b" {
		t.Error("Merge changed its argument")
	}
}

func TestMergeRefusesDuplicates(t *testing.T) {
	one := []inventory.Secret{{ID: "deploy", File: "one.csv", Line: 2}}
	two := []inventory.Secret{{ID: "deploy", File: "two.csv", Line: 7}}
	_, err := inventory.Merge(one, two)
	if err == nil {
		t.Fatal("Merge: no error, want one")
	}
	want := `two.csv:7: duplicate id "deploy"; the first is at one.csv:2; every secret needs its own`
	if err.Error() != want {
		t.Errorf("Merge: %q, want %q", err, want)
	}
}

func TestTemplateReadsAsEmpty(t *testing.T) {
	if got := read(t, inventory.Template()); len(got) != 0 {
		t.Errorf("Read(Template()) = %d secrets, want none", len(got))
	}
	for line := range strings.SplitSeq(inventory.Template(), "\n") {
		if len(line) > 120 {
			t.Errorf("line of %d bytes: %s", len(line), line)
		}
	}
}

// The examples of the template must be right once their # is taken away.
func TestTemplateExamples(t *testing.T) {
	_, examples, ok := strings.Cut(inventory.Template(), "# examples:\n")
	if !ok {
		t.Fatal("the template has no examples")
	}
	var header string
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(examples), "\n") {
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			lines = append(lines, rest)
			continue
		}
		header = line
	}
	got := read(t, header+"\n"+strings.Join(lines, "\n"))
	if len(got) != len(lines) || len(got) < 2 {
		t.Errorf("%d secrets of %d examples", len(got), len(lines))
	}
}

func TestKinds(t *testing.T) {
	for _, info := range inventory.Kinds() {
		if info.Identifier == "" {
			t.Errorf("%s: nothing to write as identifier", info.Kind)
		}
		s := readOne(t, "id,kind", "a,"+strings.ToUpper(string(info.Kind)))
		if s.Kind != info.Kind || len(s.Credentials) != 0 {
			t.Errorf("%s: read as %s with credentials %v", info.Kind, s.Kind, s.Credentials)
		}
		if told := len(s.Notices) == 1; told != (info.Shows != "") {
			t.Errorf("%s without identifier: notices %q", info.Kind, s.Notices)
		}
	}
}
