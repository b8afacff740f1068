package detect

import (
	"cmp"
	"slices"
)

// judge gives a secret its verdict and its rotation status, each with reasons. The first rule
// that holds decides; see DESIGN: a gap outweighs used and unused, never a finding.
func judge(f facts, findings []Finding) SecretAnswer {
	a := f.SecretAnswer
	a.Findings, a.Because, a.RotationBecause = []string{}, []string{}, []string{}
	if !f.exposed {
		a.Verdict, a.Rotation = Unexposed, "missing"
		if f.RotatedAt != nil {
			a.Rotation = "claimed"
		}
		if f.early > 0 {
			a.Verdict, a.Because = Unknown, []string{earlySentence(f)}
			return a
		}
		a.Because = append(a.Because,
			"It was created after the vendor had cleaned up: nothing of it was there to copy.")
		return a
	}
	for _, x := range findings {
		a.Findings = append(a.Findings, x.ID)
	}
	a.RotationBecause = rotationBecause(f)
	doubts := doubts(f)
	verdict, grounds := accuse(findings)
	switch {
	case verdict != "":
		a.Verdict = verdict
		a.Because = append(findingSentences(grounds, f.addresses), doubts...)
	case len(doubts) > 0:
		a.Verdict, a.Because = Unknown, doubts
	case f.Uses.Window+f.derivedUses > 0:
		a.Verdict = Used
		a.Because = append(append(a.Because, usedSentence(f)), f.caveats...)
	default:
		a.Verdict = Unused
		a.Because = append(append(a.Because, unusedSentence(f)), f.caveats...)
	}
	a.Confidence, a.ConfidenceBecause = confidence(f, a.Verdict, grounds)
	return a
}

// accuse weighs the findings tied to a secret. What only speaks of its rotation has its own status
// and weighs nothing here; the uses behind it do.
func accuse(findings []Finding) (verdict Verdict, grounds []Finding) {
	var high []string
	for _, f := range findings {
		if f.Level.rank() < Medium.rank() || aboutRotation(f.Query) {
			continue
		}
		grounds = append(grounds, f)
		switch {
		case f.Level == Critical:
			verdict = Compromised
		case f.Level == High && !slices.Contains(high, f.Query):
			high = append(high, f.Query)
		}
	}
	if len(high) >= 2 {
		verdict = Compromised
	}
	if verdict == "" && len(grounds) > 0 {
		verdict = Suspicious
	}
	return verdict, grounds
}

func aboutRotation(query string) bool {
	return query == "any/rotation-missing" || query == "any/rotation-contradicted"
}

// rankSecrets puts the worst first: by verdict, then what is still alive, then by the worst that was
// found and how many things, then by how often it was used otherwise than expected.
func rankSecrets(secrets []SecretAnswer, found map[string][]Finding) {
	alive := []string{"contradicted", "missing", "claimed", "vendor", "confirmed"}
	worst := func(s SecretAnswer) (level, kinds int) {
		seen := map[string]bool{}
		for _, f := range found[s.ID] {
			if !aboutRotation(f.Query) {
				level = max(level, f.Level.rank())
				seen[f.Query] = true
			}
		}
		return level, len(seen)
	}
	strange := func(s SecretAnswer) int64 { return s.Uses.Window - s.Uses.Expected + s.Uses.Derived }
	slices.SortFunc(secrets, func(a, b SecretAnswer) int {
		levelA, kindsA := worst(a)
		levelB, kindsB := worst(b)
		return cmp.Or(
			cmp.Compare(a.Verdict.Rank(), b.Verdict.Rank()),
			cmp.Compare(slices.Index(alive, a.Rotation), slices.Index(alive, b.Rotation)),
			cmp.Compare(levelB, levelA),
			cmp.Compare(kindsB, kindsA),
			cmp.Compare(strange(b), strange(a)),
			cmp.Compare(a.ID, b.ID))
	})
}
