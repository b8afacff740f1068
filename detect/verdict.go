package detect

import (
	"cmp"
	"slices"
)

// judge gives a secret its verdict and its rotation status, each with reasons. The first rule
// that holds decides: a gap outweighs used and unused, never a finding. What a person
// confirmed outweighs all, what one found benign is no ground, and fills no gap.
func judge(f facts, findings []Finding) SecretAnswer {
	a := f.SecretAnswer
	a.Findings, a.Because, a.RotationBecause = []string{}, []string{}, []string{}
	if !f.exposed {
		return f.judgeUnexposed(a)
	}
	for _, x := range findings {
		a.Findings = append(a.Findings, x.ID)
	}
	a.RotationBecause = rotationBecause(f)
	doubts := doubts(f)
	verdict, grounds := accuse(findings)
	if f.confirmed() {
		verdict = Compromised
	}
	var reasons []string
	switch {
	case verdict != "":
		a.Verdict = verdict
		reasons = append(findingSentences(grounds, f.addresses), doubts...)
	case len(doubts) > 0:
		a.Verdict, reasons = Unknown, doubts
	case f.Uses.Window+f.derivedUses > 0:
		a.Verdict = Used
		reasons = append([]string{usedSentence(f)}, f.caveats...)
	default:
		a.Verdict = Unused
		reasons = append([]string{unusedSentence(f)}, f.caveats...)
	}
	without := untriaged(f, findings, len(doubts) > 0)
	a.RestsOnTriage = a.Verdict != without || len(f.triaged) > 0
	a.Because = triageSentences(f, findings, a.Verdict, without)
	a.Because = append(a.Because, reasons...)
	a.Confidence, a.ConfidenceBecause = confidence(f, a.Verdict, grounds, without)
	return a
}

// judgeUnexposed answers for a secret that the vendor did not hold when it was breached.
func (f facts) judgeUnexposed(a SecretAnswer) SecretAnswer {
	a.Verdict, a.Rotation = Unexposed, "missing"
	if f.RotatedAt != nil {
		a.Rotation = "claimed"
	}
	switch {
	case f.confirmed():
		a.Verdict, a.Because = Compromised, confirmedSentences(f)
		a.Because = append(a.Because, "By its dates it was not exposed: created_at in the inventory is "+
			"wrong, or it leaked in another way.")
		a.Confidence, a.RestsOnTriage = MediumConfidence, true
		a.ConfidenceBecause = []string{"a person says so, no finding does"}
	case f.early > 0:
		a.Verdict, a.Because = Unknown, []string{earlySentence(f)}
	default:
		a.Because = append(a.Because,
			"It was created after the vendor had cleaned up: nothing of it was there to copy.")
	}
	return a
}

// untriaged is the verdict that findings, gaps and uses alone would give. Uses that are expected
// only by a decision are expected here too: what they would be without it is not computed.
func untriaged(f facts, findings []Finding, doubtful bool) Verdict {
	plain := []Finding{}
	for _, x := range findings {
		if x.Query == confirmedUses {
			continue
		}
		x.Triage = nil
		plain = append(plain, x)
	}
	verdict, _ := accuse(plain)
	switch {
	case verdict != "":
		return verdict
	case doubtful:
		return Unknown
	case f.Uses.Window+f.derivedUses > 0:
		return Used
	}
	return Unused
}

// accuse weighs the findings tied to a secret. What only speaks of its rotation has its own status
// and weighs nothing here; the uses behind it do. What a person confirmed weighs as much as can be,
// whatever its level; what was triaged benign, nothing.
func accuse(findings []Finding) (verdict Verdict, grounds []Finding) {
	var high []string
	for _, f := range findings {
		if f.Triage.confirms() {
			verdict, grounds = Compromised, append(grounds, f)
			continue
		}
		if !f.weighs() {
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

// rankSecrets puts the worst first: by verdict, then what is still alive, then by the worst that
// was found and how many things, then by how often it was used otherwise than expected.
func rankSecrets(secrets []SecretAnswer, found map[string][]Finding) {
	alive := []string{"contradicted", "missing", "claimed", "vendor", "confirmed"}
	type weight struct{ level, kinds int }
	worst := map[string]weight{}
	for _, s := range secrets {
		var w weight
		seen := map[string]bool{}
		for _, f := range found[s.ID] {
			if !aboutRotation(f.Query) && !f.Benign() {
				w.level = max(w.level, f.Level.rank())
				seen[f.Query] = true
			}
		}
		w.kinds = len(seen)
		worst[s.ID] = w
	}
	strange := func(s SecretAnswer) int64 { return s.Uses.Window - s.Uses.Expected + s.Uses.Derived }
	slices.SortFunc(secrets, func(a, b SecretAnswer) int {
		worstA, worstB := worst[a.ID], worst[b.ID]
		return cmp.Or(
			cmp.Compare(a.Verdict.Rank(), b.Verdict.Rank()),
			cmp.Compare(slices.Index(alive, a.Rotation), slices.Index(alive, b.Rotation)),
			cmp.Compare(worstB.level, worstA.level),
			cmp.Compare(worstB.kinds, worstA.kinds),
			cmp.Compare(strange(b), strange(a)),
			cmp.Compare(a.ID, b.ID))
	})
}
