package inventory

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"breachwindow/credential"
)

// textLine is a line that says something.
type textLine struct {
	text string
	line int
}

// text recognises an export that is not JSON and takes its items. It reports whether it is an
// inventory of our own.
func (c *collector) text() (own bool) {
	if c.ownText() {
		c.inventory()
		return true
	}
	if c.credentialReport() {
		return false
	}
	if rows, ok := c.readTable("context", "environment_variable"); ok {
		c.auditContextsCSV(rows)
		return false
	}
	c.decodeMail()
	var lines []textLine
	for i, l := range strings.Split(c.src.text, "\n") {
		if l = strings.TrimSpace(l); l != "" && l[0] != '#' {
			lines = append(lines, textLine{l, i + 1})
		}
	}
	switch {
	case c.hashList(lines):
	case c.auditList(lines):
	case c.keyText(lines):
	default:
		c.unknown(place{line: 1}, fmt.Sprintf("a text (lines: %d) without token hashes or AWS access "+
			"key ids", len(lines)))
	}
	return false
}

// ownText reports whether Read's form of CSV or YAML is in hand.
func (c *collector) ownText() bool {
	line := firstLine(c.src.text)
	if yamlStart.MatchString(strings.TrimSpace(line)) {
		return ownYAML.MatchString(c.src.text)
	}
	names := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(",;\t", r) })
	id, kind := false, false
	for _, name := range names {
		name = fold(strings.Trim(name, "\" "))
		id, kind = id || name == "id", kind || name == "kind"
	}
	return id && kind
}

var ownYAML = regexp.MustCompile(`(?m)^[ \t]*(?:-[ \t]+)?["']?kind["']?[ \t]*:`)

// inventory takes an inventory of our own, with what people wrote into it.
func (c *collector) inventory() {
	c.is("inventory of breachwindow", "")
	p := &problems{file: c.file, refused: map[int]bool{}}
	defer func() { c.p.list = append(c.p.list, p.list...) }()
	if p.refuseText(c.src) {
		return
	}
	var all []Secret
	for _, r := range readRows(c.src, p) {
		s, ok := newSecret(r, p)
		if !ok {
			continue
		}
		it := Item{
			Kind: s.Kind, Identifier: s.Identifier, Name: s.Name, Class: inventoryRow,
			StoredIn: s.StoredIn, Owner: s.Owner, Notes: s.Notes,
		}
		for _, cell := range r.cells {
			switch fold(cell.column) {
			case "created_at":
				it.CreatedAt = cell.value
			case "rotated_at":
				it.RotatedAt = cell.value
			case "account":
				it.Account = cell.value
			}
		}
		for column := range s.Extra {
			if fold(column) != "account" {
				c.notice("%s: the column %s was not taken", c.file, echo(column))
			}
		}
		c.add(container{}, s.ID, it)
		all = append(all, s)
	}
	p.duplicates(all)
}

// hashList takes a list of token hashes, each with a label behind it or not. In such a list a
// line that is no hash is an error: it may be a token that nobody would look for then.
func (c *collector) hashList(lines []textLine) bool {
	if len(lines) > 0 && hashHeader.MatchString(lines[0].text) {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return false
	}
	if _, _, ok := hashLine(lines[0].text); !ok {
		return false
	}
	c.is("list of token hashes", "")
	for _, l := range lines {
		hash, label, ok := hashLine(l.text)
		if hits := findRaw(l.text); len(hits) > 0 {
			// With a few characters before it a token has the length of a hash.
			c.p.add(place{line: l.line}, rawFault(hits[0].what))
			continue
		}
		if !ok {
			c.p.add(place{line: l.line}, fault{
				"not the SHA-256 of a token: it does not hold 32 bytes",
				"write the hash, which `breachwindow secrets hash` prints, or take the line out",
			})
			continue
		}
		if strings.HasPrefix(l.text, "SHA256:") {
			c.p.add(place{line: l.line}, fault{
				"this may be the fingerprint of an SSH key or the hash of a token",
				"take SHA256: away if it is a token's; list a key as ssh-key in an inventory",
			})
			continue
		}
		sum, _ := base64.StdEncoding.DecodeString(hash)
		if strings.HasPrefix(hash, "+") { // a spreadsheet would take it for a formula
			hash = hex.EncodeToString(sum)
		}
		c.add(container{}, "token-"+hex.EncodeToString(sum[:4]), Item{
			Kind: GitHubToken, Identifier: hash, Name: label, Class: tokenHash, Bare: true,
		})
	}
	return true
}

var hashHeader = regexp.MustCompile(`(?i)^"?(?:hashed_token|token_hash|hash|sha-?256)\b[^:]*$`)

// hashLine reads a hash and the label behind it.
func hashLine(text string) (hash, label string, ok bool) {
	word, label := text, ""
	if i := strings.IndexAny(text, ",;\t "); i >= 0 {
		word, label = text[:i], strings.Trim(text[i+1:], "\"' ,;\t")
	}
	hash, ok = credential.TokenHash(word)
	return hash, label, ok
}
