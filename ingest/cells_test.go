package ingest_test

import (
	"testing"

	"breachwindow/ingest"
)

// TestDottedColumns makes objects of names with dots, and loses no cell to another of its name.
func TestDottedColumns(t *testing.T) {
	for _, tt := range []struct {
		columns []string
		want    string
	}{
		{[]string{"a", "d.x", "b", "d.y"}, `{"a":"0","b":"2","d":{"x":"1","y":"3"}}`},
		{[]string{"d.x.y", "d.z", "e.f"}, `{"d":{"z":"1","x":{"y":"0"}},"e":{"f":"2"}}`},
		{[]string{"d.x", "d"}, `{"d.x":"0","d":"1"}`},
		{[]string{"d.x.y", "d.x"}, `{"d":{"x.y":"0","x":"1"}}`},
		{[]string{".a", "b.", "."}, `{".a":"0","b.":"1",".":"2"}`},
		{[]string{"a.b.c.d.e.f.g.h.i.j"}, `{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i.j":"0"}}}}}}}}}`},
		{nil, `{}`},
	} {
		if got := ingest.Assembled(tt.columns); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.columns, got, tt.want)
		}
	}
}
