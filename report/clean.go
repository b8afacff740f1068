package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one letter may carry. Living scripts need no more;
// towers of them climb over the lines above.
const maxMarks = 6

// Clean makes text from a log harmless for a terminal. What steers a terminal, hides, reorders
// or breaks a line becomes a visible escape: \n, \x1b, \u202e, \U000e0041, and \xff for a byte
// that is no UTF-8. All other text, CJK and emoji included, stays as it is. Clean is idempotent;
// a backslash that was in the text is kept, so an escape shows what a log holds but does not
// prove it: the raw record does.
func Clean(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	c := cleaner{prev: noRune}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
			c.prev, c.marks = noRune, 0
		case c.keeps(r, s[i+n:]):
			b.WriteRune(r)
			c.prev = r
		default:
			b.WriteString(escape(r))
			c.prev, c.marks = noRune, 0
		}
		i += n
	}
	return b.String()
}

// isPlain is the short way for printable ASCII, which most text is.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

const (
	noRune  rune = -1
	joiner  rune = 0x200d // joins emoji: a family, a profession
	keycap  rune = 0x20e3
	vsText  rune = 0xfe0e // the sign before it as text
	vsEmoji rune = 0xfe0f // the sign before it as an emoji
)

// cleaner knows what was kept just before: marks and joiners are harmless only in their place.
type cleaner struct {
	prev  rune // noRune at the start and after an escape
	marks int  // combining marks since the last letter
}

func (c *cleaner) keeps(r rune, rest string) bool {
	switch {
	case r == joiner:
		next := first(rest)
		return (isPictograph(c.prev) || c.prev == vsEmoji || isSkinTone(c.prev)) && isPictograph(next)
	case unicode.Is(unicode.Variation_Selector, r):
		return c.takesSelector(r, rest)
	case unicode.Is(unicode.M, r):
		c.marks++
		return c.prev != noRune && c.prev != joiner && !unicode.IsSpace(c.prev) &&
			c.marks <= maxMarks && !isHidden(r)
	}
	c.marks = 0
	return !isHidden(r)
}

// takesSelector says whether a variation selector means something after the last rune. Anywhere
// else it is an invisible letter in which a text can be smuggled.
func (c *cleaner) takesSelector(r rune, rest string) bool {
	if r == vsText || r == vsEmoji {
		isKey := strings.ContainsRune("0123456789#*", c.prev) && first(rest) == keycap
		return isKey || isPictograph(c.prev)
	}
	return unicode.In(c.prev, unicode.Han, unicode.Mongolian) &&
		!unicode.Is(unicode.Variation_Selector, c.prev)
}

// first returns the first rune of a text, noRune if there is none.
func first(s string) rune {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n <= 1 {
		return noRune
	}
	return r
}

// isPictograph says whether a rune can be an emoji.
func isPictograph(r rune) bool {
	switch r {
	case 0x203c, 0x2049, 0x2139, 0x2194, 0x3030, 0x303d: // signs of other classes
		return true
	}
	return unicode.Is(unicode.So, r) && !isHidden(r)
}

func isSkinTone(r rune) bool { return 0x1f3fb <= r && r <= 0x1f3ff }

// isHidden says whether a rune steers the terminal or cannot be seen, wherever it stands.
func isHidden(r rune) bool {
	if unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
		return false // Cf, but drawn: the Arabic number sign
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs,
		unicode.Noncharacter_Code_Point, unicode.Other_Default_Ignorable_Code_Point) ||
		r == 0x2800 // the empty Braille cell
}

func escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}
