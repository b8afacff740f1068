package detect

import (
	"fmt"
	"slices"
)

// Confidence is how much a verdict can be relied on.
type Confidence string

// The confidences. A verdict of unknown, or on what was not exposed, has none.
const (
	HighConfidence   Confidence = "high"
	MediumConfidence Confidence = "medium"
	LowConfidence    Confidence = "low"
)

// thinDays and thinUses are the least that a baseline needs to tell a habit from a coincidence: a
// week has each of its days once.
const (
	thinDays = 7
	thinUses = 10
)

// confidence starts high and loses a step for each reason, which it returns too. A published
// address, or a success after the rotation, needs no habit to compare with. That the verdict would
// be another without triage, given as without, is a reason as well.
func confidence(
	f facts, verdict Verdict, grounds []Finding, without Verdict,
) (Confidence, []string) {
	var why []string
	add := func(holds bool, format string, args ...any) {
		if holds {
			why = append(why, fmt.Sprintf(format, args...))
		}
	}
	switch verdict {
	case Compromised, Suspicious:
		habit := !slices.ContainsFunc(grounds, func(x Finding) bool {
			return x.Query == "any/use-from-indicator" || x.Query == "any/use-after-rotation" ||
				x.Query == confirmedUses || x.Triage.confirms()
		}) && !f.confirmed()
		add(habit && f.Uses.Before == 0, "no use of it before its window is in the logs, so nobody "+
			"knows what is usual")
		add(habit && f.thinBaseline(), "what is usual rests on %s", f.baseline())
		add(onlySharedIndicator(f, grounds), "the published addresses that it came from are exits that "+
			"other people use too")
	case Used:
		add(f.Uses.Before == 0, "no use of it before its window is in the logs; the uses are "+
			"expected by the case's list, or by CircleCI's jobs")
		add(f.thinBaseline(), "what is usual rests on %s", f.baseline())
		add(f.sharedUses > 0, "%s came from networks in which anybody can rent an address",
			plural(f.sharedUses, "use"))
		add(f.newHours > 0, "%s came at hours of the %s (UTC) in which it was never used before",
			plural(f.newHours, "use"), f.span())
	case Unused:
		add(len(f.caveats) > 0, "its logs do not have all kinds of events")
	default:
		return "", nil
	}
	add(verdict != without, "without triage it would be %s", without)
	for _, t := range f.triaged {
		why = append(why, t.words())
	}
	add(f.placeless > 0, "%s of the window came without a source address",
		plural(f.placeless, "use"))
	add(f.tailOnly, "it is joined by the end of its identifier, which another key may share")
	switch len(why) {
	case 0:
		return HighConfidence, nil
	case 1:
		return MediumConfidence, why
	}
	return LowConfidence, why
}

// span is what the hours are of that it was used in.
func (f facts) span() string {
	if f.newWeekHours {
		return "week"
	}
	return "day"
}

func (f facts) thinBaseline() bool {
	return f.Uses.Before > 0 && (f.baselineDays < thinDays || f.Uses.Before < thinUses)
}

// baseline says how long and how dense it is.
func (f facts) baseline() string {
	return plural(f.Uses.Before, "use") + " on " + plural(f.baselineDays, "day") + " before the window"
}

// onlySharedIndicator tells that nothing but published addresses speaks against a secret, and that
// many people share each of their networks.
func onlySharedIndicator(f facts, grounds []Finding) bool {
	found := false
	for _, x := range grounds {
		switch x.Query {
		case "any/use-from-indicator":
			found = true
		case "any/use-unexpected", "any/use-from-new-network":
			continue
		default:
			return false
		}
		for _, a := range f.addresses {
			if slices.Contains(x.IPs, a.IP) && !isShared(a) {
				return false
			}
		}
	}
	return found
}

func isShared(a Address) bool {
	return slices.ContainsFunc(a.Labels, func(label string) bool {
		return slices.Contains([]string{"vpn", "tor", "proxy", "hosting"}, label)
	})
}
