package digest

import (
	"slices"
	"sort"
	"time"
)

// span is a half-open stretch of time.
type span struct{ from, to time.Time }

// merged sorts spans and joins those that touch.
func merged(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	var out []span
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && !s.from.After(out[last].to) {
			if s.to.After(out[last].to) {
				out[last].to = s.to
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// overlaps tells whether a span shares time with one of merged spans.
func (s span) overlaps(spans []span) bool {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].to.After(s.from) })
	return i < len(spans) && spans[i].from.Before(s.to)
}

// within tells whether a span lies in one of merged spans.
func (s span) within(spans []span) bool {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].to.After(s.from) })
	return i < len(spans) && !spans[i].from.After(s.from) && !spans[i].to.Before(s.to)
}

// silences finds the spans in which nothing was delivered: proven digests list no log, and no
// other digest of the account and region, of another trail or made later, lists one.
func (v *verifier) silences() {
	busy, silent := map[scope][]span{}, map[scope][]span{}
	var scopes []scope
	for _, n := range v.nodes {
		s := scope{n.account, n.region}
		switch {
		case len(n.Logs) > 0:
			busy[s] = append(busy[s], span{n.Start, n.End})
		case n.proven && !n.backfill && n.region != "":
			if silent[s] == nil {
				scopes = append(scopes, s)
			}
			silent[s] = append(silent[s], span{n.Start, n.End})
		}
	}
	slices.SortFunc(scopes, scope.compare)
	for _, s := range scopes {
		loud := merged(busy[s])
		quiet := slices.DeleteFunc(silent[s], func(q span) bool { return q.overlaps(loud) })
		for _, q := range merged(quiet) {
			v.result.Silent = append(v.result.Silent, Silent{s.account, s.region, q.from, q.to})
		}
	}
}
