package inventory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// node is a value of a JSON text and where it stands, as accounts[0].projects[1].
type node struct {
	value any
	at    string
}

// key is the value under the first of the names that is there.
func (n node) key(names ...string) node {
	m, _ := n.value.(map[string]any)
	for _, name := range names {
		if v, ok := m[name]; ok {
			return node{v, strings.TrimPrefix(n.at+"."+name, ".")}
		}
	}
	return node{at: strings.TrimPrefix(n.at+"."+names[0], ".")}
}

// has reports whether all the names are there, whatever they hold.
func (n node) has(names ...string) bool {
	m, ok := n.value.(map[string]any)
	for _, name := range names {
		_, there := m[name]
		ok = ok && there
	}
	return ok
}

// text is the string under the first of the names that holds one with something in it.
func (n node) text(names ...string) string {
	for _, name := range names {
		if s, ok := n.key(name).value.(string); ok && strings.TrimSpace(s) != "" {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

// list is the elements of an array; ok is false when it is something else, or missing.
func (n node) list() (elements []node, ok bool) {
	values, ok := n.value.([]any)
	for i, v := range values {
		elements = append(elements, node{v, fmt.Sprintf("%s[%d]", n.at, i)})
	}
	return elements, ok
}

// object is the values of an object by key; ok is false when it is something else.
func (n node) object() (keys []string, ok bool) {
	m, ok := n.value.(map[string]any)
	return slices.Sorted(maps.Keys(m)), ok
}

// every reports whether a list has elements and each of them has all the names.
func every(list []node, names ...string) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(n node) bool { return !n.has(names...) })
}

// describe says what a value is without showing more of it than names.
func (n node) describe() string {
	switch n.value.(type) {
	case map[string]any:
		keys, _ := n.object()
		return "a JSON object with " + describeKeys(keys)
	case []any:
		if list, _ := n.list(); len(list) > 0 {
			return fmt.Sprintf("a JSON array of %d, the first of which is %s", len(list),
				list[0].shallow())
		}
		return "an empty JSON array"
	case nil:
		return "null"
	case string:
		return "a text"
	case bool:
		return "true or false"
	default:
		return "a number"
	}
}

// shallow describes an element, but not the elements of that.
func (n node) shallow() string {
	if _, ok := n.value.([]any); ok {
		return "an array"
	}
	return n.describe()
}

func describeKeys(keys []string) string {
	if len(keys) == 0 {
		return "no keys"
	}
	const shown = 8
	var quoted []string
	for _, k := range keys[:min(shown, len(keys))] {
		quoted = append(quoted, echo(k))
	}
	if len(keys) > shown {
		quoted = append(quoted, fmt.Sprintf("%d more", len(keys)-shown))
	}
	return "the keys " + strings.Join(quoted, ", ")
}
