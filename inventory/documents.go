package inventory

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// documents takes the JSON texts of a file: one, or several after one another as pages of an
// answer are saved. It reports whether the file is an inventory of our own.
func (c *collector) documents() (own bool) {
	dec := json.NewDecoder(strings.NewReader(c.src.text))
	dec.UseNumber()
	for count := 0; ; count++ {
		var value any
		err := dec.Decode(&value)
		switch {
		case errors.Is(err, io.EOF):
			return false
		case err != nil && count == 0 && c.literal():
			return false
		case err != nil:
			at := place{line: 1}
			if bad := (*json.SyntaxError)(nil); errors.As(err, &bad) {
				at = c.src.place(int(bad.Offset) - 1)
			} else if errors.Is(err, io.ErrUnexpectedEOF) {
				at = c.src.place(len(c.src.text))
			}
			c.p.add(at, fault{"the text is not JSON from here on", "export it again"})
			return false
		}
		n := node{value: value}
		if count == 0 && n.ownInventory() {
			c.inventory()
			return true
		}
		c.document(n)
	}
}

var literalStart = regexp.MustCompile(`^\s*(?:\[\s*)?\{\s*[A-Za-z_']`)

// literal takes what the first CircleCI-Env-Inspector printed on the terminal: an object as
// JavaScript writes it, which YAML's flow style reads too.
func (c *collector) literal() bool {
	if !literalStart.MatchString(c.src.text) || deep(c.src.text) ||
		deepSequence.MatchString(c.src.text) {
		return false
	}
	var value any
	if yaml.Unmarshal([]byte(c.src.text), &value) != nil {
		return false
	}
	if n := (node{value: value}); n.has("contexts") {
		c.inspectorV0(n)
		c.form.Form += ", as printed on the terminal"
		return true
	}
	return false
}

// ownInventory reports whether Read's form of JSON is in hand.
func (n node) ownInventory() bool {
	list, ok := n.list()
	if !ok {
		list, ok = n.key("secrets").list()
	}
	return ok && every(list, "id", "kind")
}

// document recognises one JSON value and takes its items.
func (c *collector) document(n node) {
	if list, ok := n.list(); ok {
		c.array(n, list)
		return
	}
	switch {
	case n.has("accounts"):
		c.inspectorV2(n)
	case n.has("schema_version", "source"):
		c.manifest(n)
	case n.has("contexts") && (n.has("projects") || n.has("unavailable")):
		c.inspectorV0(n)
	case n.has("AccessKeyMetadata"):
		list, ok := n.key("AccessKeyMetadata").list()
		c.accessKeys(list, ok)
	case n.has("Content", "ReportFormat"):
		c.encodedReport(n)
	case n.has("items"):
		c.answer(n)
	case n.has("feature_flags") || n.has("ssh_keys", "aws"):
		c.settings(n)
	case n.auditContexts():
		c.auditContextsJSON(n)
	case n.has("message"):
		c.failedAnswer(n)
	default:
		c.unknown(place{}, n.describe())
	}
}

// array recognises a JSON array by its elements.
func (c *collector) array(n node, list []node) {
	switch {
	case len(list) > 0 && !slices.ContainsFunc(list, func(x node) bool { return !x.namedAccounts() }):
		c.inspectorV1(list)
	case every(list, "AccessKeyId"):
		c.accessKeys(list, true)
	case every(list, "label", "scope"):
		c.projectTokens(list)
	case every(list, "fingerprint", "type"):
		c.ofProject("CircleCI API, checkout keys", func(where container) {
			c.keys(n, where, false)
			c.cover(where.String()+"/", sshKeyClass)
		})
	default:
		c.unknown(place{}, n.describe())
	}
}

// namedAccounts reports whether an object holds accounts by their name, as the first versions of
// CircleCI-Env-Inspector wrote them.
func (n node) namedAccounts() bool {
	names, ok := n.object()
	return ok && len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool {
		return !n.key(name).has("contexts") && !n.key(name).has("projects")
	})
}

// encodedReport takes what `aws iam get-credential-report` prints: the report in base64.
func (c *collector) encodedReport(n node) {
	report, err := base64.StdEncoding.DecodeString(n.text("Content"))
	if err != nil {
		c.p.add(place{}, fault{"a credential report whose Content is not base64", "export it again"})
		return
	}
	src, at, bad := newSource(report)
	if bad != nil {
		c.p.add(at, *bad)
		return
	}
	outer := c.src
	c.src = src
	if !c.credentialReport() {
		c.unknown(place{}, "an answer of IAM whose Content is no credential report")
	}
	c.src = outer
}

// number is a number, or a text that holds one, as it was written.
func number(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}
