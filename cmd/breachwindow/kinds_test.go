package main

import (
	"strings"
	"testing"

	"breachwindow/incident"
	"breachwindow/inventory"
)

// The incident's parser may not know the inventory, so it has the list of kinds a second time; it
// shows it to whoever writes another word. The two must be one: a kind that only the inventory
// knows could be in no profile, and one that only profiles know would affect nothing.
func TestIncidentAndInventoryShareTheKinds(t *testing.T) {
	t.Parallel()
	var names []string
	for _, info := range inventory.Kinds() {
		names = append(names, string(info.Kind))
	}
	_, err := incident.Parse("test.yaml",
		[]byte("id: test\ntitle: A test\nkinds: [{kind: none, exposed: true, source: x}]\n"))
	want := `kind "none" is unknown: write one of ` + strings.Join(names, ", ") + "\n"
	if err == nil || !strings.Contains(err.Error()+"\n", want) {
		t.Errorf("got %v, want that it says %s", err, want)
	}
}
