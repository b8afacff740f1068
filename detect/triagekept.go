package detect

import "fmt"

// What is kept of decisions when the case changes around them: its folder's name, its findings.

// notFound is what came after a finding was confirmed.
const notFound = "it is not found any more"

// newestOf leaves of several decisions on one finding the newest: made under several names of the
// case, they are several subjects to the database. Of two of one time the less comfortable counts,
// as there.
func newestOf(all []decided) (out []decided) {
	rank := map[string]int{Confirmed: 0, NeedsWork: 1, Open: 2, Benign: 3}
	last := map[string]int{}
	for i, d := range all {
		if d.Kind != "finding" {
			continue
		}
		n, known := last[d.Subject]
		if !known || d.At.After(all[n].At) ||
			d.At.Equal(all[n].At) && rank[d.Triage.Decision] < rank[all[n].Triage.Decision] {
			last[d.Subject] = i
		}
	}
	for i, d := range all {
		if d.Kind != "finding" || last[d.Subject] == i {
			out = append(out, d)
		}
	}
	return out
}

// confirmedGone are the decisions that confirmed a finding of the secret which is not found any more.
func confirmedGone(all []Decision, secret string) (out []Decision) {
	for _, d := range all {
		if d.Kind == "finding" && d.Secret == secret && d.confirms() && d.Since == notFound {
			out = append(out, d)
		}
	}
	return out
}

// confirmed tells that a person said that the secret was the intruder's, of the secret itself or of a
// finding that is gone.
func (f facts) confirmed() bool { return f.Triage.confirms() || len(f.gone) > 0 }

func goneSentence(d Decision) string {
	return fmt.Sprintf("A finding was confirmed as the intruder's %s; %s, and counts until that is "+
		"taken back [%s].", d.by(), notFound, d.Subject)
}
