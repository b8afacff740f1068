package digest

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// chain is the digests of one trail, account and region, in their order.
type chain struct {
	Chain
	nodes []*node
}

func (s scope) compare(t scope) int {
	return cmp.Or(strings.Compare(s.account, t.account), strings.Compare(s.region, t.region))
}

// judgeChains puts the digests in order and says what is missing between them.
func (v *verifier) judgeChains() {
	byPlace := map[place]*chain{}
	for _, n := range v.nodes {
		c := byPlace[n.place]
		if c == nil {
			c = &chain{Chain: Chain{
				Account: n.account, Region: n.region, Trail: n.trail, HomeRegion: n.home,
				Backfill: n.backfill, From: n.Start,
			}}
			byPlace[n.place] = c
			v.chains = append(v.chains, c)
		}
		n.chain = c
		c.add(n)
	}
	slices.SortStableFunc(v.chains, func(a, b *chain) int {
		return cmp.Or(
			scope{a.Account, a.Region}.compare(scope{b.Account, b.Region}),
			strings.Compare(a.Trail, b.Trail), strings.Compare(a.HomeRegion, b.HomeRegion),
			strings.Compare(a.ID(), b.ID()),
		)
	})
	v.indexNames()
	v.absent = map[string]bool{}
	for _, c := range v.chains {
		v.judgeKeys(c)
		v.judgeOrder(c)
	}
	v.absentByHead()
	v.covered = map[scope][]span{}
	for _, n := range v.nodes {
		if s := (scope{n.account, n.region}); !n.backfill {
			v.covered[s] = append(v.covered[s], span{n.Start, n.End})
		}
	}
	for s, spans := range v.covered {
		v.covered[s] = merged(spans)
	}
}

func (c *chain) add(n *node) {
	c.nodes = append(c.nodes, n)
	c.Bucket, c.To = n.Bucket, n.End
	if n.Start.Before(c.From) {
		c.From = n.Start
	}
	c.Digests++
	switch n.state {
	case verified:
		c.Verified++
	case failed, expired:
		c.Failed++
	default:
		c.Unchecked++
	}
	if n.proven {
		c.Proven++
	}
}

// indexNames finds files by their names, for what was changed and is no longer known by content.
func (v *verifier) indexNames() {
	v.byBase = map[string][]*seen{}
	for _, s := range v.seen {
		if !s.matched {
			v.byBase[baseOf(s.as)] = append(v.byBase[baseOf(s.as)], s)
		}
	}
}

// judgeKeys tells which keys are missing, once for a chain and key.
func (v *verifier) judgeKeys(c *chain) {
	type want struct {
		span
		count int
	}
	wants := map[string]*want{}
	var marks []string
	for _, n := range c.nodes {
		mark := n.Fingerprint
		switch {
		case n.state == unchecked:
			mark = ""
		case n.state != noKey || n.proven:
			continue
		}
		w := wants[mark]
		if w == nil {
			w = &want{span: span{n.Start, n.End}}
			wants[mark] = w
			marks = append(marks, mark)
		}
		w.to, w.count = n.End, w.count+1
	}
	for _, mark := range marks {
		w := wants[mark]
		p := Problem{
			Level: Unproven, What: "chain", Kind: "no-key", Chain: c.ID(), From: &w.from, To: &w.to,
			Count: w.count,
			Text:  "no key at hand has the fingerprint " + mark + ": signatures are not checked",
			Hint: "fetch it and name the file with --keys: " +
				keysCommand(c.Region, w.from, w.to),
		}
		if mark == "" {
			p.Kind = "no-keys"
			p.Text = "signatures are not checked without public keys: the hashes show that the files " +
				"fit together, not that CloudTrail wrote them"
		}
		v.problem(p)
	}
}

// judgeOrder walks a chain from its beginning and tells what is not there.
func (v *verifier) judgeOrder(c *chain) {
	var end time.Time
	for i, n := range c.nodes {
		switch {
		case n.Previous != nil && len(v.before(n)) == 0:
			v.absentBefore(c, n, end)
		case i > 0 && n.Start.After(end) && !c.Backfill:
			v.gap(c, n, end)
		}
		if i > 0 && n.Previous != nil && len(v.before(n)) > 0 {
			v.passedOver(c, i)
		}
		if n.End.After(end) {
			end = n.End
		}
	}
}

// gap tells of a time for which there never was a digest, as those around it say.
func (v *verifier) gap(c *chain, n *node, end time.Time) {
	text := "no digest is for this time although the digests around it are linked"
	if n.Previous == nil {
		text = "the chain starts anew after it: logging or validation was off, or the trail was " +
			"deleted; the last digests before it may be missing without a trace"
	}
	v.problem(Problem{
		Level: Unproven, What: "chain", Kind: "gap", Chain: c.ID(), From: &end, To: &n.Start,
		File: n.file.Name, Object: n.id(), Text: text,
		Hint: "look for StopLogging, DeleteTrail and UpdateTrail before it; logs of this time " +
			"cannot be proven",
	})
}

// absentBefore tells of the digest that another names and that is not at hand. Where it would be
// the oldest, the copies begin here: nothing says that it was taken away.
func (v *verifier) absentBefore(c *chain, n *node, end time.Time) {
	object := uri(n.Previous.Bucket, n.Previous.Object)
	if v.changedDigest(c.ID(), path.Base(n.Previous.Object), object) {
		return
	}
	if v.absent[baseOf(object)] {
		return
	}
	p := Problem{
		What: "digest", Chain: c.ID(), Object: object,
		Hint: "copy it from S3, or an older version of it; without it the logs of its hour " +
			"cannot be proven",
	}
	if end.IsZero() {
		p.Level, p.Kind = Note, "begins"
		p.Text = "the chain begins at " + stamp(c.From) + " with " + n.file.Name +
			"; this digest before it is not at hand"
		v.problem(p)
		return
	}
	v.absent[baseOf(object)] = true
	c.Missing++
	p.Level, p.Kind, p.From, p.To = Wrong, "missing", &end, &n.Start
	p.Text = n.file.Name + " names it as the digest before, and it is not at hand"
	if hours := int(n.Start.Sub(end).Round(time.Hour) / time.Hour); hours > 1 && !c.Backfill {
		p.Text += fmt.Sprintf("; none at hand is for these %d hours, so more than this one are missing",
			hours)
	}
	v.problem(p)
}

// changedDigest tells of a file with the name of a digest whose content is no longer one.
func (v *verifier) changedDigest(chain, name, object string) bool {
	for _, s := range v.byBase[baseOf(name)] {
		if s.matched {
			continue
		}
		s.matched = true
		v.absent[baseOf(name)] = true
		why := "its content is no digest"
		if s.malformed != nil {
			why = s.malformed.Error()
		} else if s.err != nil {
			why = s.err.Error()
		}
		v.problem(Problem{
			Level: Wrong, What: "digest", Kind: "modified", Chain: chain, File: s.Name,
			Object: object, Text: "it was changed and cannot be read as a digest: " + why,
			Hint: hintCopy,
		})
	}
	return v.absent[baseOf(name)] && len(v.byBase[baseOf(name)]) > 0
}

// absentByHead tells of digests whose metadata the user saved and that are not at hand: the only
// trace of a newest digest that was taken away.
func (v *verifier) absentByHead() {
	have := map[string]bool{}
	for _, n := range v.nodes {
		have[baseOf(n.Object)] = true
	}
	for _, h := range v.in.Heads {
		if h.Digest == "" || have[h.Digest] || v.absent[h.Digest] {
			continue
		}
		p := placeOf(h.Digest[:12], h.Digest)
		id := (&node{place: p}).chainID()
		if v.changedDigest(id, h.Digest, "") {
			continue
		}
		v.absent[h.Digest] = true
		for _, c := range v.chains {
			if c.ID() == id {
				c.Missing++
			}
		}
		v.problem(Problem{
			Level: Wrong, What: "digest", Kind: "missing", Chain: id, File: h.File,
			Text: "this is the metadata of the digest " + h.Digest + ".gz, which is not at hand",
			Hint: "copy it from S3, or an older version of it",
		})
	}
}

// passedOver tells of a digest that lies in the chain while no other names it.
func (v *verifier) passedOver(c *chain, i int) {
	n := c.nodes[i-1]
	if len(n.next) > 0 || n.state == verified || c.Backfill {
		return
	}
	v.about(n, Wrong, "extra", "the next digest, "+c.nodes[i].file.Name+
		", names another one as the one before: this one was added, or its names were changed",
		"find out where it comes from; the logs that it lists are not proven")
}
