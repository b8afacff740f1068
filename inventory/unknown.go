package inventory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// UnknownColumns tells of each file which of its columns say nothing here, a line a file: a
// rotated_at that is spelt otherwise would leave the window open without a word. Columns in which
// no secret has a value are not told.
func UnknownColumns(secrets []Secret) []string {
	files := map[string]map[string]bool{}
	for _, s := range secrets {
		for column := range s.Extra {
			if fold(column) == "account" {
				continue
			}
			if files[s.File] == nil {
				files[s.File] = map[string]bool{}
			}
			files[s.File][column] = true
		}
	}
	var lines []string
	for _, file := range slices.Sorted(maps.Keys(files)) {
		var names []string
		for _, column := range slices.Sorted(maps.Keys(files[file])) {
			names = append(names, echo(column))
		}
		what := "column " + names[0] + " is"
		if len(names) > 1 {
			what = "columns " + strings.Join(names, ", ") + " are"
		}
		used := strings.Join(append(slices.Clip(columns), "account"), ", ")
		lines = append(lines, fmt.Sprintf("%s: %s kept as a note and used for nothing; "+
			"what is used are %s", file, what, used))
	}
	return lines
}

// ExtraColumns are the columns that we do not know, of all secrets, sorted.
func ExtraColumns(secrets []Secret) []string {
	names := map[string]bool{}
	for _, s := range secrets {
		for column := range s.Extra {
			names[column] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
