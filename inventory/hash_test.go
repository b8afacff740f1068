package inventory_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"breachwindow/inventory"
)

func TestHashLine(t *testing.T) {
	token := rawSecrets()["classic token"]
	hash, text, err := inventory.HashLine([]byte(token + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := "token-716be7ab,github-token," + tokenHash + ",Personal access token (classic),,,,,"
	if hash != tokenHash || text != want {
		t.Errorf("HashLine = %q, %q, want %q, %q", hash, text, tokenHash, want)
	}
	got := read(t, inventory.Template()+text+"\n")
	if len(got) != 1 || got[0].Credentials[0].Value != tokenHash {
		t.Errorf("the line is read as %+v", got)
	}
}

func TestHashLineRefuses(t *testing.T) {
	token := rawSecrets()["classic token"]
	tests := []struct {
		name, token, want string
	}{
		{
			name: "checksum", token: token[:len(token)-1] + "q",
			want: "this does not look whole: the checksum of a ghp_ token does not match (truncated paste?)",
		},
		{
			name: "truncated", token: token[:39],
			want: "this does not look whole: it does not have the shape of a ghp_ token (truncated paste?)",
		},
		{name: "something else", token: "hunter2hunter2", want: "this does not look like a GitHub token"},
		{name: "empty", want: "this does not look like a GitHub token"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hash, text, err := inventory.HashLine([]byte(tt.token))
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) || hash+text != "" {
				t.Fatalf("HashLine = %q, %q, %v, want the error %q", hash, text, err, tt.want)
			}
			if part, shown := shows(err.Error(), tt.token); shown {
				t.Errorf("the error shows %q of the token", part)
			}
		})
	}
}

// Every shared token must be hashed to what the table says, be accepted as a hash in each
// of its spellings, and be refused as a token.
func TestSharedTokens(t *testing.T) {
	dir := os.Getenv("BREACHWINDOW_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	data, err := os.ReadFile(filepath.Join(dir, "github", "tokens.tsv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("NOT CHECKED: the shared token vectors; BREACHWINDOW_DATA names their folder")
	}
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = '\t'
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		token, hash := row[1], row[2]
		got, _, err := inventory.HashLine([]byte(token))
		if bad := row[5] == "invalid"; bad != (err != nil) || !bad && got != hash {
			t.Errorf("%s: HashLine = %q, %v, want %q", row[0], got, err, hash)
		}
		for _, spelling := range row[2:5] {
			s := readOne(t, "id,kind,identifier", "a,github-token,"+spelling)
			if s.Identifier != hash {
				t.Errorf("%s: %q read as %q", row[0], spelling, s.Identifier)
			}
		}
		refusesRaw(t, "id,kind,identifier\na,github-token,"+token+"\n", token, 2)
	}
}
