package incident

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
)

//go:embed profiles/*.yaml
var profiles embed.FS

// ErrUnknown means that a name is no path and no built-in incident has it as its id.
var ErrUnknown = errors.New("not known")

// Builtin returns the incidents that come with the program, sorted by id.
func Builtin() ([]*Incident, error) {
	ids, err := builtinIDs()
	if err != nil {
		return nil, err
	}
	all := make([]*Incident, len(ids))
	for i, id := range ids {
		if all[i], err = Load(id, nil); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// builtinIDs are the ids of the built-in incidents, sorted: each is its file's name.
func builtinIDs() ([]string, error) {
	files, err := profiles.ReadDir("profiles")
	if err != nil {
		return nil, fmt.Errorf("built-in incidents: %w", err)
	}
	ids := make([]string, len(files))
	for i, f := range files {
		ids[i] = strings.TrimSuffix(f.Name(), ".yaml")
	}
	slices.Sort(ids)
	return ids, nil
}

// Load returns the built-in incident of that id, or the one in a file: a name that contains a
// path separator or ends in .yaml or .yml is a path, read with readFile.
func Load(nameOrPath string, readFile func(string) ([]byte, error)) (*Incident, error) {
	data, err := Text(nameOrPath, readFile)
	if err != nil {
		return nil, err
	}
	return Parse(nameOrPath, data)
}

// Text returns what Load reads, as it is written.
func Text(nameOrPath string, readFile func(string) ([]byte, error)) ([]byte, error) {
	if isPath(nameOrPath) {
		data, err := readFile(nameOrPath)
		if err != nil {
			return nil, fmt.Errorf("read incident: %w", err)
		}
		return data, nil
	}
	ids, err := builtinIDs()
	if err != nil {
		return nil, err
	}
	if slices.Contains(ids, nameOrPath) {
		return profiles.ReadFile("profiles/" + nameOrPath + ".yaml")
	}
	return nil, fmt.Errorf("incident %q: %w", nameOrPath, ErrUnknown)
}

// isPath takes both separators on every system: no id contains either.
func isPath(s string) bool {
	lower := strings.ToLower(s)
	return strings.ContainsAny(s, `/\`) ||
		strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml")
}
