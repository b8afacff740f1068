package digest

import (
	"fmt"
	"strings"
)

// judgeDigests says what is wrong with each digest: its content, its signature, its name.
func (v *verifier) judgeDigests() {
	changed := map[*node]bool{}
	for _, n := range v.nodes {
		for _, p := range v.before(n) {
			if p.file.sum != n.Previous.Hash {
				v.mismatch(n, p, changed)
			}
		}
	}
	for _, n := range v.nodes {
		v.judgeSignature(n, changed[n])
		if !inPlace(n.file.as, n.Object) {
			v.about(n, Note, "moved", "it lies under another name than in S3; its content tells",
				"")
		}
		for _, h := range n.heads {
			if n.state == verified && h.Signature != n.by.Signature {
				v.problem(Problem{
					Level: Note, What: "head", Kind: "other", File: h.File, Object: n.id(),
					Text: "the signature in it is not that of the digest, which verifies by another",
					Hint: "save the metadata of the object again, or find out whether it was replaced",
				})
			}
		}
	}
	v.unusedHeads()
}

// about reports something on a digest.
func (v *verifier) about(n *node, level Level, kind, text, hint string) {
	v.problem(Problem{
		Level: level, What: "digest", Kind: kind, Chain: n.chainID(), File: n.file.Name,
		Object: n.id(), Text: text, Hint: hint,
	})
}

const hintCopy = "compare it with the object in S3 and its older versions; " +
	"until then the logs that it lists are not proven"

// mismatch tells which of two digests was changed if the later one names another hash for the
// one before than that has.
func (v *verifier) mismatch(n, p *node, changed map[*node]bool) {
	switch {
	case p.state == verified && !n.proven:
		changed[n] = true
		v.about(n, Wrong, "modified", "it names another hash for the digest before, "+
			p.file.Name+", whose signature verifies: this digest was changed", hintCopy)
	case n.proven:
		changed[p] = true
		v.about(p, Wrong, "modified", "its content is not what the next digest, "+n.file.Name+
			", names: it was changed", hintCopy)
	default:
		changed[p] = true
		v.about(p, Wrong, "modified", "its content is not what the next digest, "+n.file.Name+
			", names: one of both was changed", hintCopy)
	}
}

// judgeSignature tells why a signature does not prove the digest. What is the same for a whole
// chain, no key, is told once for it.
func (v *verifier) judgeSignature(n *node, changed bool) {
	switch {
	case n.state == failed && !changed:
		v.about(n, Wrong, "signature", "no signature at hand for it verifies with the key "+
			n.Fingerprint+": it, or what carries the signature"+n.carriers()+", was changed", hintCopy)
	case n.state == expired:
		v.about(n, Wrong, "expired", "its signature was made with the key "+n.Fingerprint+
			", which was not valid at "+stamp(n.End), "fetch the keys of its time again: "+
			keysCommand(n.region, n.Start, n.End))
	case n.proven:
	case n.state == unsigned:
		v.about(n, Unproven, "unsigned", "its signature is not at hand: the next digest has it, "+
			"or the metadata of its S3 object", "save it and name the file with --heads: "+
			headCommand(n.Bucket, n.Object))
	case n.state == noMethod:
		v.about(n, Unproven, "method", fmt.Sprintf("its signature is of an unknown kind, %q",
			n.Algorithm), "verify it with the AWS CLI: aws cloudtrail validate-logs")
	}
}

// carriers names the digests that hold a digest's signature.
func (n *node) carriers() string {
	var b strings.Builder
	for _, m := range n.next {
		b.WriteString(", " + m.file.Name)
	}
	for _, h := range n.heads {
		b.WriteString(", " + h.File)
	}
	return b.String()
}

// unusedHeads tells which signatures belong to no digest at hand.
func (v *verifier) unusedHeads() {
	if len(v.in.Keys) == 0 {
		return // nothing was tried
	}
	used := map[string]bool{}
	for _, n := range v.nodes {
		used[n.by.Signature] = true
		for _, m := range n.next {
			used[m.Previous.Signature] = true
		}
	}
	for _, h := range v.unnamed {
		if !used[h.Signature] {
			v.problem(Problem{
				Level: Note, What: "head", Kind: "unused", File: h.File,
				Text: "a signature in it fits no digest at hand",
				Hint: "save each answer under the name of its digest, so that it can be told which",
			})
		}
	}
}

// tail tells what the hash of a file's content does not cover: what stands behind the first gzip
// member, and damage to the gzip itself.
func (v *verifier) tail(s *seen, what, object string) {
	p := Problem{Level: Wrong, What: what, File: s.Name, Object: object}
	switch {
	case s.trailing > 0:
		p.Kind = "trailing"
		p.Text = fmt.Sprintf("%d bytes stand behind the gzip data. The digest's hash is of the "+
			"uncompressed content and does not cover them, a loader may read them", s.trailing)
		p.Hint = "look at them and find out who added them; load a copy without them"
	case s.err != nil:
		p.Kind = "damaged"
		p.Text = "its content is whole, but " + s.err.Error()
		p.Hint = "take another copy of it"
	default:
		return
	}
	v.problem(p)
}
