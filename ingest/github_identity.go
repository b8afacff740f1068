package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strconv"
	"strings"
)

// said is a member of a record with the text of its value.
type said struct{ name, text string }

// contentID is the id of a record that has none, made of what it says: the same whether its
// members stand in "data" or beside it, in columns or in JSON, as numbers or as strings, whatever
// zeros and nulls another tool has added, and without what Panther adds. The time counts to the
// millisecond, in whichever members it stands.
func (a *audit) contentID(e *Event) string {
	var all []said
	a.original(func() string {
		all = a.says(nil, 0)
		if data := a.f[ghData]; data > 0 && a.nodes[data].kind == kindObject {
			all = a.says(all, data)
		}
		return ""
	})
	sort.SliceStable(all, func(i, j int) bool { return all[i].name < all[j].name })
	sum := sha256.New()
	sum.Write([]byte(strconv.FormatInt(e.Time/1000, 10)))
	for i, s := range all {
		if i > 0 && s.name == all[i-1].name {
			continue // in data too, or a second member of the name
		}
		sum.Write([]byte("\n" + strconv.Quote(s.name) + ":" + strconv.Quote(s.text)))
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)[:16])
}

// says appends the members of object n that count, the last of a name first.
func (a *audit) says(all []said, n int32) []said {
	mark := len(all)
	for c := n + 1; c < a.nodes[n].next; c = a.nodes[c].next {
		name := string(a.key(c))
		if n == 0 && c == a.f[ghData] && a.nodes[c].kind == kindObject || isAdded(name) {
			continue
		}
		if text := a.plainText(c); text != "" {
			all = append(all, said{name, text})
		}
	}
	for i, j := mark, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// isAdded tells the members that have the time, which counts as such, and those of Panther's.
func isAdded(name string) bool {
	switch name {
	case "@timestamp", "created_at", "at_sign_timestamp":
		return true
	}
	return strings.HasPrefix(name, "p_")
}

// plainText is a value's text: "" if it says nothing, numbers without the zeros behind a point.
func (a *audit) plainText(n int32) string {
	if !a.isScalar(n) {
		text := string(canonical(nil, a.raw(n)))
		if text == "[]" || text == "{}" {
			return ""
		}
		return text
	}
	return withoutZeros(a.text(n))
}

// withoutZeros is a whole number without the zeros behind a point that Wazuh gives it.
func withoutZeros(s string) string {
	whole, zeros, ok := strings.Cut(s, ".")
	if ok && zeros != "" && isDigits(whole) && strings.Trim(zeros, "0") == "" {
		return whole
	}
	return s
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
