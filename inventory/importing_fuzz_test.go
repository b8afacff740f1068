package inventory_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"breachwindow/inventory"
)

// FuzzImport plants a token somewhere in an export. Import must not panic, must not show any of
// the token, and all that it takes must go into an inventory that reads as it was taken and that a
// second import does not change.
func FuzzImport(f *testing.F) {
	cases, err := filepath.Glob(filepath.Join("testdata", "import", "*.txtar"))
	if err != nil || len(cases) == 0 {
		f.Fatalf("cases: %d, %v", len(cases), err)
	}
	for _, name := range cases {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for i, file := range txtar.Parse(data).Files {
			if file.Name != "want" && file.Name != "error" && file.Name != "options" {
				f.Add(file.Data, uint(0), false)
				f.Add(file.Data, uint(17*(i+1)), true)
			}
		}
	}
	token := rawSecrets()["classic token"]
	f.Fuzz(func(t *testing.T, data []byte, where uint, plant bool) {
		// What the fuzzer made of a piece of the token is a text like any other.
		_, pieces := shows(string(data), token)
		if plant {
			i := int(where % uint(len(data)+1))
			data = []byte(string(data[:i]) + token + string(data[i:]))
		}
		opts := importOptions(t)
		opts.Project = "gh/acme/api"
		in, err := inventory.Import([]inventory.Export{{Name: "f", Data: data}}, opts)
		said := describeImport(in, err)
		if part, shown := shows(said, token); shown && !pieces {
			t.Fatalf("the import shows %q of the token:\n%s", part, said)
		}
		if err != nil {
			return
		}
		readsBack(t, in)
		m, err := in.Merge("secrets.csv", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if part, shown := shows(string(m.Text), token); shown && !pieces {
			t.Fatalf("the inventory shows %q of the token:\n%s", part, m.Text)
		}
	})
}
