package digest

import (
	"context"
	"slices"
	"strings"
)

// node is a digest file and what is known of it.
type node struct {
	*Digest
	place
	file   *seen
	next   []*node // the digests that name it as the one before
	heads  []Head
	state  state
	by     Head // what verified it, if not the next digest
	proven bool
	chain  *chain
}

// state is what is known of a digest's signature.
type state int

const (
	unchecked state = iota // without keys
	noKey                  // no key with the fingerprint
	noMethod               // an algorithm that is not known
	unsigned               // no signature at hand
	failed
	expired // verifies, by a key that was not valid then
	verified
)

func (n *node) id() string { return uri(n.Bucket, n.Object) }

// collect makes nodes of the digests that could be read.
func (v *verifier) collect() {
	for _, s := range v.seen {
		if s.digest == nil {
			continue
		}
		s.matched = true
		v.tail(s, "digest", uri(s.digest.Bucket, s.digest.Object))
		v.all = append(v.all, &node{
			Digest: s.digest, place: placeOf(s.digest.Account, s.digest.Object), file: s,
		})
	}
	v.link(v.all)
	byName := map[string][]*node{}
	for _, n := range v.all {
		name := baseOf(n.Object)
		byName[name] = append(byName[name], n)
	}
	for _, h := range v.in.Heads {
		owners := byName[h.Digest]
		if h.Digest == "" {
			v.unnamed = append(v.unnamed, h)
		}
		for _, n := range owners {
			n.heads = append(n.heads, h)
		}
	}
}

// link finds, for each digest, those that name it as the one before.
func (v *verifier) link(nodes []*node) {
	v.byObject = map[string][]*node{}
	for _, n := range nodes {
		n.next = nil
		v.byObject[n.id()] = append(v.byObject[n.id()], n)
	}
	for _, n := range nodes {
		for _, p := range v.before(n) {
			p.next = append(p.next, n)
		}
	}
}

// before are the digests at hand that one names as the one before.
func (v *verifier) before(n *node) []*node {
	if n.Previous == nil {
		return nil
	}
	return v.byObject[uri(n.Previous.Bucket, n.Previous.Object)]
}

// sign checks the signature of every digest.
func (v *verifier) sign(ctx context.Context) error {
	keys := map[string][]Key{}
	for _, k := range v.in.Keys {
		keys[k.Fingerprint] = append(keys[k.Fingerprint], k)
	}
	return parallel(ctx, len(v.all), func() func(int) error {
		return func(i int) error {
			n := v.all[i]
			switch {
			case len(v.in.Keys) == 0:
				n.state = unchecked
			case n.Algorithm != "SHA256withRSA":
				n.state = noMethod
			case len(keys[n.Fingerprint]) == 0:
				n.state = noKey
			default:
				n.state = v.try(n, keys[n.Fingerprint])
			}
			return ctx.Err()
		}
	})
}

// try looks for a signature that verifies: in the next digest, in the metadata saved under the
// digest's name, in metadata without a name. One is enough: the others may have been changed.
func (v *verifier) try(n *node, keys []Key) state {
	heads := slices.Clone(n.heads)
	for _, m := range n.next {
		heads = append(heads, Head{Signature: m.Previous.Signature})
	}
	best := unsigned
	if len(heads) > 0 {
		best = failed
	}
	text := n.signed(n.file.sum)
	for _, h := range slices.Concat(heads, v.unnamed) {
		for _, k := range keys {
			if !k.verifies(text, h.Signature) {
				continue
			}
			n.by = h
			if k.validFor(n, h) {
				return verified
			}
			best = expired
		}
	}
	return best
}

// validFor tells whether a key was in use when a digest was signed: soon after the end of its
// hour, or when a backfill digest was made, which only its metadata says.
func (k *Key) validFor(n *node, h Head) bool {
	from, to := n.End, n.End.Add(slack)
	switch {
	case n.backfill && h.Generated.IsZero():
		return !k.To.Before(n.End)
	case n.backfill:
		from, to = h.Generated.Add(-slack), h.Generated.Add(slack)
	}
	return !k.From.After(to) && !k.To.Before(from)
}

// choose keeps one file of each digest: the one whose signature verifies, else the one whose hash
// the next digest names, else the first. A copy with other content was changed.
func (v *verifier) choose() {
	done := map[string]bool{}
	for _, n := range v.all {
		if done[n.id()] {
			continue
		}
		done[n.id()] = true
		copies := v.byObject[n.id()]
		slices.SortStableFunc(copies, func(a, b *node) int { return b.trust() - a.trust() })
		best := copies[0]
		v.nodes = append(v.nodes, best)
		for _, other := range copies[1:] {
			if other.file.sum == best.file.sum {
				v.result.Copies++
				continue
			}
			v.problem(Problem{
				Level: Wrong, What: "digest", Kind: "modified", Chain: best.chainID(),
				File: other.file.Name, Object: best.id(),
				Text: "it claims to be the digest in " + best.file.Name + " and has other content",
				Hint: "find out where it comes from; the other file is taken for the digest",
			})
		}
	}
	slices.SortStableFunc(v.nodes, func(a, b *node) int {
		if c := a.End.Compare(b.End); c != 0 {
			return c
		}
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return strings.Compare(a.id(), b.id())
	})
	v.link(v.nodes)
}

func (n *node) trust() int {
	if n.state == verified {
		return 2
	}
	for _, m := range n.next {
		if m.Previous.Hash == n.file.sum {
			return 1
		}
	}
	return 0
}

// prove marks the digests that CloudTrail wrote: the signature verifies, or a proven digest names
// their hash. A signature that does not verify outweighs that.
func (v *verifier) prove() {
	var todo []*node
	for _, n := range v.nodes {
		if n.state == verified {
			n.proven = true
			todo = append(todo, n)
		}
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, p := range v.before(n) {
			if !p.proven && p.state != failed && p.state != expired &&
				p.file.sum == n.Previous.Hash {
				p.proven = true
				todo = append(todo, p)
			}
		}
	}
}

func (n *node) chainID() string {
	c := Chain{
		Account: n.account, Region: n.region, Trail: n.trail, Backfill: n.backfill,
	}
	return c.ID()
}
