package incident

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed profiles/*.yaml
var profiles embed.FS

// Builtin returns the incidents that come with the program, sorted by id.
func Builtin() ([]*Incident, error) {
	files, err := profiles.ReadDir("profiles")
	if err != nil {
		return nil, fmt.Errorf("built-in incidents: %w", err)
	}
	var all []*Incident
	for _, f := range files {
		data, err := profiles.ReadFile(path.Join("profiles", f.Name()))
		if err != nil {
			return nil, fmt.Errorf("built-in incidents: %w", err)
		}
		in, err := Parse(f.Name(), data)
		if err != nil {
			return nil, err
		}
		all = append(all, in)
	}
	slices.SortFunc(all, func(a, b *Incident) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// Load returns the built-in incident of that id, or the one in a file: a name that contains a
// path separator or ends in .yaml or .yml is a path, read with readFile.
func Load(nameOrPath string, readFile func(string) ([]byte, error)) (*Incident, error) {
	if isPath(nameOrPath) {
		data, err := readFile(nameOrPath)
		if err != nil {
			return nil, fmt.Errorf("read incident: %w", err)
		}
		return Parse(nameOrPath, data)
	}
	all, err := Builtin()
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, in := range all {
		if in.ID == nameOrPath {
			return in, nil
		}
		ids[i] = in.ID
	}
	hint := "built in: " + strings.Join(ids, ", ") +
		"; a profile of your own is named by its path, ending in .yaml"
	if nameOrPath == "" {
		return nil, errors.New("incident: no id given; " + hint)
	}
	return nil, fmt.Errorf("incident %q: not known; %s", nameOrPath, hint)
}

// isPath takes both separators on every system: no id contains either.
func isPath(s string) bool {
	lower := strings.ToLower(s)
	return strings.ContainsAny(s, `/\`) ||
		strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml")
}
