package inventory

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// rawPatterns recognise a secret itself by its form, anywhere in the file. They ask for
// less than the whole length, because a truncated secret is a secret still.
var rawPatterns = []struct {
	what string
	form *regexp.Regexp
}{
	{"a private key", regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY`)},
	{"a GitHub token", regexp.MustCompile(`gh[pousr]_[0-9A-Za-z]{16,}`)},
	{"a GitHub token", regexp.MustCompile(`github_pat_[0-9A-Za-z_]{16,}`)},
	{"a CircleCI token", regexp.MustCompile(`CCIP(?:AT|RJ)_[0-9A-Za-z_]{16,}`)},
	{"a GitLab token", regexp.MustCompile(`gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[0-9A-Za-z_-]{16,}`)},
	{"a Slack token", regexp.MustCompile(`xox[a-z]-[0-9A-Za-z-]{10,}|xapp-[0-9A-Za-z-]{10,}`)},
	{"a Slack webhook", regexp.MustCompile(`hooks\.slack\.com/services/\w+/[0-9A-Za-z/]{10,}`)},
	{"a Google API key", regexp.MustCompile(`AIza[0-9A-Za-z_-]{30,}`)},
	{"a Google token", regexp.MustCompile(`ya29\.[0-9A-Za-z_-]{20,}`)},
	{"a Stripe key", regexp.MustCompile(`[sr]k_(?:live|test)_[0-9A-Za-z]{16,}`)},
	{"an npm token", regexp.MustCompile(`npm_[0-9A-Za-z]{30,}`)},
	{"a PyPI token", regexp.MustCompile(`pypi-AgE[0-9A-Za-z_-]{16,}`)},
	{"a Docker token", regexp.MustCompile(`dckr_[po]at_[0-9A-Za-z_-]{16,}`)},
	{"a DigitalOcean token", regexp.MustCompile(`do[opr]_v1_[0-9a-f]{32,}`)},
	{"a SendGrid key", regexp.MustCompile(`SG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}`)},
	{"a Vault token", regexp.MustCompile(`hv[sbr]\.[0-9A-Za-z_-]{20,}`)},
	{"an AI provider's key", regexp.MustCompile(`sk-(?:ant|proj)-[0-9A-Za-z_-]{16,}`)},
	{"a JSON web token", regexp.MustCompile(`eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.`)},
	{"a password in an address", regexp.MustCompile(`://[^\s/:@"',]+:[^\s/@*<>{}$"',]{3,}@`)},
}

var (
	base64Of30 = regexp.MustCompile(`^[0-9A-Za-z/+]{40}$`)
	hexOf20    = regexp.MustCompile(`^[0-9A-Fa-f]{40}$`)
	longWord   = regexp.MustCompile(`[0-9A-Za-z]{16,}`)
	lower      = regexp.MustCompile(`[a-z]`)
	upper      = regexp.MustCompile(`[A-Z]`)
	digit      = regexp.MustCompile(`[0-9]`)
)

// What is recognised in whole values only.
const (
	fortySigns = "an AWS secret access key"
	fortyHex   = "a token of 40 hexadecimal digits"
)

// rawHit is a secret found in a text: what it is and where it starts.
type rawHit struct {
	what   string
	offset int
}

// findRaw finds secrets in the order of the text.
func findRaw(text string) []rawHit {
	var hits []rawHit
	for _, p := range rawPatterns {
		for _, at := range p.form.FindAllStringIndex(text, -1) {
			hits = append(hits, rawHit{p.what, at[0]})
		}
	}
	slices.SortStableFunc(hits, func(a, b rawHit) int { return cmp.Compare(a.offset, b.offset) })
	return hits
}

// rawValue names the secret that a single value is or holds, or returns "". The forms
// without a prefix are looked for in whole values only, and the hexadecimal one only in
// identifiers, since a commit or a checksum looks the same.
func rawValue(column string, kind Kind, value string) string {
	if hits := findRaw(value); len(hits) > 0 {
		return hits[0].what
	}
	value = strings.Trim(value, "\"'` \t\r\n")
	if isSecretAccessKey(value) {
		return fortySigns
	}
	if column == "identifier" && kind != SSHKey && kind != Other {
		words := strings.FieldsFunc(value, isSeparator)
		for _, w := range words {
			if isSecretAccessKey(w) {
				return fortySigns
			}
			if hexOf20.MatchString(strings.Trim(w, "\"'`")) {
				return fortyHex
			}
		}
	}
	return ""
}

// isSecretAccessKey asks for capitals, small letters and digits together, which forty
// random characters have and a name or a checksum has not.
func isSecretAccessKey(s string) bool {
	return base64Of30.MatchString(s) && lower.MatchString(s) && upper.MatchString(s) &&
		digit.MatchString(s)
}

// looksSecret is the caution of messages: it says yes more often than rawValue does.
func looksSecret(s string) bool {
	if len(findRaw(s)) > 0 || isSecretAccessKey(s) {
		return true
	}
	return slices.ContainsFunc(longWord.FindAllString(s, -1), digit.MatchString)
}

// rawFault is the refusal of a secret, with what to write in its place.
func rawFault(what string) fault {
	instead := " and write what tells people which one it is, such as the name of its variable"
	switch what {
	case "a GitHub token", fortyHex:
		instead = "; `breachwindow secrets hash` reads a GitHub token from standard input and prints " +
			"the hash to write instead"
	case fortySigns:
		instead = " and write the access key id that belongs to it (AKIA…)"
	case rawPatterns[0].what:
		instead = " and write the fingerprint, which `ssh-keygen -lf KEY.pub` prints, " +
			"or the application whose key it is"
	}
	return fault{
		"this is a secret itself (" + what + "); an inventory only names secrets",
		"take it out of the file" + instead,
	}
}

// refuseText looks through the text as it stands, so that comments and broken rows are
// covered too. It reports whether a private key is among what it found.
func (p *problems) refuseText(src *source) (privateKey bool) {
	for _, hit := range findRaw(src.text) {
		at := src.place(hit.offset)
		p.add(at, rawFault(hit.what))
		p.refused[at.line] = true
		privateKey = privateKey || hit.what == rawPatterns[0].what
	}
	return privateKey
}

// refuse adds the problem of a secret in a value that starts at a place and has so many
// lines, unless the text of those lines was refused already.
func (p *problems) refuse(at place, lines int, what string) {
	for line := at.line; line < at.line+lines; line++ {
		if p.refused[line] {
			return
		}
	}
	p.add(at, rawFault(what))
}

// RefuseSecrets looks for secrets themselves in any text that is to be handed on, by their forms
// alone. The error joins all of them, each an *Error that does not show it.
func RefuseSecrets(name string, data []byte) error {
	p := &problems{file: name}
	src, _, _ := newSource(data)
	for _, hit := range findRaw(src.text) {
		p.add(src.place(hit.offset), fault{
			"this is a secret itself (" + hit.what + "), which must not be handed on",
			"take it out of the file",
		})
	}
	return p.err()
}
