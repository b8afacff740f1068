package inventory

import (
	"strings"
	"unicode"
)

// SecretIn names the secret that a text of people's has in it, or returns "". Beside what its form
// tells, it takes a word of forty random characters for an AWS secret access key and one of forty
// hexadecimal digits for a token: whoever writes a commit can shorten it.
func SecretIn(text string) (what string) {
	if hits := findRaw(text); len(hits) > 0 {
		return hits[0].what
	}
	isBreak := func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'`,;:=()[]{}<>|", r)
	}
	for _, word := range strings.FieldsFunc(text, isBreak) {
		word = strings.TrimRight(word, ".!?")
		switch {
		case isSecretAccessKey(word):
			return "an AWS secret access key"
		case hexOf20.MatchString(word):
			return "a token of 40 hexadecimal digits"
		}
	}
	return ""
}
