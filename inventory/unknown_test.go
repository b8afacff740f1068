package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/inventory"
)

func TestUnknownColumns(t *testing.T) {
	t.Parallel()
	const known = "; what is used are id, kind, identifier, name, stored_in, created_at, rotated_at, owner, notes, account"
	for _, tt := range []struct {
		name, in string
		want     []string
	}{
		{"all known", "id,kind,Rotated At,account\na,other,2023-01-05,111122223333\n", nil},
		{"one", "id,kind,rotated\na,other,2023-01-05\n", []string{`f: column "rotated" is kept as a note and used for nothing` + known}},
		{"empty", "id,kind,rotated\na,other,\n", nil},
		{"several", "id,kind,team,revoked_at\na,other,x,\nb,other,,2023-01-05\n", []string{
			`f: columns "revoked_at", "team" are kept as a note and used for nothing` + known,
		}},
		{"YAML", "- {id: a, kind: other, exposed_at: 2022-12-16}\n", []string{
			`f: column "exposed_at" is kept as a note and used for nothing` + known,
		}},
		{"JSON", `[{"id":"a","kind":"other","exposed\u001b_at":"x"}]`, []string{
			`f: column "exposed\x1b_at" is kept as a note and used for nothing` + known,
		}},
	} {
		secrets, err := inventory.Read("f", []byte(tt.in))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, inventory.UnknownColumns(secrets)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
