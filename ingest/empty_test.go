package ingest_test

import (
	"strings"
	"testing"

	"breachwindow/ingest"
)

func TestEmptyFiles(t *testing.T) {
	tests := []struct{ name, in, form, reasons string }{
		{"logs/circleci_connectivity_test_2025", "", "circleci/connectivity-test", ""},
		{"circleci_connectivity_test.json.gz", "", "circleci/connectivity-test", ""},
		{"other", "", "empty", ""},
		{"trail.json", "", "empty", ""},
		{"trail.json.GZ", "", "unreadable", "1: an empty file where gzip data was expected: get it again"},
		{"logs.tar", "", "unreadable", "1: an empty file where a tar archive was expected: get it again"},
		{"a.json.gz", gz(t, ""), "empty", ""},
		{"a.json.gz", "\n", "empty", ""},
	}
	for _, tt := range tests {
		k := &kept{}
		f, err := ingest.Read(t.Context(), tt.name, strings.NewReader(tt.in), ingest.Options{}, k)
		if err != nil || f.Form != tt.form || k.reasons() != tt.reasons {
			t.Errorf("%s: form %s, rejects %q, %v; want %s, %q", tt.name, f.Form, k.reasons(), err, tt.form,
				tt.reasons)
		}
		checkAccount(t, f, k)
	}
}
