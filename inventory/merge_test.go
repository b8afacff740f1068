package inventory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/inventory"
)

// export is an account of CircleCI-Env-Inspector 2.1 with these project variables.
func export(vars string) inventory.Export {
	return inventory.Export{Name: "circleci-data.json", Data: []byte(
		`{"accounts": [{"name": "acme", "contexts": [], "projects": [{"slug": "gh/acme/api", ` +
			`"project_env_vars": [` + vars + `], "checkout_keys": [], "ssh_keys": []}]}]}`)}
}

func imported(t *testing.T, exports ...inventory.Export) *inventory.Imported {
	t.Helper()
	in, err := inventory.Import(exports, importOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

const (
	keyVar = `{"name": "AWS_ACCESS_KEY_ID", "value": "xxxxMPLE"}`
	npmVar = `{"name": "NPM_TOKEN", "value": "xxxx9f3a"}`
	keyID  = "project:gh/acme/api/AWS_ACCESS_KEY_ID"
	npmID  = "project:gh/acme/api/NPM_TOKEN"
)

func TestImportedMerge(t *testing.T) {
	const header = "id,kind,identifier,name,stored_in,created_at,rotated_at,owner,notes\n"
	const keyRow = keyID + ",aws-access-key,xxxxMPLE,AWS_ACCESS_KEY_ID,project:gh/acme/api,,,," +
		"the tail of the value on the day of the export\n"
	const npmRow = npmID + ",other,,NPM_TOKEN,project:gh/acme/api,,,,\n"
	tests := []struct {
		name string
		text string
		vars []string
		want string // appended to text

		known, left, differs, gone []string
	}{
		{name: "new", text: header, vars: []string{npmVar, keyVar}, want: keyRow + npmRow},
		{
			name: "edited rows stay",
			text: header + npmID + `,other,,"the ""npm"" token",,,2023-01-06,web team,kept` + "\n" +
				keyID + ",aws-access-key,AKIAIOSFODNN7EXAMPLE,,,2020-01-01,2023-01-05T10:00:00Z,,\n",
			vars: []string{npmVar, keyVar}, known: []string{keyID, npmID},
		},
		{
			name: "another tail is told",
			text: header + keyID + ",aws-access-key,xxxxABCD,,,,,,\n",
			vars: []string{keyVar}, known: []string{keyID},
			differs: []string{keyID + ": identifier is …ABCD in the inventory and …MPLE in the export; " +
				"kept as it is"},
		},
		{
			name: "an identifier that somebody took out is told",
			text: header + keyID + ",aws-access-key,,,,,,,\n",
			vars: []string{keyVar}, known: []string{keyID},
			differs: []string{keyID + ": identifier is empty in the inventory and …MPLE in the export; " +
				"kept as it is"},
		},
		{
			name: "behind # is left out",
			text: header + "# " + npmID + ",other,,,,,,,no secret\n",
			vars: []string{npmVar}, left: []string{npmID},
		},
		{
			name: "gone is kept",
			text: header + npmRow + "project:gh/acme/api/OLD,other,,,,,,,\n" +
				"project:gh/acme/api/token:badge,circleci-project-token,,,,,,,\n" +
				"project:gh/else/api/OLD,other,,,,,,,\ncontext:prod/A,other,,,,,,,\n" +
				"context:prod@else/A,other,,,,,,,\ndeploy,other,,,,,,,\n",
			vars: []string{npmVar}, known: []string{npmID},
			gone: []string{"context:prod/A", "project:gh/acme/api/OLD"},
		},
		{
			name: "own columns, separator, line ends and comments",
			text: "\ufeff# ours\r\nTeam;Notes;Identifier;KIND;Id;Stored in;Name;created at\r\n" +
				"red;;;other;hook;;;\r\n# end",
			vars: []string{keyVar},
			want: "\r\n;the tail of the value on the day of the export;xxxxMPLE;aws-access-key;" + keyID +
				";project:gh/acme/api;AWS_ACCESS_KEY_ID;\r\n",
		},
		{
			name: "no line end", text: strings.TrimSuffix(header, "\n"), vars: []string{npmVar},
			want: "\n" + npmRow,
		},
		{
			name: "a formula, a comment, a separator", text: "name,id,kind,stored_in\n",
			vars: []string{
				`{"name": "=1+1", "value": "xxxx"}`, `{"name": "#x", "value": "xxxx"}`,
				`{"name": "a;=b", "value": "xxxx"}`, `{"name": "\"q", "value": "xxxx"}`,
			},
			want: `"""q","project:gh/acme/api/""q",other,project:gh/acme/api` + "\n" +
				`"'#x",project:gh/acme/api/#x,other,project:gh/acme/api` + "\n" +
				`"'=1+1",project:gh/acme/api/=1+1,other,project:gh/acme/api` + "\n" +
				`"a;=b","project:gh/acme/api/a;=b",other,project:gh/acme/api` + "\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := imported(t, export(strings.Join(tt.vars, ","))).Merge("s.csv", []byte(tt.text), nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.text+tt.want, string(m.Text)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			for _, x := range []struct {
				what      string
				want, got []string
			}{
				{"known", tt.known, m.Known},
				{"left", tt.left, m.Left},
				{"differs", tt.differs, m.Differs},
				{"gone", tt.gone, m.Gone},
			} {
				if !slices.Equal(x.want, x.got) {
					t.Errorf("%s: got %q, want %q", x.what, x.got, x.want)
				}
			}
		})
	}
}

func TestImportedMergeRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a broken inventory", "id,kind\na,unkind\n", "unknown kind"},
		{"YAML", "- id: a\n  kind: other\n", "rows can be added to CSV only"},
		{"JSON", `[{"id": "a", "kind": "other"}]`, "rows can be added to CSV only"},
		{
			"another encoding", "\xff\xfei\x00d\x00,\x00k\x00i\x00n\x00d\x00\n\x00",
			"save the file as UTF-8",
		},
		{"carriage returns", "id,kind\ra,other\r", "save the file with line feeds"},
		{"a column that is needed", "id,kind,name,stored_in\n", "no column identifier"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := imported(t, export(keyVar)).Merge("s.csv", []byte(tt.text), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || m != nil {
				t.Errorf("got %v, %v, want %q", m, err, tt.want)
			}
		})
	}
}

// A key id that the inventory has under another name is no new secret, in whatever file of the
// case it is; a variable that holds it is.
func TestImportedMergeByIdentifier(t *testing.T) {
	list := inventory.Export{
		Name: "keys.txt", Data: []byte("AKIAIOSFODNN7EXAMPLE\nAKIAI44QH8DHBEXAMPLE\n"),
	}
	others, err := inventory.Read("other.csv",
		[]byte("id,kind,identifier\nold,aws-access-key,AKIAI44QH8DHBEXAMPLE\n"))
	if err != nil {
		t.Fatal(err)
	}
	have := "id,kind,identifier,name,stored_in\ndeploy,aws-access-key,AKIAIOSFODNN7EXAMPLE,,\n"
	full := `{"name": "AWS_ACCESS_KEY_ID", "value": "AKIAIOSFODNN7EXAMPLE"}`
	m, err := imported(t, list, export(full)).Merge("s.csv", []byte(have), others)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Added) != 1 || m.Added[0].ID != keyID || len(m.Known) != 2 || len(m.Differs) != 0 {
		t.Errorf("added %v, known %q, differs %q", m.Added, m.Known, m.Differs)
	}
}
