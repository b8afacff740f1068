package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"breachwindow/detect"
)

// sheetsOf are the tables of a workbook, the answer first.
func sheetsOf(r *detect.Result) []sheet {
	return []sheet{
		answerSheet(r), secretsSheet(r), findingsSheet(r), chainSheet(r), exposedSheet(r),
		triageSheet(r), respondersSheet(r), coverageSheet(r), limitsSheet(r), inputsSheet(r),
	}
}

func answerSheet(r *detect.Result) sheet {
	s := sheet{name: "Answer", cols: []sheetColumn{{"about", 18, painted}, {"answer", 120, wrapped}}}
	add := func(about string, text any) { s.rows = append(s.rows, []any{about, text}) }
	add("answer", Answer(r))
	add("incident", incident(r.Incident))
	add("case", r.Case)
	add("times", "All times in this file are UTC.")
	var alive lines
	counts := map[detect.Verdict]int64{}
	for _, x := range Worst(r.Secrets) {
		counts[x.Verdict]++
		if isAlive(x) {
			alive = append(alive, fmt.Sprintf("%s (%s)", x.ID, x.Rotation))
		}
	}
	if len(alive) > 0 {
		add("to rotate", alive)
	}
	for _, v := range slices.SortedFunc(maps.Keys(counts), func(a, b detect.Verdict) int {
		return a.Rank() - b.Rank()
	}) {
		add(string(v), count(counts[v], "secret"))
	}
	add("read", account(r.Totals))
	for _, x := range r.Settings {
		add("setting", fmt.Sprintf("%s: %v instead of %v: %s", x.Name, x.Value, x.Default, x.Meaning))
	}
	for _, d := range r.Databases {
		add("address data", databaseText(d))
	}
	add("made by", r.Tool)
	return s
}

func secretsSheet(r *detect.Result) sheet {
	s := sheet{name: "Secrets", cols: []sheetColumn{
		{"verdict", 13, painted},
		{"secret", 28, wrapped},
		{"triage", 30, wrapped},
		{"rotation", 13, oneLine},
		{"confidence", 11, oneLine},
		{"do next", 70, wrapped},
		{"because", 90, wrapped},
		{"rotation because", 50, wrapped},
		{"confidence because", 50, wrapped},
		{"findings", 9, oneLine},
		{"uses in window", 9, oneLine},
		{"of them expected", 10, oneLine},
		{"uses before", 9, oneLine},
		{"uses after", 9, oneLine},
		{"uses by derived credentials", 12, oneLine},
		{"first use (UTC)", 23, oneLine},
		{"last use (UTC)", 23, oneLine},
		{"window from (UTC)", 23, oneLine},
		{"window to (UTC)", 23, oneLine},
		{"rotated (UTC)", 23, oneLine},
		{"revoked (UTC)", 23, oneLine},
		{"kind", 18, oneLine},
		{"identifier", 18, oneLine},
		{"name", 18, wrapped},
		{"stored in", 24, wrapped},
		{"owner", 12, wrapped},
	}}
	for _, x := range Worst(r.Secrets) {
		s.rows = append(s.rows, []any{
			string(x.Verdict), x.ID, TriageText(x.Triage), x.Rotation, string(x.Confidence), lines(x.Next), lines(x.Because),
			lines(x.RotationBecause), lines(x.ConfidenceBecause), int64(len(x.Findings)),
			x.Uses.Window, x.Uses.Expected, x.Uses.Before, x.Uses.After, x.Uses.Derived,
			x.FirstUse, x.LastUse, x.ExposedAt, x.WindowEnd, x.RotatedAt, x.RevokedAt,
			x.Kind, x.Identifier, x.Name, x.StoredIn, x.Owner,
		})
	}
	return s
}

func findingsSheet(r *detect.Result) sheet {
	s := sheet{name: "Findings", cols: []sheetColumn{
		{"level", 13, painted},
		{"title", 60, wrapped},
		{"secret", 28, wrapped},
		{"verdict", 13, painted},
		{"triage", 30, wrapped},
		{"first seen (UTC)", 23, oneLine},
		{"last seen (UTC)", 23, oneLine},
		{"count", 8, oneLine},
		{"addresses", 50, oneLine},
		{"actors", 40, oneLine},
		{"actions", 40, oneLine},
		{"credential", 24, oneLine},
		{"attributes", 50, oneLine},
		{"query", 36, oneLine},
		{"finding", 18, oneLine},
		{"events", 40, oneLine},
		{"first record", 60, oneLine},
	}}
	known, verdicts := byIP(r.Addresses), map[string]string{}
	for _, x := range r.Secrets {
		verdicts[x.ID] = string(x.Verdict)
	}
	for _, f := range WorstFindings(r.Findings) {
		first := strings.Join(evidenceOf(f.Places[:min(len(f.Places), 1)]), "")
		ids := strings.Join(f.Events, " ")
		if left := f.Count - int64(len(f.Events)); left > 0 && len(f.Events) > 0 {
			ids += fmt.Sprintf(" … %d more", left)
		}
		s.rows = append(s.rows, []any{
			string(f.Level), f.Title, f.Secret, verdicts[f.Secret], TriageText(f.Triage),
			f.FirstSeen, f.LastSeen, f.Count,
			strings.Join(described(f.IPs, known), "; "), strings.Join(f.Actors, "; "),
			strings.Join(f.Actions, " "), f.Credential, strings.Join(pairs(f), "; "), f.Query, f.ID,
			ids, first,
		})
	}
	return s
}

// chainSheet lists what was made with each secret, each credential below the one that made it. A
// root, which nothing made, has no row.
func chainSheet(r *detect.Result) sheet {
	s := sheet{name: "Chain", cols: []sheetColumn{
		{"secret", 28, wrapped},
		{"step", 6, oneLine},
		{"parent", 26, oneLine},
		{"child", 26, oneLine},
		{"how", 22, oneLine},
		{"target", 44, wrapped},
		{"at (UTC)", 23, oneLine},
		{"expires (UTC)", 23, oneLine},
		{"ended (UTC)", 23, oneLine},
		{"outlived the window", 12, oneLine},
		{"uses", 8, oneLine},
		{"event", 38, oneLine},
	}}
	for _, n := range treeOf(r.Lineage) {
		if m := n.minting; m != nil {
			s.rows = append(s.rows, []any{
				m.Secret, int64(n.depth), m.Parent, m.Child, m.How, m.Target, m.At, m.Expires, m.Ends,
				m.Outlived, m.Uses, m.Event,
			})
		}
	}
	return s
}

func exposedSheet(r *detect.Result) sheet {
	s := sheet{name: "Exposed next", cols: []sheetColumn{
		{"what", 20, oneLine},
		{"name", 70, wrapped},
		{"certain", 9, oneLine},
		{"read with", 28, wrapped},
		{"credential", 26, oneLine},
		{"action", 22, oneLine},
		{"first seen (UTC)", 23, oneLine},
		{"last seen (UTC)", 23, oneLine},
		{"reads", 8, oneLine},
		{"first event", 38, oneLine},
	}}
	for _, e := range r.ExposedNext {
		s.rows = append(s.rows, []any{
			e.What, e.Name, e.Certain, e.Secret, e.Credential, e.Action, e.FirstSeen, e.LastSeen, e.Reads,
			e.Event,
		})
	}
	return s
}

// triageSheet is what people decided, also what does not hold any more.
func triageSheet(r *detect.Result) sheet {
	s := sheet{name: "Triage", cols: []sheetColumn{
		{"on", 60, wrapped},
		{"decision", 13, oneLine},
		{"state", 40, wrapped},
		{"by", 18, wrapped},
		{"at (UTC)", 23, oneLine},
		{"note", 70, wrapped},
	}}
	for _, d := range r.Triage {
		s.rows = append(s.rows, []any{
			d.On(), d.Decision, stateOf(d), d.Author, d.At, d.Note,
		})
	}
	return s
}

// respondersSheet has a row for each act that ended a secret.
func respondersSheet(r *detect.Result) sheet {
	s := sheet{name: "Responders", cols: []sheetColumn{
		{"who", 44, wrapped},
		{"named", 12, oneLine},
		{"an exposed secret acts in this name too", 16, oneLine},
		{"secret", 28, wrapped},
		{"how", 13, oneLine},
		{"at (UTC)", 23, oneLine},
		{"with", 24, oneLine},
		{"from", 40, oneLine},
		{"event", 38, oneLine},
		{"findings that are theirs", 30, oneLine},
	}}
	known := byIP(r.Addresses)
	for i := range r.Responders {
		w := &r.Responders[i]
		for _, x := range w.Rotations {
			s.rows = append(s.rows, []any{
				w.Actor, named(*w), w.SameName, x.Secret, x.How, x.At, x.Credential,
				strings.Join(described(present(x.IP), known), ""), x.Event,
				strings.Join(w.Findings, " "),
			})
		}
	}
	return s
}

func coverageSheet(r *detect.Result) sheet {
	s := sheet{name: "Coverage", cols: []sheetColumn{
		{"source", 13, oneLine},
		{"scope", 34, wrapped},
		{"from (UTC)", 23, oneLine},
		{"to (UTC)", 23, oneLine},
		{"events", 10, oneLine},
		{"gaps", 7, oneLine},
		{"gaps from – to (UTC)", 56, wrapped},
		{"kinds of events", 40, wrapped},
	}}
	for _, c := range gapsFirst(r.Coverage) {
		var gaps, kinds lines
		for _, g := range c.Gaps {
			gaps = append(gaps, gapText(g))
		}
		for _, k := range c.Kinds {
			kinds = append(kinds, fmt.Sprintf("%s: %d", k.Kind, k.Events))
		}
		s.rows = append(s.rows, []any{
			c.Source, c.Scope, c.From, c.To, c.Events, int64(len(c.Gaps)), gaps, kinds,
		})
	}
	return s
}

// limitsSheet has what the logs cannot tell, a row for each.
func limitsSheet(r *detect.Result) sheet {
	s := sheet{name: "Limits", cols: []sheetColumn{
		{"limit", 18, oneLine},
		{"where", 50, wrapped},
		{"why", 90, wrapped},
		{"keeps secrets from being cleared", 16, oneLine},
		{"from (UTC)", 23, oneLine},
		{"to (UTC)", 23, oneLine},
	}}
	for _, c := range r.Coverage {
		for _, g := range c.Gaps {
			s.rows = append(s.rows, []any{
				"gap", c.Source + " " + c.Scope, "a silence too long to be quiet: " + length(g.To.Sub(g.From)),
				nil, g.From, g.To,
			})
		}
	}
	for _, c := range r.Caveats {
		s.rows = append(s.rows, []any{"caveat", c.Source + " " + c.Scope, c.Text})
	}
	for _, b := range r.Blind {
		s.rows = append(s.rows, []any{"blind detection", b.Query, b.Why})
	}
	for _, p := range r.Problems {
		s.rows = append(s.rows, []any{p.What, p.Path, p.Why, p.Blocks})
	}
	for _, form := range limitedForms(r.Inputs) {
		s.rows = append(s.rows, []any{"form of a log", form, formLimits[form]})
	}
	for _, in := range r.Inputs {
		if in.Rejects > 0 {
			s.rows = append(s.rows, []any{
				"rejects", in.Path, fmt.Sprintf("%d of its records could not be read", in.Rejects),
			})
		}
		if in.Form == "empty" {
			s.rows = append(s.rows, []any{"empty file", in.Path, "did an export break off?"})
		}
	}
	return s
}

func inputsSheet(r *detect.Result) sheet {
	s := sheet{name: "Inputs", cols: []sheetColumn{
		{"file", 110, wrapped},
		{"form", 22, oneLine},
		{"records", 10, oneLine},
		{"events", 10, oneLine},
		{"duplicates", 10, oneLine},
		{"rejects", 10, oneLine},
		{"sha256", 68, oneLine},
	}}
	for _, in := range r.Inputs {
		s.rows = append(s.rows, []any{
			in.Path, in.Form, in.Records, in.Events, in.Duplicates, in.Rejects, in.SHA256,
		})
	}
	return s
}
