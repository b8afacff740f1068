package detect

import "testing"

func TestGlobbed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		glob, text string
		want       bool
	}{
		{"ci", "CI", true},
		{"ci", "ci2", false},
		{"*ci", "arn:user/CI", true},
		{"ci*", "ci-deploy", true},
		{"a*b*c", "aXbYc", true},
		{"a*b*c", "acb", false},
		{"*", "", true},
		{"a*a", "a", false},
		{"bot[bot]", "bot[bot]", true},
		{"*b*", "abc", true},
		{"", "x", false},
	} {
		if got := globbed(tc.glob, tc.text); got != tc.want {
			t.Errorf("%q, %q: %v", tc.glob, tc.text, got)
		}
	}
}
