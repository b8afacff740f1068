package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What somebody saves while an import runs is not overwritten, and nothing is left beside it.
func TestImportKeepsWhatWasSavedMeanwhile(t *testing.T) {
	tests := []struct {
		name        string
		read, saved string
		want        string // in the error; empty: written
	}{
		{name: "as it was read", read: "id,kind\n", saved: "id,kind\n"},
		{name: "saved", read: "id,kind\n", saved: "id,kind\na,other\n", want: "was changed meanwhile"},
		{name: "made", saved: "id,kind\n", want: "was changed meanwhile"},
		{name: "not there"},
		{name: "removed", read: "id,kind\n", want: "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := importTarget{name: filepath.Join(t.TempDir(), "s.csv")}
			if tt.read != "" {
				target.text = []byte(tt.read)
			}
			if tt.saved != "" {
				if err := os.WriteFile(target.name, []byte(tt.saved), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want := tt.saved
			err := target.write([]byte("new\n"))
			switch {
			case tt.want == "":
				want = "new\n"
				if err != nil {
					t.Fatal(err)
				}
			case err == nil || !strings.Contains(err.Error(), tt.want):
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if got, err := os.ReadFile(target.name); string(got) != want || err != nil && want != "" {
				t.Errorf("the file has %q, %v, want %q", got, err, want)
			}
			names, err := os.ReadDir(filepath.Dir(target.name))
			if err != nil || len(names) > 1 {
				t.Errorf("files left: %v, %v", names, err)
			}
		})
	}
}
