package digest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// entry is a log that a digest lists.
type entry struct {
	Listing
	node   *node // the first that lists it
	proven bool  // a proven one lists it
	file   *seen
}

// matchLogs finds the file of each listed log: by its content, whatever it is called, and by its
// name where the content is not at hand.
func (v *verifier) matchLogs() {
	entries := v.entries()
	bySum, files := map[string][]*entry{}, map[string][]*seen{}
	for _, e := range entries {
		bySum[e.Hash] = append(bySum[e.Hash], e)
	}
	for _, s := range v.seen {
		if !s.matched && bySum[s.sum] != nil {
			files[s.sum] = append(files[s.sum], s)
		}
	}
	for sum, group := range files {
		pair(bySum[sum], group)
	}
	for _, s := range v.seen {
		if group := bySum[s.sum]; group != nil && s.digest == nil && !s.matched {
			s.matched = true
			v.result.Copies++
			v.tail(s, "log", uri(group[0].Bucket, group[0].Object))
		}
	}
	v.listed = map[string]*entry{}
	for _, e := range entries {
		v.listed[baseOf(e.Object)] = e
		v.judgeLog(e)
	}
}

// entries are the listed logs, each once, in the order of the digests.
func (v *verifier) entries() []*entry {
	known := map[Listing]*entry{}
	var out []*entry
	for _, n := range v.nodes {
		for _, l := range n.Logs {
			e := known[l]
			if e == nil {
				e = &entry{Listing: l, node: n}
				known[l] = e
				out = append(out, e)
			}
			e.proven = e.proven || n.proven
		}
	}
	return out
}

// pair gives each listed log one file of the same content, first by name. Empty logs all have the
// same content: one that is missing must not be found in another.
func pair(entries []*entry, files []*seen) {
	byBase := map[string][]*seen{}
	for _, s := range files {
		byBase[baseOf(s.as)] = append(byBase[baseOf(s.as)], s)
	}
	for _, exact := range []bool{true, false} {
		for _, e := range entries {
			for _, s := range byBase[baseOf(e.Object)] {
				if e.file == nil && !s.matched && (!exact || inPlace(s.as, e.Object)) {
					e.file, s.matched = s, true
				}
			}
		}
	}
	left := slices.DeleteFunc(slices.Clone(files), func(s *seen) bool { return s.matched })
	for _, e := range entries {
		if e.file == nil && len(left) > 0 {
			e.file, left[0].matched = left[0], true
			left = left[1:]
		}
	}
}

// judgeLog tells what became of a listed log.
func (v *verifier) judgeLog(e *entry) {
	c := e.node.chain
	object := uri(e.Bucket, e.Object)
	c.LogsListed++
	if e.file != nil {
		c.LogsIntact++
		if e.proven {
			c.LogsProven++
		}
		v.tail(e.file, "log", object)
		if !inPlace(e.file.as, e.Object) {
			v.problem(Problem{
				Level: Note, What: "log", Kind: "moved", Chain: c.ID(), File: e.file.Name,
				Object: object, Text: "it lies under another name than in S3; its content is as listed",
			})
		}
		return
	}
	doubt := ""
	if !e.proven {
		doubt = ". The digest that lists it, " + e.node.file.Name + ", is not proven itself"
	}
	if s := v.namesake(e.Object); s != nil {
		s.matched = true
		c.LogsModified++
		v.problem(Problem{
			Level: Wrong, What: "log", Kind: "modified", Chain: c.ID(), File: s.Name, Object: object,
			Text: "its content has " + s.difference(e.Hash) + doubt,
			Hint: "compare it with the object in S3 and its older versions; do not rely on it",
		})
		return
	}
	c.LogsMissing++
	v.problem(Problem{
		Level: Wrong, What: "log", Kind: "missing", Chain: c.ID(), Object: object,
		Text: e.node.file.Name + " lists it, and no file has its content or its name" + doubt,
		Hint: "copy it from S3, or an older version of it; a use in it is not seen",
	})
}

// namesake is a file with the name of an object and other content.
func (v *verifier) namesake(object string) *seen {
	var found *seen
	for _, s := range v.byBase[baseOf(object)] {
		if !s.matched && (found == nil || inPlace(s.as, object)) {
			found = s
		}
	}
	return found
}

// difference says how a file's content differs from what is listed.
func (s *seen) difference(want string) string {
	if s.sum == "" {
		return "no hash (" + s.err.Error() + "), the digest lists " + want
	}
	text := "the SHA-256 " + s.sum + ", the digest lists " + want
	if s.err != nil {
		text += " (" + s.err.Error() + ")"
	}
	return text
}

// rest says what the files are that no digest lists.
func (v *verifier) rest(ctx context.Context) error {
	left := slices.DeleteFunc(slices.Clone(v.seen), func(s *seen) bool { return s.matched })
	forms := make([]string, len(left))
	err := parallel(ctx, len(left), func() func(int) error {
		return func(i int) (err error) {
			if v.in.Form != nil && left[i].sum != "" {
				forms[i], err = v.in.Form(ctx, left[i].File)
			} else if _, _, ok := deliveredAs(left[i].as); ok {
				forms[i] = "cloudtrail/s3"
			}
			return err
		}
	})
	if err != nil {
		return err
	}
	for _, s := range v.seen {
		if s.archive && s.err != nil && !s.told {
			v.unreadable(s)
		}
	}
	bare := map[scope][]*seen{} // logs of accounts and regions without any digest
	for i, s := range left {
		if v.odd(s, forms[i]) {
			continue
		}
		if !strings.HasPrefix(forms[i], "cloudtrail/") {
			v.result.Others++
			continue
		}
		where, at, known := deliveredAs(s.as)
		if len(v.nodes) == 0 || known && v.covered[where] == nil {
			bare[where] = append(bare[where], s)
			continue
		}
		v.unlisted(s, where, at, known)
	}
	v.bare(bare)
	return nil
}

// odd tells of files that were changed, or cannot be read.
func (v *verifier) odd(s *seen, form string) bool {
	e := v.listed[baseOf(s.as)]
	switch {
	case s.malformed != nil || looksLikeDigest(s.as) || form == "cloudtrail/digest":
		why := "it has not the members of one"
		if s.malformed != nil {
			why = s.malformed.Error()
		} else if s.err != nil {
			why = s.err.Error()
		}
		v.problem(Problem{
			Level: Wrong, What: "digest", Kind: "malformed", File: s.Name,
			Text: "CloudTrail writes no such digest: " + why, Hint: hintCopy,
		})
	case e != nil && s.sum != "":
		v.problem(Problem{
			Level: Wrong, What: "log", Kind: "modified", Chain: e.node.chainID(), File: s.Name,
			Object: uri(e.Bucket, e.Object),
			Text:   "it has the name of a listed log, and its content has " + s.difference(e.Hash),
			Hint:   "another file has the content that is listed: do not load this one",
		})
	case s.sum == "" && s.told:
	case s.sum == "":
		v.unreadable(s)
	default:
		return false
	}
	return true
}

func (v *verifier) unreadable(s *seen) {
	v.problem(Problem{
		Level: Unproven, What: "file", Kind: "unreadable", File: s.Name,
		Text: "it cannot be read: " + reason(s.err),
		Hint: "unpack it, make it readable or take another copy, and verify again",
	})
}

// edge is how far the time in a log's name may be from the digest that lists it.
const edge = 10 * time.Minute

// unlisted tells of a log that no digest lists. Within the time of the digests at hand it was
// added, or is of another trail; at their edges, and without the name that CloudTrail gives, it
// may be listed in a digest that is not at hand.
func (v *verifier) unlisted(s *seen, where scope, at time.Time, known bool) {
	p := Problem{
		Level: Unproven, What: "log", Kind: "unlisted", File: s.Name,
		Text: "no digest lists it, and its name does not say when CloudTrail wrote it",
		Hint: "it may be an export, or changed so that nothing fits: do not rely on it alone",
	}
	if known {
		p.Chain = where.account + "/" + where.region
		p.Text = "no digest lists it, and none at hand is for " + stamp(at)
		p.Hint = "copy the digests of that time from S3"
		around := span{at.Add(-edge), at.Add(edge)}
		switch {
		case around.within(v.covered[where]):
			p.Level, p.Kind = Wrong, "extra"
			p.Text = "no digest lists it although the digests at hand cover " + stamp(at)
			p.Hint = "it was added, or its name and content were changed, or a trail without " +
				"validation wrote it: compare it with S3"
		case around.overlaps(v.covered[where]):
			p.Text = "no digest lists it; " + stamp(at) + " is at the edge of those at hand"
		}
	}
	v.problem(p)
}

// bare tells of logs of which no digest is at hand at all, once for an account and region.
func (v *verifier) bare(groups map[scope][]*seen) {
	for where, files := range groups {
		p := Problem{
			Level: Unproven, What: "chain", Kind: "no-digests", File: files[0].Name,
			Count: len(files), Text: fmt.Sprintf("no digest is at hand for %d CloudTrail files, "+
				"this one the first: nothing proves that they are whole and that none is missing",
				len(files)),
			Hint: "copy the folder CloudTrail-Digest from S3 beside the logs; without it the trail " +
				"had no log file validation",
		}
		if where.account != "" {
			p.Chain = where.account + "/" + where.region
		}
		v.problem(p)
	}
}
