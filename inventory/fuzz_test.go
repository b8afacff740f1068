package inventory_test

import (
	"strings"
	"testing"

	"breachwindow/inventory"
)

// FuzzRead plants a token somewhere in the input. Read must not panic, must not show any
// of the token, and what it returns without an error must be whole.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"id,kind,identifier,rotated_at\na,aws-access-key,AKIAIOSFODNN7EXAMPLE,2023-01-05\n",
		"id;kind\n\"a\nb\";other\n#c\n", "id\tkind\tx\na\tssh-key\t\n",
		"- id: a\n  kind: other\n  notes: |\n    x\n", "secrets:\n- {id: a, kind: other}\n---\n",
		`[{"id":"a","kind":"other","x":[1,{"y":null}]}]`, `{"secrets":[{"id":"a","kind":"other"}],"b":{}}`,
		"- id: &a x\n  <<: *a\n  ? b\n  : !!str c\n", "\xff\xfei\x00d\x00", "id,kind\n\"",
		"id,kind,identifier\na,github-token," + tokenHash + " token_id:1\n" + "b,ssh-key," + publicKey + "\n",
		inventory.Template(),
	} {
		f.Add([]byte(text), uint(0), false)
		f.Add([]byte(text), uint(12), true)
		f.Add([]byte(text), uint(len(text)), true)
	}
	known := map[inventory.Kind]bool{}
	for _, info := range inventory.Kinds() {
		known[info.Kind] = true
	}
	token := rawSecrets()["classic token"]
	f.Fuzz(func(t *testing.T, data []byte, where uint, plant bool) {
		if plant {
			i := int(where % uint(len(data)+1))
			data = []byte(string(data[:i]) + token + string(data[i:]))
		}
		secrets, err := inventory.Read("f", data)
		if err != nil {
			if part, shown := shows(err.Error(), token); shown {
				t.Errorf("the error shows %q of the token: %v", part, err)
			}
			return
		}
		if strings.Contains(string(data), token) {
			t.Error("a token was read without an error")
		}
		seen := map[string]bool{}
		for _, s := range secrets {
			if s.ID == "" || seen[s.ID] || !known[s.Kind] || s.File != "f" || s.Line < 1 {
				t.Errorf("secret %+v is not whole", s)
			}
			seen[s.ID] = true
			for _, c := range s.Credentials {
				if c.Value == "" || c.Match == "" {
					t.Errorf("secret %s: credential %+v is not whole", s.ID, c)
				}
			}
			_ = s.Short()
		}
	})
}
