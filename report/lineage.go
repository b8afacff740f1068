package report

import (
	"cmp"
	"fmt"
	"slices"

	"breachwindow/detect"
)

// maxDepth is how deep the branches of a tree are drawn; below it the depth is a number.
const maxDepth = 8

// lineage writes what was made with each secret as a tree: a credential stands below the one
// that made it. The rest of a long tree is at the command.
func (p *page) lineage(all []detect.Minting, rest string) error {
	if len(all) == 0 {
		return nil
	}
	p.section("lineage: credentials made with the secrets")
	g := grid{cols: []column{
		{name: "credential", want: 32, min: 29},
		{name: "made by", want: 15, min: 8},
		{name: "at", drop: 3},
		{name: "at", fallback: true},
		{name: "expires", drop: 4},
		{name: "expires", drop: 1, fallback: true},
		{name: "uses"},
		{name: "event", drop: 5},
	}}
	t := newTree(all)
	for i := range t.mintings {
		m := t.mintings[i]
		if t.roots[key{m.Secret, m.Parent}] {
			t.root(m)
		}
	}
	for i := range t.mintings { // what only a circle of parents leads to
		if !t.done[i] {
			t.root(t.mintings[i])
		}
	}
	show := p.limit(len(t.rows), maxRows)
	g.rows = t.rows[:show]
	if err := p.grid(g); err != nil {
		return err
	}
	p.more(len(t.rows)-show, rest)
	return nil
}

// key is a credential within the lineage of a secret.
type key struct{ secret, credential string }

// tree turns mintings into rows, each minting once, whatever the parents claim.
type tree struct {
	mintings []detect.Minting
	children map[key][]int // indexes of mintings
	roots    map[key]bool  // parents that nothing made
	done     []bool        // beside mintings
	rows     [][]string
}

func newTree(all []detect.Minting) *tree {
	t := &tree{
		children: map[key][]int{},
		roots:    map[key]bool{},
		done:     make([]bool, len(all)),
	}
	t.mintings = slices.SortedStableFunc(slices.Values(all), func(a, b detect.Minting) int {
		return cmp.Or(cmp.Compare(a.Secret, b.Secret), a.At.Compare(b.At), cmp.Compare(a.Child, b.Child))
	})
	for i, m := range t.mintings {
		parent := key{m.Secret, m.Parent}
		t.children[parent] = append(t.children[parent], i)
		t.roots[parent] = true
	}
	for _, m := range t.mintings {
		delete(t.roots, key{m.Secret, m.Child})
	}
	return t
}

// root writes a minting's parent and everything below it, once.
func (t *tree) root(m detect.Minting) {
	parent := key{m.Secret, m.Parent}
	delete(t.roots, parent)
	t.rows = append(t.rows, []string{m.Secret + "  " + m.Parent})
	t.branch(parent, "", 1)
}

// branch writes the credentials that one made, and below each what it made.
func (t *tree) branch(parent key, prefix string, depth int) {
	children := slices.DeleteFunc(t.children[parent], func(i int) bool { return t.done[i] })
	t.children[parent] = nil
	for n, i := range children {
		m := t.mintings[i]
		t.done[i] = true
		fork, below := "├─ ", "│  "
		if n == len(children)-1 {
			fork, below = "└─ ", "   "
		}
		own, next := prefix+fork, prefix+below
		if depth > maxDepth {
			own, next = fmt.Sprintf("%s(%d) ", prefix, depth), prefix
		}
		t.rows = append(t.rows, []string{
			own + m.Child, m.How, minute(m.At), day(m.At),
			orElse(m.Expires, minute, "–"), lifetime(m), fmt.Sprint(m.Uses), m.Event,
		})
		t.branch(key{m.Secret, m.Child}, next, depth+1)
	}
}

// lifetime says how long after its making a credential expired.
func lifetime(m detect.Minting) string {
	if m.Expires == nil {
		return "–"
	}
	return "+" + length(m.Expires.Sub(m.At))
}
