package inventory_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"breachwindow/inventory"
)

// want is what every form below says. The lines differ and are not compared.
func want() []inventory.Secret {
	return []inventory.Secret{
		{
			ID: "deploy", Kind: inventory.AWSAccessKey, Identifier: "ASIARZPUZDIKMCNEUDUM",
			Name: "AWS_ACCESS_KEY_ID", StoredIn: "context:aws-prod", Owner: "no", Notes: "a, b; \"c\"",
			CreatedAt: at(2022, 11, 3, 0, 0), RotatedAt: at(2023, 1, 5, 9, 11),
			Extra:       map[string]string{"Ticket": "0123", "account": "123456789012"},
			Credentials: []inventory.Credential{{Value: "ASIARZPUZDIKMCNEUDUM", Match: "exact"}},
			Account:     "123456789012", File: "secrets",
			Notices: []string{"created_at is a date alone: taken as 2022-11-03T00:00:00Z"},
		},
		{
			ID: "wörk", Kind: inventory.Other, Extra: map[string]string{},
			File: "secrets",
		},
	}
}

func TestReadForms(t *testing.T) {
	csv := `id,kind,identifier,name,stored_in,created_at,rotated_at,owner,notes,Ticket,account
deploy,aws-access-key,ASIARZPUZDIKMCNEUDUM,AWS_ACCESS_KEY_ID,context:aws-prod,2022-11-03,2023-01-05T10:11+01:00,no,"a, b; ""c""",0123,123456789012
wörk,other,,,,,,,,,
`
	yaml := `- id: deploy
  kind: aws-access-key
  identifier: asiarzpuzdikmcneudum # its user wrote it so
  name: AWS_ACCESS_KEY_ID
  stored_in: "context:aws-prod"
  created_at: 2022-11-03
  rotated_at: 2023-01-05T09:11:00Z
  owner: no
  notes: 'a, b; "c"'
  Ticket: 0123
  account: !!str 123456789012
- {id: wörk, kind: other, owner: , notes: ~}
`
	json := `[{"id": "deploy", "kind": "aws-access-key", "identifier": "ASIARZPUZDIKMCNEUDUM",
  "name": "AWS_ACCESS_KEY_ID", "stored_in": "context:aws-prod", "created_at": "2022-11-03",
  "rotated_at": "2023-01-05 09:11Z", "owner": "no", "notes": "a, b; \"c\"", "Ticket": "0123",
  "account": 123456789012},
 {"id": "w\u00f6rk", "kind": "other", "notes": null}]`
	tabs := `ID	Kind	Notes	Identifier	Name	Stored In	Created At	Rotated At	Owner	Ticket	account
deploy	aws-access-key	"a, b; ""c"""	ASIARZPUZDIKMCNEUDUM	AWS_ACCESS_KEY_ID	context:aws-prod	2022-11-03	2023-01-05 09:11 UTC	no	0123	123456789012
wörk	other									
`
	indented := "secrets:\n  " + strings.ReplaceAll(strings.TrimSpace(yaml), "\n", "\n  ") + "\n"
	tests := []struct {
		name, text string
	}{
		{name: "csv", text: csv},
		{name: "byte-order mark", text: "\ufeff" + csv},
		{name: "crlf", text: strings.ReplaceAll(csv, "\n", "\r\n")},
		{name: "cr", text: strings.ReplaceAll(csv, "\n", "\r")},
		{name: "utf-16", text: utf16Of(csv)},
		{name: "no new line at the end", text: strings.TrimSuffix(csv, "\n")},
		{
			name: "comments and blank lines",
			text: "# a \"comment\n\n" + strings.Replace(csv, "wörk", ",,,,,,,,,,\n# x\n\nwörk", 1),
		},
		{name: "comments of a spreadsheet", text: "\"# a, b\",,,,,,,,,,\n" + csv + "\"# c, d\",,,,,,,,,,\n"},
		{name: "semicolons", text: semicolons(csv)},
		{name: "tabs, other order, other case", text: tabs},
		{name: "yaml", text: yaml},
		{name: "yaml, crlf", text: strings.ReplaceAll(yaml, "\n", "\r\n")},
		{name: "yaml, document mark and comment", text: "# c\n---\n" + yaml},
		{name: "yaml, key", text: indented},
		{name: "json", text: json},
		{name: "json, byte-order mark", text: "\ufeff\n" + json},
		{name: "json, key", text: `{"secrets": ` + json + `}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := read(t, tt.text)
			for i := range got {
				got[i].Line = 0
			}
			if diff := cmp.Diff(want(), got); diff != "" {
				t.Errorf("Read (-want +got):\n%s", diff)
			}
		})
	}
}

func utf16Of(s string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return string(out)
}

// semicolons changes the separators of the CSV above, whose only quoted value keeps its
// comma.
func semicolons(csv string) string {
	return strings.ReplaceAll(strings.ReplaceAll(csv, ",", ";"), "a; b", "a, b")
}

func TestReadLines(t *testing.T) {
	tests := []struct {
		name, text string
		lines      []int
	}{
		{name: "csv", text: "# c\nid,kind,notes\na,other,\"x\ny\"\n\nb,other,\n", lines: []int{3, 6}},
		{name: "yaml", text: "secrets:\n- id: a\n  kind: other\n\n-\n  id: b\n  kind: other\n", lines: []int{2, 6}},
		{name: "json", text: "[\n{\"id\":\"a\",\n\"kind\":\"other\"},\n\n{\"id\":\"b\",\"kind\":\"other\"}]", lines: []int{2, 5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []int
			for _, s := range read(t, tt.text) {
				got = append(got, s.Line)
			}
			if diff := cmp.Diff(tt.lines, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadNothing(t *testing.T) {
	for _, text := range []string{"id,kind\n", "secrets:\n", "secrets: []\n", "[]", `{"secrets":null}`, "{}"} {
		if got := read(t, text); len(got) != 0 {
			t.Errorf("Read(%q) = %d secrets, want none", text, len(got))
		}
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{name: "empty", text: "", want: []string{"secrets:1: the header is missing"}},
		{name: "comments alone", text: "# a\n", want: []string{"secrets:1: the header is missing"}},
		{
			name: "no header", text: "deploy,aws-access-key,AKIAIOSFODNN7EXAMPLE\n",
			want: []string{"secrets:1: the header is missing"},
		},
		{
			name: "header without id and kind", text: "name,owner\na,b\n",
			want: []string{
				"secrets:1: the header has no column id", "secrets:1: the header has no column kind",
			},
		},
		{
			name: "column twice", text: "id,kind,Stored In,stored_in\n",
			want: []string{`secrets:1:19: column "stored_in" is there twice`},
		},
		{
			name: "ragged", text: "id,kind,notes\na,other\nb,other,x,y\nc,other,\n",
			want: []string{
				"secrets:2: the row has 2 values, the header has 3",
				"secrets:3: the row has 4 values, the header has 3",
			},
		},
		{
			name: "value without a column", text: "id,kind,\na,other,x\n",
			want: []string{"secrets:2:9: a value in a column without a name"},
		},
		{
			name: "bare quote", text: "id,kind,notes\nö,other,x\"y\nb,nope,\n",
			want: []string{
				"secrets:2:10: a double quote inside a value without quotes",
				`secrets:3:3: unknown kind "nope"`,
			},
		},
		{
			name: "open quote", text: "id,kind,notes\na,other,\"x\nb,other,y\n",
			want: []string{"secrets:2: a value in double quotes does not end where it should"},
		},
		{
			name: "no id, no kind", text: "id,kind,notes\n,other,\nb,,\n,,x\n",
			want: []string{
				"secrets:2:1: a secret without an id", "secrets:3:1: a secret without a kind",
				"secrets:4:1: a secret without an id", "secrets:4:1: a secret without a kind",
			},
		},
		{
			name: "control characters", text: "id,kind\na\x1b[2J,other\n",
			want: []string{"secrets:2:1: an id with control characters"},
		},
		{
			name: "duplicate id", text: "id,kind\na,other\nb,other\na,ssh-key\n",
			want: []string{`secrets:4: duplicate id "a"`},
		},
		{
			name: "everything at once",
			text: "id,kind,identifier,created_at,rotated_at\n" +
				"a,aws-key,AKIA,2023-13-01,\nb,github-token,abc,,2023-01-05 10:11\n" +
				"c,other,,2023-01-05T00:00:00Z,2023-01-04T23:59:59Z\n",
			want: []string{
				`secrets:2:3: unknown kind "aws-key"`,
				"secrets:2:16: created_at: no such day: 2023-13-01",
				"secrets:3:16: not the SHA-256 of a token: it does not hold 32 bytes",
				"secrets:3:21: rotated_at: a time without a zone: 2023-01-05 10:11",
				"secrets:4:31: rotated before it was created, at 2023-01-05T00:00:00Z",
			},
		},
		{
			name: "not utf-8", text: "id,kind\na,other\nm\xfcller,other\n",
			want: []string{"secrets:3:2: text that is not UTF-8"},
		},
		{
			name: "yaml, faults of every kind",
			text: "- id: a\n  kind: others\n  notes: [x]\n- text\n- null\n- id: &x b\n  kind: *x\n  <<: *x\n" +
				"- ID: c\n  id: c\n  kind: other\n",
			want: []string{
				`secrets:2:9: unknown kind "others"`,
				`secrets:3:10: column "notes" holds a list or a mapping`,
				"secrets:4:3: not a secret", "secrets:5:3: not a secret",
				"secrets:6:3: a secret without a kind",
				"secrets:7:9: an alias", "secrets:8:3: a merge key",
				`secrets:10:7: column "id" is there twice`,
			},
		},
		{
			name: "yaml, key twice", text: "- id: a\n  id: b\n",
			want: []string{"secrets:2:3: a column is there twice in one secret"},
		},
		{
			name: "yaml, tab", text: "- id: a\n\tkind: other\n",
			want: []string{`secrets:2:1: the text is not YAML: found character '\t' that cannot start any token`},
		},
		{
			name: "yaml, second document", text: "- id: a\n  kind: other\n---\n- id: b\n  kind: other\n",
			want: []string{"secrets:4:1: a second document"},
		},
		{
			name: "yaml, unknown key", text: "secret:\n- id: a\n", want: []string{`secrets:1:1: unknown key "secret"`},
		},
		{
			name: "yaml, not a list", text: "secrets: a\n",
			want: []string{"secrets:1:10: not a list of secrets"},
		},
		{
			name: "yaml, no content", text: "---\n# c\n", want: []string{"secrets:1: no secrets"},
		},
		{
			name: "yaml, brackets without end", text: "- " + strings.Repeat("[", 100000),
			want: []string{"secrets:1: nested too deep"},
		},
		{
			name: "yaml, dashes without end", text: strings.Repeat("- ", 100000) + "x",
			want: []string{"secrets:1: nested too deep"},
		},
		{
			name: "json, faults of every kind",
			text: "{\"secrets\": [1, [2],\n {\"id\": \"a\", \"kind\": \"others\", \"notes\": [\"x\"], \"x\": {\"y\": 1}},\n" +
				" {\"id\": \"b\", \"kind\": \"other\", \"id\": \"c\", \"\": true}],\n \"more\": {\"secrets\": []}}",
			want: []string{
				"secrets:1:14: not a secret", "secrets:1:17: not a secret",
				`secrets:2:22: unknown kind "others"`,
				`secrets:2:41: column "notes" holds a list or a mapping`,
				`secrets:2:53: column "x" holds a list or a mapping`,
				`secrets:3:37: column "id" is there twice`,
				"secrets:3:46: a value in a column without a name",
				`secrets:4:2: unknown key "more"`,
			},
		},
		{
			name: "json, not a list", text: `{"secrets": {"id": "a"}}`,
			want: []string{"secrets:1:13: not a list of secrets"},
		},
		{
			name: "json, cut", text: "[{\"id\": \"a\",\n \"kind\": ",
			want: []string{"secrets:2:9: the text is not JSON from here on"},
		},
		{
			name: "json, lines", text: "{\"id\": \"a\"}\n{\"id\": \"b\"}\n",
			want: []string{"secrets:2:1: the text is not JSON from here on"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, messages(t, tt.text)); diff != "" {
				t.Errorf("Read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHints(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{name: "header", text: "a,b\n", want: "id,kind,identifier"},
		{name: "near kind", text: "id,kind\na,github-tokn\n", want: "did you mean github-token?"},
		{name: "part of a kind", text: "id,kind\na,oauth\n", want: "did you mean github-oauth-grant?"},
		{name: "any other kind", text: "id,kind\na,bitcoin-wallet\n", want: "the kinds are aws-access-key, github-token"},
		{name: "zone", text: "id,kind,rotated_at\na,other,2023-01-05 10:11\n", want: "append Z"},
		{name: "duplicate", text: "id,kind\na,other\na,ssh-key\n", want: "the first is at secrets:2"},
		{name: "tab", text: "- id: a\n\tkind: other\n", want: "indent with spaces"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := inventory.Read("secrets", []byte(tt.text))
			if err == nil || !strings.Contains(faults(t, err)[0].Hint, tt.want) {
				t.Errorf("Read: %v, want a hint with %q", err, tt.want)
			}
		})
	}
}

// One line holds the whole file, with characters of several bytes: columns count
// characters, and counting them takes no time that grows with the square of the line.
func TestReadOneLongLine(t *testing.T) {
	const n = 20000
	var b strings.Builder
	b.WriteString("[")
	for i := range n {
		fmt.Fprintf(&b, `{"id":"ö%d","kind":"other"},`, i)
	}
	b.WriteString(`{"id":"z","kind":"none"}]`)
	column := utf8.RuneCountInString(b.String()) - len(`"none"}]`) + 1
	want := []string{fmt.Sprintf(`secrets:1:%d: unknown kind "none"`, column)}
	if diff := cmp.Diff(want, messages(t, b.String())); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
}
