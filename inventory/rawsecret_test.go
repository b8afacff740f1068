package inventory_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"breachwindow/inventory"
)

// The secrets are invented, and written in two parts so that scanners of repositories
// leave this file alone.
func rawSecrets() map[string]string {
	return map[string]string{
		"classic token":      "gh" + "p_BreachWindowTestVector000000013kToNp",
		"oauth token":        "gh" + "o_BreachWindowTestVector000000021ZOiyN",
		"user token":         "gh" + "u_BreachWindowTestVector000000030dWSfx",
		"installation token": "gh" + "s_BreachWindowTestVector000000043SDasE",
		"refresh token":      "gh" + "r_BreachWindowTestVector000000053jFqtY",
		"half a token":       "gh" + "p_BreachWindowTestVec",
		"fine-grained token": "github" + "_pat_11ABCDEFG0abcdefghijkl_" + strings.Repeat("B", 59),
		"secret access key":  "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
		"private key":        "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
		"circleci personal":  "CCI" + "PAT_4VnKp8ABCDEFGHJKLMNPQR_0123456789abcdef0123456789abcdef01234567",
		"circleci project":   "CCI" + "PRJ_4VnKp8ABCDEFGHJKLMNPQR_0123456789abcdef0123456789abcdef01234567",
		"slack":              "xox" + "b-123456789012-abcdefghijkl",
		"gitlab":             "gl" + "pat-abcdefghij0123456789",
		"google":             "AI" + "zaSyA1234567890abcdefghijklmnopqrstuv",
		"stripe":             "sk" + "_live_abcdefghij0123456789",
		"npm":                "np" + "m_abcdefghijklmnopqrstuvwxyz0123456789",
		"web token":          "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0.abc",
		"password in a url":  "postgres://app:" + "hunter2hunter@db.example.com/app",
	}
}

// Wherever a secret stands, it is refused with its place, and no part of it is shown.
func TestRawSecretsRefused(t *testing.T) {
	places := map[string]string{
		"identifier":      "id,kind,identifier\nx,other,\nfine,other,%s\n",
		"github token":    "id,kind,identifier\nx,other,\nfine,github-token,%s\n",
		"aws key":         "id,kind,identifier\nx,other,\nfine,aws-access-key,%s\n",
		"ssh key":         "id,kind,identifier\nx,other,\nfine,ssh-key,%s\n",
		"id":              "id,kind\nx,other\n%s,other\n",
		"kind":            "id,kind\nx,other\nfine,%s\n",
		"name":            "id,kind,name\nx,other,\nfine,other,%s\n",
		"date":            "id,kind,rotated_at\nx,other,\nfine,other,%s\n",
		"unknown column":  "id,kind,value\nx,other,\nfine,other,%s\n",
		"header":          "id,kind\nx,other\n",
		"yaml":            "- id: x\n  kind: other\n- {id: fine, kind: other, notes: \"%s\"}\n",
		"yaml identifier": "- id: x\n  kind: other\n- {id: fine, kind: other, identifier: '%s'}\n",
		"json":            "[{\"id\":\"x\",\"kind\":\"other\"},\n\n{\"id\":\"fine\",\"kind\":\"other\",\"notes\":\"%s\"}]",
		"escaped json":    "[{\"id\":\"x\",\"kind\":\"other\"},\n\n{\"id\":\"fine\",\"kind\":\"other\",\"notes\":%j}]",
		"json key":        "[{\"id\":\"x\",\"kind\":\"other\"},\n\n{\"id\":\"fine\",\"kind\":\"other\",%j:1}]",
		"top key":         "{\"secrets\":[],\n\n%j: 1}",
	}
	for name, secret := range rawSecrets() {
		for where, text := range places {
			t.Run(name+" in "+where, func(t *testing.T) {
				text := strings.ReplaceAll(text, "%s", secret)
				text = strings.ReplaceAll(text, "%j", escaped(secret))
				if where == "header" {
					text = "\n\nid,kind," + secret + "\nx,other,y\n"
				}
				refusesRaw(t, text, secret, 3)
			})
		}
	}
}

func TestRawSecretsInText(t *testing.T) {
	token := rawSecrets()["classic token"]
	tests := []struct {
		name, text string
		line       int
	}{
		{name: "in notes", text: "id,kind,notes\na,other,\"the token is " + token + ", keep it\"\n", line: 2},
		{name: "in a comment", text: "# " + token + "\nid,kind\n", line: 1},
		{name: "in a ragged row", text: "id,kind\na,other," + token + "\n", line: 2},
		{name: "behind an open quote", text: "id,kind,notes\na,other,\"" + token + "\n", line: 2},
		{name: "on a later line of a value", text: "id,kind,notes\na,other,\"x\n" + token + "\"\n", line: 3},
		{name: "in text that is not UTF-8", text: "id,kind\na\xff,other\n" + token + ",other\n", line: 3},
		{name: "in broken yaml", text: "- id: a\n  notes: x: " + token + "\n", line: 2},
		{name: "in broken json", text: "[{\"id\": " + token + "}]", line: 1},
		{name: "in an escaped yaml text", text: "- id: a\n  kind: other\n  notes: \"gh\\x70" + token[3:] + "\"\n", line: 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { refusesRaw(t, tt.text, token, tt.line) })
	}
}

// refusesRaw checks that exactly one fault refuses the secret, with its place, and that
// no fault shows any of it.
func refusesRaw(t *testing.T, text, secret string, line int) {
	t.Helper()
	_, err := inventory.Read("secrets", []byte(text))
	if err == nil {
		t.Fatal("Read: no error, want a refusal")
	}
	refusals := 0
	for _, e := range faults(t, err) {
		if strings.Contains(e.Msg, "a secret itself") {
			refusals++
			if e.Line != line || e.Column < 1 || !strings.Contains(e.Hint, "take it out of the file") {
				t.Errorf("refusal %v, want it on line %d", e, line)
			}
		}
	}
	if refusals != 1 {
		t.Errorf("%d refusals, want 1: %v", refusals, err)
	}
	if part, shown := shows(err.Error(), secret); shown {
		t.Errorf("the error shows %q of the secret: %v", part, err)
	}
}

// shows looks for any eight characters of the secret in a message.
func shows(message, secret string) (part string, shown bool) {
	for i := 0; i+8 <= len(secret); i++ {
		if strings.Contains(message, secret[i:i+8]) {
			return secret[i : i+8], true
		}
	}
	return "", false
}

// escaped writes a JSON text whose first characters a search of the file cannot see.
func escaped(s string) string {
	b, _ := json.Marshal(s[1:])
	const hex = "0123456789abcdef"
	return `"\u00` + string(hex[s[0]>>4]) + string(hex[s[0]&15]) + string(b[1:])
}

func TestLegacyTokensRefused(t *testing.T) {
	hex := "0123456789abcdef0123456789abcdef" + "01234567"
	for _, kind := range []string{
		"github-token", "github-app-key", "circleci-personal-token", "circleci-project-token",
	} {
		refusesRaw(t, "id,kind,identifier\na,"+kind+","+hex+"\n", hex, 2)
		refusesRaw(t, "id,kind,identifier\na,"+kind+",token_id:1 "+hex+"\n", hex, 2)
	}
	// A commit, a thumbprint: forty digits that are no secret.
	readOne(t, "id,kind,identifier,notes", "a,other,"+hex+",since "+hex)
}

// What only resembles a secret is read.
func TestNoRawSecret(t *testing.T) {
	for _, notes := range []string{
		"rotate the ghp_ tokens", "xxxx1234", tokenHash, tokenHex, keySHA256, publicKey,
		"https://app.circleci.com/settings/project/github/acme/web/environment-variables",
		"https://user@example.com/", "git@github.com:acme/web.git", "http://localhost:8080/a@b",
		"AKIAIOSFODNN7EXAMPLE", "sk_live_xxxx", "-----BEGIN PUBLIC KEY-----",
		strings.Repeat("a", 40), "arn:aws:iam::123456789012:user/ci",
	} {
		if s := readOne(t, "id,kind,notes", line("a", "other", notes)); s.Notes != notes {
			t.Errorf("notes %q read as %q", notes, s.Notes)
		}
	}
}

func TestRefuseSecrets(t *testing.T) {
	const token = "gh" + "p_BreachWindowTestVector000000013kToNp"
	text := "incident: x\nexpected:\n  - why: ours, see " + token + "\n# https://ci:hunter2@example.com\n"
	err := inventory.RefuseSecrets("case.yaml", []byte(text))
	if err == nil {
		t.Fatal("nothing was refused")
	}
	got := strings.Split(err.Error(), "\n")
	want := []string{
		"case.yaml:3:20: this is a secret itself (a GitHub token), which must not be handed on; take it out of the file",
		"case.yaml:4:8: this is a secret itself (a password in an address), which must not be handed on; take it out of the file",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := inventory.RefuseSecrets("x", []byte("a,b\n\xff AKIAIOSFODNN7EXAMPLE SHA256:abc\n")); err != nil {
		t.Errorf("no secret, and refused: %v", err)
	}
}

// A refusal says what names that kind of secret: only GitHub's tokens have a hash that logs know.
func TestRawSecretHint(t *testing.T) {
	secrets := rawSecrets()
	for _, c := range []struct{ name, secret, kind, want string }{
		{name: "GitHub", secret: "half a token", kind: "github-token", want: "`breachwindow secrets hash`"},
		{name: "AWS", secret: "secret access key", kind: "aws-access-key", want: "the access key id that belongs to it"},
		{name: "SSH", secret: "private key", kind: "ssh-key", want: "`ssh-keygen -lf KEY.pub`"},
		{name: "npm", secret: "npm", kind: "other", want: "the name of its variable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := inventory.Read("secrets", []byte("id,kind,identifier\nx,"+c.kind+","+secrets[c.secret]+"\n"))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}
