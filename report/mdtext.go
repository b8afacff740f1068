package report

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Markdown has more than one reader: CommonMark's escapes keep a text from becoming emphasis, a
// link or a table, but GitHub, GitLab and Jira look once more through what was rendered, for
// @people, #12, PROJ-12, a commit's hash or an address, and a backslash does not stop them. Nothing
// of that is looked for in code. So a word is either plain, of letters that mean nothing to any of
// them, or it stands in backticks as it was: it can be read, searched and copied, which it could
// not with an invisible character in it.

// prose writes a sentence: what could mean something in Markdown, or to who reads it, becomes code.
func prose(s string) string {
	words := strings.Fields(Clean(s))
	var out []string
	for i := 0; i < len(words); i++ {
		if n := commandAt(words[i:]); n > 0 {
			command := strings.Join(words[i:i+n], " ")
			bare := strings.TrimRight(command, ".,;:)")
			out = append(out, code(bare)+command[len(bare):])
			i += n - 1
			continue
		}
		out = append(out, word(words[i]))
	}
	return strings.Join(out, " ")
}

// commands are what the steps of a secret name for the shell, and the first words after them.
var commands = map[string]*regexp.Regexp{
	"aws":          regexp.MustCompile(`^(iam|cloudtrail)$`),
	"gh":           regexp.MustCompile(`^api$`),
	"circleci":     regexp.MustCompile(`^runner$`),
	"breachwindow": regexp.MustCompile(`^[a-z]+\b`),
}

// commandAt returns how many words a command has that begins there, 0 if none does. It ends with
// its clause.
func commandAt(words []string) int {
	if len(words) < 2 || commands[words[0]] == nil || !commands[words[0]].MatchString(words[1]) {
		return 0
	}
	for i, w := range words {
		if w[0] == '(' {
			return i
		}
		if strings.ContainsAny(w[len(w)-1:], ".,;:)") {
			return i + 1
		}
	}
	return len(words)
}

// word writes a word of a sentence, with the punctuation around it.
func word(w string) string {
	core := strings.TrimLeft(w, `([{"'`)
	before := w[:len(w)-len(core)]
	core = strings.TrimRight(core, `.,;:!?)]}"'`)
	after := w[len(before)+len(core):]
	if core != "" && !isOrdinary(core) {
		return escaped.Replace(before) + code(core) + escaped.Replace(after)
	}
	if core != "" && strings.Trim(core, "0123456789") == "" { // 1. and 1) would begin a list
		after = listMark.ReplaceAllString(after, `\$0`)
	}
	return escaped.Replace(before) + core + escaped.Replace(after)
}

var (
	escaped  = strings.NewReplacer("[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`)
	listMark = regexp.MustCompile(`^[.)]`)

	moment    = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}|\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)$`)
	keyID     = regexp.MustCompile(`^[A-Z0-9]{12,}$`)
	reference = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]*-\d|^[0-9a-fA-F]{7,}$`)
)

// isOrdinary says whether a word means nothing but itself to any reader of Markdown: a date, or
// letters with hyphens and commas between them that are no hash, no ticket and no id.
func isOrdinary(w string) bool {
	if moment.MatchString(w) {
		return true
	}
	letters, digits := 0, 0
	for i, r := range w {
		switch {
		case unicode.IsDigit(r):
			digits++
		case r >= utf8.RuneSelf || unicode.IsLetter(r):
			letters++
		case strings.ContainsRune("-',", r) && i > 0 && i < len(w)-1:
		default:
			return false
		}
	}
	return !reference.MatchString(w) && !keyID.MatchString(w) && (letters == 0 || digits == 0 || len(w) < 6)
}

// code writes a text as code that it cannot break out of: its fence is longer than any in it. A
// pipe would end the cell of a table even there, so it stands between two pieces of code, escaped.
func code(s string) string {
	s = Clean(s)
	if s == "" {
		return ""
	}
	pieces := strings.Split(s, "|")
	for i, piece := range pieces {
		pieces[i] = codeSpan(piece)
	}
	return strings.Join(pieces, `\|`)
}

func codeSpan(s string) string {
	if s == "" {
		return ""
	}
	longest, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	space := strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") && strings.Trim(s, " ") != ""
	if space || s[0] == '`' || s[len(s)-1] == '`' { // one space at both ends is taken away again
		s = " " + s + " "
	}
	return fence + s + fence
}

// shorten cuts a text after some characters.
func shorten(s string, n int) string {
	runes := 0
	for i := range s { // what is cut away need not be cleaned, which never makes a text shorter
		if runes++; runes > n+1 {
			s = s[:i]
			break
		}
	}
	cleaned := Clean(s)
	if utf8.RuneCountInString(cleaned) <= n {
		return cleaned
	}
	return string([]rune(cleaned)[:n]) + "…"
}
