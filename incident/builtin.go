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

// ErrUnknown means that a name is no path and no built-in incident has it as its id.
var ErrUnknown = errors.New("not known")

// Builtin returns the incidents that come with the program, sorted by id.
func Builtin() ([]*Incident, error) {
	texts, err := builtin()
	if err != nil {
		return nil, err
	}
	var all []*Incident
	for in := range texts {
		all = append(all, in)
	}
	slices.SortFunc(all, func(a, b *Incident) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// builtin returns the built-in incidents with their texts.
func builtin() (map[*Incident][]byte, error) {
	files, err := profiles.ReadDir("profiles")
	if err != nil {
		return nil, fmt.Errorf("built-in incidents: %w", err)
	}
	all := map[*Incident][]byte{}
	for _, f := range files {
		data, err := profiles.ReadFile(path.Join("profiles", f.Name()))
		if err != nil {
			return nil, fmt.Errorf("built-in incidents: %w", err)
		}
		in, err := Parse(f.Name(), data)
		if err != nil {
			return nil, err
		}
		all[in] = data
	}
	return all, nil
}

// Text returns what Load reads, as it is written.
func Text(nameOrPath string, readFile func(string) ([]byte, error)) ([]byte, error) {
	if isPath(nameOrPath) {
		return readFile(nameOrPath)
	}
	texts, err := builtin()
	if err != nil {
		return nil, err
	}
	for in, data := range texts {
		if in.ID == nameOrPath {
			return data, nil
		}
	}
	return nil, fmt.Errorf("incident %q: %w", nameOrPath, ErrUnknown)
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
	for _, in := range all {
		if in.ID == nameOrPath {
			return in, nil
		}
	}
	return nil, fmt.Errorf("incident %q: %w", nameOrPath, ErrUnknown)
}

// isPath takes both separators on every system: no id contains either.
func isPath(s string) bool {
	lower := strings.ToLower(s)
	return strings.ContainsAny(s, `/\`) ||
		strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml")
}
