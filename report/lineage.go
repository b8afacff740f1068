package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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
	nodes := treeOf(all)
	show := p.limit(len(nodes), maxRows)
	for _, n := range nodes[:show] {
		g.rows = append(g.rows, n.row())
	}
	if err := p.grid(g); err != nil {
		return err
	}
	p.more(len(nodes)-show, rest)
	return nil
}

// node is a credential in a tree: a root, or what a minting made. Depth is 0 for a root.
type node struct {
	secret, credential string
	minting            *detect.Minting // nil for a root
	depth              int
	rails              []bool // whether the branches left of it go on below it
	last               bool   // of the credentials that its parent made
}

// row is the node in a table, in front of it the branches that lead to it.
func (n node) row() []string {
	if n.minting == nil {
		return []string{n.secret + "  " + n.credential}
	}
	var prefix strings.Builder
	for _, goesOn := range n.rails {
		if goesOn {
			prefix.WriteString("│  ")
		} else {
			prefix.WriteString("   ")
		}
	}
	fork := "├─ "
	switch {
	case n.depth > maxDepth:
		fork = fmt.Sprintf("(%d) ", n.depth)
	case n.last:
		fork = "└─ "
	}
	m := n.minting
	return []string{
		prefix.String() + fork + m.Child, m.How, minute(m.At), day(m.At),
		orElse(m.Expires, minute, "–"), lifetime(*m), fmt.Sprint(m.Uses), m.Event,
	}
}

// key is a credential within the lineage of a secret.
type key struct{ secret, credential string }

// treeOf orders mintings so that each stands below the one that made its parent, once, whatever the
// parents claim.
func treeOf(all []detect.Minting) []node {
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
	return t.nodes
}

type tree struct {
	mintings []detect.Minting
	children map[key][]int // indexes of mintings
	roots    map[key]bool  // parents that nothing made
	done     []bool        // beside mintings
	nodes    []node
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

// root adds a minting's parent and everything below it, once.
func (t *tree) root(m detect.Minting) {
	parent := key{m.Secret, m.Parent}
	delete(t.roots, parent)
	t.nodes = append(t.nodes, node{secret: m.Secret, credential: m.Parent})
	t.branch(parent, nil, 1)
}

// branch adds the credentials that one made, and below each what it made.
func (t *tree) branch(parent key, rails []bool, depth int) {
	children := slices.DeleteFunc(t.children[parent], func(i int) bool { return t.done[i] })
	t.children[parent] = nil
	for n, i := range children {
		m := &t.mintings[i]
		t.done[i] = true
		last := n == len(children)-1
		t.nodes = append(t.nodes, node{
			secret: m.Secret, credential: m.Child, minting: m, depth: depth, rails: rails, last: last,
		})
		below := rails
		if depth <= maxDepth {
			below = append(slices.Clone(rails), !last)
		}
		t.branch(key{m.Secret, m.Child}, below, depth+1)
	}
}

// lifetime says how long after its making a credential expired.
func lifetime(m detect.Minting) string {
	if m.Expires == nil {
		return "–"
	}
	return "+" + length(m.Expires.Sub(m.At))
}
