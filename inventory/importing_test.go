package inventory_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"breachwindow/inventory"
)

var update = flag.Bool("update", false, "rewrite what the cases of imports want")

// when is a time for options.
func when(t *testing.T, s string) *time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return &at
}

// importOptions are those of CircleCI's breach.
func importOptions(t *testing.T) inventory.ImportOptions {
	t.Helper()
	return inventory.ImportOptions{
		Starts:        when(t, "2022-12-16T00:00:00Z"),
		CreatedBefore: when(t, "2023-01-05T00:00:00Z"),
	}
}

// Each case of testdata/import is a set of files in one form, and what is taken from them.
func TestImport(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join("testdata", "import", "*.txtar"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("cases: %d, %v", len(cases), err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			opts := importOptions(t)
			exports, want := exportsOf(a, &opts)
			if want == nil {
				t.Fatal("neither want nor error")
			}
			in, err := inventory.Import(exports, opts)
			got := describeImport(in, err)
			if (err != nil) != (want.Name == "error") {
				t.Fatalf("a case of %s gave\n%s", want.Name, got)
			}
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			if err == nil {
				readsBack(t, in)
			}
		})
	}
}

// exportsOf takes a case apart: its exports, its options, and the file that says what is wanted.
func exportsOf(a *txtar.Archive, opts *inventory.ImportOptions) (
	exports []inventory.Export, want *txtar.File,
) {
	for i, f := range a.Files {
		switch name, escaped := strings.CutPrefix(f.Name, "unescape:"); {
		case f.Name == "options":
			for line := range strings.Lines(string(f.Data)) {
				key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
				*map[string]*string{
					"org": &opts.Org, "project": &opts.Project, "context": &opts.Context,
				}[key] = value
			}
		case f.Name == "want" || f.Name == "error":
			want = &a.Files[i]
		case escaped:
			exports = append(exports, inventory.Export{
				Name: name, Data: []byte(strings.ReplaceAll(string(f.Data), `\t`, "\t")),
			})
		default:
			exports = append(exports, inventory.Export{Name: f.Name, Data: f.Data})
		}
	}
	return exports, want
}

func describeImport(in *inventory.Imported, err error) string {
	if err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	for _, f := range in.Forms {
		fmt.Fprintf(&b, "%s: %s: %d\n", f.Name, f.Form, len(f.Taken))
	}
	for _, n := range in.Notices {
		fmt.Fprintf(&b, "! %s\n", n)
	}
	for _, it := range in.Items {
		fmt.Fprintf(&b, "%s | %s | %s | %s", it.ID, it.Kind, it.Identifier, it.CreatedAt)
		for _, more := range []struct{ name, value string }{
			{"name", it.Name},
			{"in", it.StoredIn},
			{"rotated", it.RotatedAt},
			{"owner", it.Owner},
			{"account", it.Account},
			{"notes", it.Notes},
		} {
			if more.value != "" {
				fmt.Fprintf(&b, "\n    %s: %s", more.name, more.value)
			}
		}
		if it.Unread {
			b.WriteString("\n    unread")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// readsBack merges the items into a new inventory, which must read as it was taken.
func readsBack(t *testing.T, in *inventory.Imported) {
	t.Helper()
	m, err := in.Merge("secrets.csv", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := in.Merge("secrets.csv", m.Text, nil)
	if err != nil {
		t.Fatal(err)
	}
	taken := 0
	for _, f := range in.Forms {
		taken += len(f.Taken)
	}
	if taken != len(in.Items)+in.Twice {
		t.Errorf("%d taken, %d items and %d twice", taken, len(in.Items), in.Twice)
	}
	if len(m.Added) != len(in.Items) || len(again.Added) != 0 ||
		string(again.Text) != string(m.Text) || len(again.Differs)+len(again.Gone)+len(again.Left) > 0 {
		t.Errorf("%d of %d added, then %d; differs %q, gone %q, left %q", len(m.Added), len(in.Items),
			len(again.Added), again.Differs, again.Gone, again.Left)
	}
}
