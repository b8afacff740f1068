package report

import (
	"fmt"
	"slices"
	"strings"

	"breachwindow/detect"
)

// secrets writes the table of all secrets. Of those that do not fit it counts the verdicts.
func (t *ticket) secrets(secrets []detect.SecretAnswer) {
	if len(secrets) == 0 {
		return
	}
	t.section("Secrets")
	tableOf(t, []string{
		"verdict", "secret", "kind", "stored in", "window", "uses in it", "of them expected",
		"by derived", "rotation",
	}, secrets, func(s detect.SecretAnswer) []string {
		return []string{
			t.say(string(s.Verdict)), t.name(s.ID), t.say(kind(s.Kind)), t.name(s.StoredIn),
			window(s.ExposedAt, s.WindowEnd, exact), fmt.Sprint(s.Uses.Window),
			fmt.Sprint(s.Uses.Expected), fmt.Sprint(s.Uses.Derived), t.say(s.Rotation),
		}
	})
	if len(secrets) > t.rows {
		counts := map[detect.Verdict]int{}
		for _, s := range secrets[t.rows:] {
			counts[s.Verdict]++
		}
		var parts []string
		for _, v := range detect.Verdicts() {
			if counts[v] > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
			}
		}
		t.line("\nOf these: " + strings.Join(parts, ", ") + ".")
	}
}

// stories tells why each secret that is not clear is not, those alike together.
func (t *ticket) stories(secrets []detect.SecretAnswer) {
	told, shown, left := map[string]bool{}, 0, 0
	for i, s := range secrets {
		if s.Verdict.Rank() > detect.Unknown.Rank() {
			break
		}
		same := []detect.SecretAnswer{s}
		if s.Verdict == detect.Unknown {
			if told[reasons(s)] {
				continue
			}
			told[reasons(s)] = true
			same = alike(secrets[i:], s)
		}
		if shown == t.rows {
			left += len(same)
			continue
		}
		if shown == 0 {
			t.section("Why")
		} else {
			t.line("")
		}
		shown++
		t.story(same)
	}
	t.left(left, " stories")
}

func (t *ticket) story(same []detect.SecretAnswer) {
	s := same[0]
	ids := make([]string, len(same))
	for i, one := range same {
		ids[i] = one.ID
	}
	t.line(t.headline(s, ids) + "\n")
	if len(same) == 1 {
		about := strings.TrimSpace(t.say(kind(s.Kind)) + " " + t.name(s.Identifier))
		if s.Owner != "" {
			about += ", owner " + t.name(s.Owner)
		}
		t.item(strings.TrimPrefix(about+"; uses: "+uses(s.Uses), "; "))
	}
	if s.Triage != nil {
		t.item("Triage: " + t.say(TriageText(s.Triage)))
	}
	if text := confidenceOf(s); text != "" {
		t.item(t.say(text))
	}
	show := min(len(s.Because), t.reasons)
	for _, text := range s.Because[:show] {
		t.item(t.say(text))
	}
	if left := len(s.Because) - show; left > 0 {
		t.item(fmt.Sprintf("%d more reasons: see `report.html`", left))
	}
	if s.Rotation == "" {
		return
	}
	t.item("Rotation " + t.say(s.Rotation+": "+strings.Join(s.RotationBecause, " ")))
}

// findings writes the findings, worst first, those tied to no secret after the others.
func (t *ticket) findings(r *detect.Result) {
	if len(r.Findings) == 0 {
		t.line("\nNo findings.")
		return
	}
	t.section("Findings")
	tableOf(t, []string{
		"level", "title", "secret", "count", "first – last", "from", "actors", "query", "id",
	}, WorstFindings(r.Findings), func(f detect.Finding) []string {
		level, secret := string(f.Level), t.name(f.Secret)
		if mark := triageMark(f.Triage); mark != "" {
			level += ", triage: " + mark
		}
		if f.Secret == "" {
			secret = "none"
		}
		return []string{
			t.say(level), t.say(f.Title), secret, fmt.Sprint(f.Count),
			seen(f.FirstSeen, f.LastSeen), t.nameAll(f.IPs, t.names), t.nameAll(f.Actors, t.names),
			t.name(f.Query), t.name(f.ID),
		}
	})
}

// triage writes what people decided, also what does not hold any more.
func (t *ticket) triage(all []detect.Decision) {
	if len(all) == 0 {
		return
	}
	t.section("Triage: what people decided")
	tableOf(t, []string{"on", "decision", "state", "by", "at", "note"}, all,
		func(d detect.Decision) []string {
			return []string{
				t.name(d.On()), t.say(d.Decision), t.say(stateOf(d)), t.name(d.Author), minute(d.At),
				t.say(d.Note),
			}
		})
}

// responders writes who ended the secrets.
func (t *ticket) responders(all []detect.Responder) {
	if len(all) == 0 {
		return
	}
	t.section("Responders: who ended the secrets")
	tableOf(t, []string{"who", "named", "ended", "first – last", "from", "their findings"}, all,
		func(w detect.Responder) []string {
			return []string{
				t.name(w.Actor), named(w), t.nameAll(w.Secrets(), t.names),
				seen(w.FirstSeen, w.LastSeen), t.nameAll(w.IPs, t.names), t.nameAll(w.Findings, t.names),
			}
		})
	for _, note := range responderNotes(all) {
		t.line("\n" + t.say(note))
	}
}

// chain writes what was made with the secrets, each below the one that made it.
func (t *ticket) chain(all []detect.Minting) {
	if len(all) == 0 {
		return
	}
	t.section("Chain: credentials made with the secrets")
	tableOf(t, []string{
		"credential", "made by", "for", "at", "expires", "outlived the window", "uses",
	}, treeOf(all), func(n node) []string {
		m := n.minting
		if m == nil {
			return []string{t.name(n.credential), "of " + t.name(n.secret), "", "", "", "", ""}
		}
		outlived := ""
		if m.Outlived {
			outlived = "yes"
		}
		return []string{
			strings.Repeat("↳ ", min(n.depth, maxDepth)) + t.name(m.Child), t.name(m.How),
			t.name(m.Target), exact(m.At), orElse(m.Expires, exact, ""), outlived, fmt.Sprint(m.Uses),
		}
	})
}

// exposedNext writes the second list to rotate; what may be the owner's own reading is counted.
func (t *ticket) exposedNext(all []detect.Exposure) {
	if len(all) == 0 {
		return
	}
	t.section("Exposed next: read with the secrets, rotate these too")
	certain := slices.DeleteFunc(slices.Clone(all), func(e detect.Exposure) bool { return !e.Certain })
	if len(certain) > 0 {
		tableOf(t, []string{"what", "name", "read with", "by", "first", "reads"}, certain,
			func(e detect.Exposure) []string {
				return []string{
					t.say(e.What), t.name(e.Name), t.name(e.Secret), t.name(e.Action),
					exact(e.FirstSeen), fmt.Sprint(e.Reads),
				}
			})
	}
	doubtful := len(all) - len(certain)
	if doubtful > 0 {
		t.line(fmt.Sprintf("\n%d more that the log cannot tell from the owner's own reading: "+
			"exposed next in `result.json`.", doubtful))
	}
}

// limits writes what the logs cannot tell.
func (t *ticket) limits(r *detect.Result) {
	t.section("What the logs cannot tell")
	before := t.out.Len()
	if len(r.Coverage) == 0 {
		t.item("There are no logs, so no use could have been seen.")
	}
	listOf(t, gapsOf(r.Coverage), func(g detect.ScopeGap) string {
		return "Gap: " + t.say(g.Source) + " " + t.name(g.Scope) + " " + gapText(g.Gap)
	})
	listOf(t, r.Caveats, func(c detect.Caveat) string { return t.say(c.Text) })
	problems := slices.SortedStableFunc(slices.Values(r.Problems), func(a, b detect.Problem) int {
		return compareBool(b.Blocks, a.Blocks)
	})
	listOf(t, problems, func(p detect.Problem) string {
		text := "Problem: " + t.say(p.What) + ": " + t.name(p.Path) + ": " + t.say(p.Why)
		if p.Blocks {
			text += " (keeps secrets from being cleared)"
		}
		return text
	})
	listOf(t, byLack(r.Blind), func(l lack) string {
		return "Blind: " + t.say(l.Why) + ": " + t.nameAll(l.Queries, t.names)
	})
	listOf(t, limitedForms(r.Inputs), func(form string) string {
		return t.name(form) + ": " + t.say(formLimits[form])
	})
	if r.Totals.Rejects > 0 {
		t.item(fmt.Sprintf("%s could not be read.", count(r.Totals.Rejects, "record")))
	}
	if t.out.Len() == before {
		t.line("No gap, no blind detection and no problem is known.")
	}
}

func gapsOf(spans []detect.CoverageSpan) (gaps []detect.ScopeGap) {
	for _, c := range spans {
		for _, g := range c.Gaps {
			gaps = append(gaps, detect.ScopeGap{Source: c.Source, Scope: c.Scope, Gap: g})
		}
	}
	return gaps
}

// maker says what made the ticket, of what, and where the rest is.
func (t *ticket) maker(r *detect.Result) {
	t.section("What made this")
	t.item(t.name(r.Tool) + ", from " + account(r.Totals) + ".")
	if slices.ContainsFunc(r.Addresses, func(a detect.Address) bool { return a.About() != "" }) {
		for _, d := range r.Databases[:min(len(r.Databases), t.rows)] {
			t.item("Addresses: " + t.say(databaseText(d)))
		}
	}
	t.item("The whole answer with its evidence: `report.html`, `result.json`.")
}
