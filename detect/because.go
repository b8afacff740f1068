package detect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The sentences that stand behind a verdict and a rotation status. A security lead reads them:
// they say what happened, when, and where to look.

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

func stampOr(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return stamp(*t)
}

// findingSentences says what the findings behind a verdict found, one sentence per detection and
// level: what, how often, when, by which keys, from where, and the findings' ids.
func findingSentences(findings []Finding, known []Address) []string {
	var out []string
	for len(findings) > 0 {
		first, rest := findings[0], []Finding{}
		same := []Finding{first}
		for _, f := range findings[1:] {
			if f.Query == first.Query && f.Level == first.Level {
				same = append(same, f)
			} else {
				rest = append(rest, f)
			}
		}
		out = append(out, findingSentence(same, known))
		findings = rest
	}
	return out
}

// findingSentence tells findings of one detection and level together.
func findingSentence(same []Finding, known []Address) string {
	f := same[0]
	var count int64
	var ips, keys, ids []string
	for _, x := range same {
		count += x.Count
		if x.FirstSeen.Before(f.FirstSeen) {
			f.FirstSeen = x.FirstSeen
		}
		if x.LastSeen.After(f.LastSeen) {
			f.LastSeen = x.LastSeen
		}
		ips, ids = append(ips, x.IPs...), append(ids, x.ID)
		if strings.HasPrefix(x.Credential, "AKIA") || strings.HasPrefix(x.Credential, "ASIA") {
			keys = append(keys, x.Credential)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%s", f.Level, strings.TrimSuffix(f.Title, "."), plural(count, "event"))
	if f.FirstSeen.Equal(f.LastSeen) {
		fmt.Fprintf(&b, ", %s", stamp(f.FirstSeen))
	} else {
		fmt.Fprintf(&b, ", %s to %s", stamp(f.FirstSeen), stamp(f.LastSeen))
	}
	if len(keys) > 0 {
		fmt.Fprintf(&b, ", by %s", some(distinctSorted(keys), 3))
	}
	if len(ips) > 0 {
		fmt.Fprintf(&b, ", from %s", some(described(distinctSorted(ips), known), 3))
	}
	fmt.Fprintf(&b, ") [%s %s].", f.Query, some(ids, 4))
	return b.String()
}

func distinctSorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func usedSentence(f facts) string {
	text := plural(f.Uses.Window, "use") + " in the window, every one expected"
	strange := f.Uses.Window - f.Uses.Expected
	if strange > 0 {
		text = fmt.Sprintf("%s in the window, %d of them expected", plural(f.Uses.Window, "use"),
			f.Uses.Expected)
	}
	switch {
	case f.derivedUses == 0:
	case strange+f.derivedStrange == 0:
		text += "; so are all " + fmt.Sprint(f.derivedUses) + " by credentials made with it"
	default:
		text += fmt.Sprintf("; %d of the %d by credentials made with it are expected",
			f.derivedUses-f.derivedStrange, f.derivedUses)
	}
	if strange+f.derivedStrange > 0 {
		text += "; what is not expected stands in findings that were triaged benign"
	}
	text += "; the logs cover the whole window."
	if f.sharedUses > 0 {
		text += fmt.Sprintf(" %s came from networks in which anybody can rent an address, from parts "+
			"of them (/24, /48) that it had come from before: nothing speaks against them, and that "+
			"is less than proof.", plural(f.sharedUses, "use"))
	}
	return text
}

func unusedSentence(f facts) string {
	if f.WindowEnd != nil && !f.WindowEnd.After(*f.ExposedAt) {
		return fmt.Sprintf("It had ended before its exposure began at %s, and no use is in the logs "+
			"since.", stamp(*f.ExposedAt))
	}
	return fmt.Sprintf("No use between %s and %s, and the logs that could show one cover all of it.",
		stampOr(f.ExposedAt, "the start"), stampOr(f.WindowEnd, "now"))
}

// doubts lists why a secret cannot be cleared; none means that the logs can answer.
func doubts(f facts) []string {
	var out []string
	if text := outOfSight(f); text != "" {
		out = append(out, text)
	}
	out = append(out, holeSentences(f)...)
	for _, n := range f.nameless {
		out = append(out, namelessSentence(n))
	}
	if n := f.untold - f.untoldInJobs - f.untoldShared; n > 0 {
		out = append(out, fmt.Sprintf("%s in the window cannot be told from the owner's own: "+
			"the log gives no source address or user agent to compare.", plural(n, "use")))
	}
	if f.untoldInJobs > 0 {
		out = append(out, fmt.Sprintf("%s in the window fell into CircleCI jobs that had it, from "+
			"networks of which nothing says that they are CI's: name them in the case if they are.",
			plural(f.untoldInJobs, "use")))
	}
	if f.untoldShared > 0 {
		out = append(out, fmt.Sprintf("%s in the window cannot be told from the owner's own: it was "+
			"used from that network before, but anybody can rent an address there, and these "+
			"addresses are new. List those that are yours under expected.",
			plural(f.untoldShared, "use")))
	}
	if f.derivedUntold > 0 {
		out = append(out, fmt.Sprintf("%s by credentials made with it cannot be told from the "+
			"owner's own.", plural(f.derivedUntold, "use")))
	}
	if f.rejects > 0 {
		out = append(out, fmt.Sprintf("%s in the logs that could show a use could not be read; "+
			"breachwindow coverage lists their files.", plural(f.rejects, "record")))
	}
	if len(f.strange) > 0 && f.watched > 0 {
		out = append(out, fmt.Sprintf("%s could not be recognised and may be a log that shows a use: "+
			"%s. breachwindow show FILE says why; convert it, or take it out of the case.",
			plural(int64(len(f.strange)), "file"), some(f.strange, 3)))
	}
	if len(f.missing) > 0 && f.watched > 0 {
		out = append(out, missingSentence(f.missing))
	}
	if f.early > 0 {
		out = append(out, earlySentence(f))
	}
	return out
}

// outOfSight says why no log at hand can name the secret, "" if one can.
func outOfSight(f facts) string {
	switch {
	case f.Kind == "circleci-personal-token":
		return "The CircleCI audit log names who acted, not which token: " +
			"a use of the stolen token looks like its owner's own."
	case f.Kind == "other" || strings.HasPrefix(f.Kind, "circleci-"):
		return "No log that this program reads can show a use of this kind of secret: " +
			"ask the service that accepts it."
	case f.Identifier == "":
		return "Its identifier is not in the inventory, so no log can be joined with it."
	case f.joinable == 0:
		return "Its identifier cannot be joined with the events that would show a use; " +
			"add the SHA256 fingerprint or the public key."
	case f.watched == 0 && f.Kind == "aws-access-key":
		return "The account of this key is not known and it is in no log at hand: " +
			"add the logs of its account, or the column account to the inventory."
	case f.watched == 0:
		return "No GitHub log was loaded, so nothing could show a use."
	}
	return ""
}

func missingSentence(paths []string) string {
	what := "A log of the case is"
	if n := len(paths); n > 1 {
		what = fmt.Sprintf("%d logs of the case are", n)
	}
	return fmt.Sprintf("%s missing or could not be read whole, and a use may be in it: %s; see "+
		"problems.", what, some(paths, 3))
}

func earlySentence(f facts) string {
	return fmt.Sprintf("The log shows %s of it before the time at which it was created: "+
		"created_at in the inventory is wrong, and so is its window.", plural(f.early, "event"))
}

// maxHoles bounds the sentences on coverage; the rest is counted.
const maxHoles = 4

func holeSentences(f facts) []string {
	var out []string
	for _, h := range f.holes {
		if len(out) == maxHoles {
			out = append(out, fmt.Sprintf("%s more in the coverage of its window; see coverage.",
				plural(int64(len(f.holes)-maxHoles), "gap")))
			break
		}
		out = append(out, holeSentence(h))
	}
	return out
}

func holeSentence(h hole) string {
	where := scopeText(h.source, h.scope)
	span := fmt.Sprintf("from %s to %s", stamp(h.from), stampOr(h.to, "now"))
	switch h.why {
	case "no log":
		return fmt.Sprintf("There is no log of %s, %s.", where, span)
	case "before the log":
		text := fmt.Sprintf("The log of %s begins only later: nothing is known %s.", where, span)
		if h.source == "github" && strings.HasSuffix(h.scope, "/git") {
			text += " GitHub keeps git events for seven days; only a stream has them longer."
		}
		return text
	case "after the log":
		return fmt.Sprintf("The log of %s ends too early: nothing is known %s.", where, span)
	case "unnamed":
		return fmt.Sprintf("The log of %s names nobody's credential %s, though it does at other times: "+
			"it could not show a use.", where, span)
	case "open":
		return fmt.Sprintf("Its window is still open and the log of %s ends at %s.",
			where, stamp(h.from))
	}
	return fmt.Sprintf("The log of %s has a gap %s.", where, span)
}

// scopeText names a scope in a sentence. What stands behind a GitHub organisation is which of its
// two logs is meant, and would be taken for a repository.
func scopeText(source, scope string) string {
	name, part, _ := strings.Cut(scope, "/")
	switch {
	case source == "github" && part == "git":
		return "github " + name + " (git events)"
	case source == "github" && part == "web":
		return "github " + name + " (web and API events)"
	}
	return source + " " + strings.TrimSuffix(scope, "/*") // an account as a whole
}

func namelessSentence(n nameless) string {
	where := scopeText(n.source, n.scope)
	switch n.why {
	case "an event without credential":
		return fmt.Sprintf("%s in the log of %s may be its use: the log does not say by which "+
			"credential, or not as the inventory does.", plural(n.events, "event"), where)
	case "a log without credentials":
		return fmt.Sprintf("The log of %s names no credential in its window: it could not show a "+
			"use.", where)
	case "a session that nothing made":
		return fmt.Sprintf("%s in the log of %s by a session of the same user whose making is in "+
			"no log: the secret may have made it.", plural(n.events, "event"), where)
	case "a role that a user took":
		return fmt.Sprintf("%s in the log of %s by which a user of its account took a role there, and "+
			"that account's log has no such call: the secret may have made it, in a region whose log "+
			"is not at hand.", plural(n.events, "event"), where)
	case "a log of some keys":
		return fmt.Sprintf("The log of %s shows hardly anybody but keys of the inventory: it looks "+
			"like an export by key, which has neither other keys nor what a key made. Load the "+
			"account's whole log.", where)
	case "a log of one thing":
		return fmt.Sprintf("The log of %s was looked up, and shows one user, one kind of call or one "+
			"service only: it looks like the answer to a filter. Load the account's whole log.", where)
	case "a log without reads":
		return fmt.Sprintf("The log of %s has no reading call in its window: a trail or an export of "+
			"writes only could not show one. Load what has both.", where)
	case "an export without credentials":
		return fmt.Sprintf("%s in the log of %s come from an export that names no credential: it "+
			"could not show a use.", plural(n.events, "event"), where)
	}
	return fmt.Sprintf("%s in %s made a credential that the log does not name: what was done with "+
		"it cannot be followed.", plural(n.events, "use"), where)
}

// rotationBecause says what the rotation status rests on.
func rotationBecause(f facts) []string {
	switch f.Rotation {
	case "confirmed":
		return []string{fmt.Sprintf("The log shows it %s at %s by %s [%s].", f.howRevoked.String,
			stampOr(f.RevokedAt, ""), cmp.Or(f.revokedBy.String, "an unknown actor"),
			f.revokedEv.String)}
	case "claimed":
		return []string{fmt.Sprintf("Declared for %s; no log proves or disproves it.",
			stampOr(f.RotatedAt, ""))}
	case "vendor":
		return []string{fmt.Sprintf("Not rotated by you; the vendor revoked all of this kind at %s.",
			stampOr(f.vendorAt, ""))}
	case "contradicted":
		return contradictions(f)
	}
	return []string{"No date of rotation, no proof of one in the logs, no revocation by the vendor: " +
		"take it for alive and rotate it now."}
}

func contradictions(f facts) []string {
	var out []string
	declared := "Declared rotated at " + stampOr(f.RotatedAt, "") + ", but"
	if f.RotatedAt == nil {
		declared = "Its end at " + stampOr(f.WindowEnd, "") + " is proven or declared, but"
	}
	if f.lateUses.Valid {
		out = append(out, fmt.Sprintf("%s it worked %s after that, first at %s [%s].", declared,
			times(f.lateUses.Int64), stampOr(f.lateUse, ""), f.lateEvent.String))
	}
	if f.RotatedAt != nil && f.RevokedAt != nil && f.RevokedAt.After(*f.RotatedAt) {
		out = append(out, fmt.Sprintf("%s the log shows it %s only at %s [%s].", declared,
			f.howRevoked.String, stamp(*f.RevokedAt), f.revokedEv.String))
	}
	if f.RevokedAt == nil && f.enabledAt != nil && !f.enabledAt.Before(*f.ExposedAt) {
		out = append(out, fmt.Sprintf("%s the log shows it enabled again at %s [%s].", declared,
			stamp(*f.enabledAt), f.enabledEv.String))
	}
	return out
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// some names the first few of a list and counts the rest.
func some(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
}
