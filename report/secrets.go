package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"breachwindow/detect"
)

// Worst returns the secrets in the order in which a report lists them: worst verdict first, and
// within one verdict as in the Result. A verdict that this program does not know comes before all
// others, because it must not look like an all-clear.
func Worst(secrets []detect.SecretAnswer) []detect.SecretAnswer {
	return slices.SortedStableFunc(slices.Values(secrets), func(a, b detect.SecretAnswer) int {
		return cmp.Compare(a.Verdict.Rank(), b.Verdict.Rank())
	})
}

// verdictColour gives the SGR parameters of a verdict's word.
func verdictColour(verdict string) string {
	switch detect.Verdict(verdict) {
	case detect.Compromised:
		return "1;31"
	case detect.Suspicious:
		return "1;33"
	case detect.Unknown:
		return "1;35"
	case detect.Used, detect.Unused:
		return "32"
	}
	return ""
}

// kind shortens the name of a kind for reading.
func kind(k string) string {
	switch k {
	case "aws-access-key":
		return "AWS key"
	case "github-token":
		return "GitHub token"
	case "github-oauth-grant":
		return "OAuth grant"
	case "github-app-key":
		return "app key"
	case "ssh-key":
		return "SSH key"
	}
	return strings.ReplaceAll(strings.TrimPrefix(k, "circleci-"), "-", " ")
}

// secrets writes the table of all secrets.
func (p *page) secrets(secrets []detect.SecretAnswer) error {
	if len(secrets) == 0 {
		return nil
	}
	p.section("secrets")
	g := grid{cols: []column{
		{name: "verdict", paint: verdictColour},
		{name: "secret", want: 16, min: 10, middle: true},
		{name: "kind", drop: 8},
		{name: "stored in", want: 16, drop: 5, middle: true},
		{name: "window", drop: 6},
		{name: "window", drop: 3, fallback: true},
		{name: "until", fallback: true},
		{name: "uses"},
		{name: "expected", drop: 4},
		{name: "rotation"},
	}}
	for _, s := range secrets {
		until := "none"
		if s.ExposedAt != nil {
			until = orElse(s.WindowEnd, day, "open")
		}
		g.rows = append(g.rows, []string{
			string(s.Verdict), s.ID, kind(s.Kind), s.StoredIn,
			window(s.ExposedAt, s.WindowEnd, minute), window(s.ExposedAt, s.WindowEnd, day), until,
			fmt.Sprint(s.Uses.Window), fmt.Sprint(s.Uses.Expected), s.Rotation,
		})
	}
	return p.grid(g)
}

// stories tells for each secret that is not clear why it is not, and of one that people cleared
// that they did. Secrets that cannot be cleared for the same reasons share one story.
func (p *page) stories(secrets []detect.SecretAnswer) {
	told := map[string]bool{}
	for i, s := range secrets {
		if s.Verdict.Rank() > detect.Unknown.Rank() && !s.RestsOnTriage || told[reasons(s)] {
			continue
		}
		if len(told) == 0 {
			p.section("why")
		} else {
			p.out.WriteByte('\n')
		}
		same := []detect.SecretAnswer{s}
		if s.Verdict == detect.Unknown {
			same = alike(secrets[i:], s)
			told[reasons(s)] = true
		} else {
			told[s.ID] = true
		}
		p.story(same)
	}
	if len(told) > 0 && p.cols > 0 {
		p.section("more on one of them: breachwindow show SECRET")
	}
}

// reasons is what makes two stories the same.
func reasons(s detect.SecretAnswer) string {
	return strings.Join(slices.Concat(
		[]string{string(s.Verdict), s.Rotation, TriageText(s.Triage)}, s.Because, []string{""}, s.RotationBecause), "\n")
}

// alike returns the secrets whose story is the same as that of one.
func alike(secrets []detect.SecretAnswer, one detect.SecretAnswer) []detect.SecretAnswer {
	var same []detect.SecretAnswer
	for _, s := range secrets {
		if reasons(s) == reasons(one) {
			same = append(same, s)
		}
	}
	return same
}

// story writes one story. Its secrets are alike; what only one of them has is left out when
// they are many.
func (p *page) story(same []detect.SecretAnswer) {
	s := same[0]
	ids := make([]string, len(same))
	for i, one := range same {
		ids[i] = one.ID
	}
	p.headline(s, strings.Join(ids, ", "))
	if len(same) == 1 {
		p.hang("  ", what(s))
		if s.Triage != nil {
			p.hang("  ", "triage: "+TriageText(s.Triage))
		}
		p.hang("  ", "uses: "+uses(s.Uses))
	}
	p.confidence(s)
	p.because(s)
	p.next(same)
}

// confidence says how much the verdict can be relied on.
func (p *page) confidence(s detect.SecretAnswer) {
	if text := confidenceOf(s); text != "" {
		p.hang("  ", text)
	}
}

// confidenceOf is that in words, "" where a verdict has none.
func confidenceOf(s detect.SecretAnswer) string {
	if s.Confidence == "" {
		return ""
	}
	text := "confidence " + string(s.Confidence)
	if len(s.ConfidenceBecause) > 0 {
		text += ": " + strings.Join(s.ConfidenceBecause, "; ")
	}
	return text
}

// headline writes a verdict and whose it is.
func (p *page) headline(s detect.SecretAnswer, whose string) {
	verdict := clip(Clean(string(s.Verdict)), nameMax)
	p.hangPainted(verdict+"  ", verdictColour(verdict), whose)
}

// because writes the reasons for the verdict and for the rotation status.
func (p *page) because(s detect.SecretAnswer) {
	show := p.limit(len(s.Because), maxReasons)
	p.bullets(s.Because[:show])
	if left := len(s.Because) - show; left > 0 {
		p.hang("  • ", fmt.Sprintf("%d more reasons: breachwindow show %s", left, s.ID))
	}
	if s.Rotation == "" {
		return
	}
	p.hang("  rotation ", s.Rotation)
	p.bullets(s.RotationBecause)
}

// maxOwnSteps bounds what a story says of each of its secrets apart.
const maxOwnSteps = 6

// next writes what to do about secrets that are alike: what only one of them needs, as commands that
// name it do, which are those that end it, then what all have in common.
func (p *page) next(same []detect.SecretAnswer) {
	var steps, own []string
	for _, step := range same[0].Next {
		if inAll(same, step) {
			steps = append(steps, step)
		}
	}
	for _, s := range same {
		for _, step := range s.Next {
			if !slices.Contains(steps, step) {
				own = append(own, s.ID+": "+step)
			}
		}
	}
	if len(own) > maxOwnSteps {
		own = []string{"Each of them needs steps of its own: breachwindow show " + same[0].ID +
			", and so on; report.html has them all."}
	}
	if len(steps)+len(own) == 0 {
		return
	}
	p.hang("  ", "do next")
	p.bullets(own)
	p.bullets(steps)
}

func inAll(secrets []detect.SecretAnswer, step string) bool {
	return !slices.ContainsFunc(secrets, func(s detect.SecretAnswer) bool {
		return !slices.Contains(s.Next, step)
	})
}

// what says what a secret is and where the vendor held it.
func what(s detect.SecretAnswer) string {
	text := strings.TrimSpace(kind(s.Kind) + " " + s.Identifier)
	if s.StoredIn != "" {
		text += " in " + s.StoredIn
	}
	if s.Owner != "" {
		text += ", owner " + s.Owner
	}
	return text
}

// uses says how often a secret was used.
func uses(u detect.UseCounts) string {
	text := fmt.Sprintf("%d in the window", u.Window)
	if u.Window > 0 {
		text += fmt.Sprintf(" (%d expected)", u.Expected)
	}
	text += fmt.Sprintf(", %d before, %d after", u.Before, u.After)
	if u.Derived > 0 {
		text += fmt.Sprintf("; %d by derived credentials", u.Derived)
	}
	return text
}

// SecretText writes one secret's story: its window, its rotation, its verdict and why, its
// findings and what was made with it.
func SecretText(w io.Writer, r *detect.Result, id string, o Options) error {
	i := slices.IndexFunc(r.Secrets, func(s detect.SecretAnswer) bool { return s.ID == id })
	if i < 0 {
		return fmt.Errorf("secret %s: not in this result; they are listed by: breachwindow secrets",
			Clean(id))
	}
	s := r.Secrets[i]
	p := newPage(o)
	p.all = true
	p.headline(s, s.ID)
	p.facts(
		fact{"triage", TriageText(s.Triage)},
		fact{"kind", s.Kind},
		fact{"identifier", s.Identifier},
		fact{"name", s.Name},
		fact{"stored in", s.StoredIn},
		fact{"owner", s.Owner},
		fact{"window", window(s.ExposedAt, s.WindowEnd, exact)},
		fact{"rotated", orElse(s.RotatedAt, exact, "")},
		fact{"revoked", orElse(s.RevokedAt, exact, "")},
		fact{"uses", uses(s.Uses)},
		fact{"first use", orElse(s.FirstUse, exact, "")},
		fact{"last use", orElse(s.LastUse, exact, "")},
	)
	p.out.WriteByte('\n')
	p.confidence(s)
	p.because(s)
	p.next([]detect.SecretAnswer{s})
	var own []detect.Finding
	for _, f := range r.Findings {
		if f.Secret == id {
			own = append(own, f)
		}
	}
	if err := p.findingsTable("findings", byLevel(own), false, ""); err != nil {
		return err
	}
	if err := p.enders(endedBy(r.Responders, id), r.Addresses); err != nil {
		return err
	}
	minted := slices.DeleteFunc(slices.Clone(r.Lineage), func(m detect.Minting) bool {
		return m.Secret != id
	})
	if err := p.lineage(minted, ""); err != nil {
		return err
	}
	read := slices.DeleteFunc(slices.Clone(r.ExposedNext), func(e detect.Exposure) bool {
		return e.Secret != id
	})
	if err := p.exposedNext(read, false, ""); err != nil {
		return err
	}
	return p.writeTo(w)
}
