package report

import (
	"fmt"
	"strings"
)

// count is a number of things, in words: 1 event, 2 events.
func count[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// few joins the first n values and counts the others.
func few(values []string, n int) string {
	if len(values) <= n {
		return strings.Join(values, ", ")
	}
	return fmt.Sprintf("%s +%d", strings.Join(values[:n], ", "), len(values)-n)
}

// upperFirst writes the first letter, of ASCII, as a capital.
func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// present is a list of a value, or none.
func present(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}
