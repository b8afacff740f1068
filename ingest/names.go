package ingest

// names are the member names that a source knows, indexed by its field constants.
type names struct {
	all    []string
	quoted [][]byte // the names as JSON
	byLen  [maxName + 1][]uint8
}

const maxName = 40

func makeNames(all ...string) names {
	n := names{all: all}
	for i, name := range all {
		n.quoted = append(n.quoted, []byte(`"`+name+`"`))
		n.byLen[len(name)] = append(n.byLen[len(name)], uint8(i))
	}
	return n
}

// exact returns the field of a name, -1 if there is none.
func (n *names) exact(key []byte) int {
	if len(key) > maxName {
		return -1
	}
	for _, i := range n.byLen[len(key)] {
		if string(key) == n.all[i] {
			return int(i)
		}
	}
	return -1
}

// fold is exact without regard to the case of ASCII letters.
func (n *names) fold(key []byte) int {
	if len(key) > maxName {
		return -1
	}
	for _, i := range n.byLen[len(key)] {
		if equalFold(key, n.all[i]) {
			return int(i)
		}
	}
	return -1
}

func equalFold(b []byte, s string) bool {
	for i := range b {
		if lowerByte(b[i]) != lowerByte(s[i]) {
			return false
		}
	}
	return true
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
