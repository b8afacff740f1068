package main

import (
	"os"
	"strings"
	"testing"

	"breachwindow/queries"
)

// The reports have a name for each technique that a built-in detection cites.
func TestTechniquesHaveNames(t *testing.T) {
	text, err := os.ReadFile("../../report/attack/techniques.tsv")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		id, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		named[id] = name != ""
	}
	qs, err := queries.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cited := 0
	for _, q := range qs {
		for _, id := range q.Attack {
			cited++
			if parent, _, _ := strings.Cut(id, "."); !named[id] || !named[parent] {
				t.Errorf("%s cites %s, which has no name or whose technique has none", q.ID, id)
			}
		}
	}
	if cited == 0 {
		t.Error("no detection cites a technique")
	}
}
