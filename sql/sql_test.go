package sql_test

import (
	"os"
	"testing"

	schema "breachwindow/sql"
)

func TestEveryFileIsAView(t *testing.T) {
	views, err := schema.Views()
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir("views")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, v := range views {
		known[v.Name+".sql"] = true
	}
	for _, f := range files {
		if !known[f.Name()] {
			t.Errorf("views/%s is in no stage and would never be made", f.Name())
		}
	}
	if len(files) != len(views) {
		t.Errorf("%d files, %d views", len(files), len(views))
	}
}
