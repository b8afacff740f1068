package inventory

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Export is a file that another tool wrote about what the vendor holds.
type Export struct {
	Name string
	Data []byte
}

// ImportOptions are what exports do not say themselves.
type ImportOptions struct {
	// Starts and CreatedBefore are the incident's. They decide which value of a variable the
	// vendor lost when the export says when the present one was stored; nil is not known.
	Starts, CreatedBefore *time.Time
	// Org tells contexts of one name apart, when they are imported from several organisations.
	Org string
	// Project and Context are what an answer of the CircleCI API is about.
	Project, Context string
}

// Item is a secret of an export, with the texts that its row in an inventory has.
type Item struct {
	ID         string
	Kind       Kind
	Identifier string
	Name       string
	StoredIn   string
	CreatedAt  string
	RotatedAt  string
	Owner      string
	Notes      string
	Account    string

	Class  string // what it is in the words of the export: context variable, SSH key …
	Unread bool   // the exporter could not read it: what is in it is not known
	// Bare is true when only the identifier is known, so that a row with the same identifier
	// under another id is the same secret.
	Bare bool
}

// Short is the identifier for people, as Secret.Short gives it.
func (it Item) Short() string {
	id, bad := identify(it.Kind, it.Identifier, it.StoredIn)
	if bad != nil {
		return ""
	}
	return Secret{Kind: it.Kind, Identifier: id.text}.Short()
}

// ExportForm says what a file was recognised as and what was taken from it.
type ExportForm struct {
	Name, Form string
	Taken      []string // the class of each item, in the order of the file
	Lacks      string   // what files of this form never list
}

// Imported is what a set of exports holds. As many items were taken as are there, and Twice.
type Imported struct {
	Items   []Item // by id
	Forms   []ExportForm
	Twice   int      // how many of what was taken were in the exports before
	Notices []string // what was not taken, or may be understood otherwise

	covers   []scope
	accounts []string // organisations whose contexts are listed, where the exports name them
}

// scope is a part of the inventory's ids that an export lists completely.
type scope struct {
	prefix  string
	classes []string
}

// Import reads exports. They are recognised by content; the name is only for messages. An
// item that the exporter could not read becomes a secret of unknown content. Values of
// secrets are not kept, and no error or notice shows any. With an error there are no items:
// a list that lacks some clears the rest wrongly.
func Import(exports []Export, o ImportOptions) (*Imported, error) {
	c := &collector{opts: o, names: map[string]string{}, answered: map[string]bool{}}
	c.noticed = map[string]bool{}
	c.opts.Project = projectSlug(o.Project)
	var errs []error
	for _, e := range exports {
		errs = append(errs, c.read(e))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.finish()
	return &c.out, nil
}

// forms is the table of what is recognised, for the error about what is not.
func forms() []string {
	return []string{
		"CircleCI-Env-Inspector's circleci-data.json (all versions)",
		"circleci-audit's contexts-ORG.csv and JSON, or its list of variables and keys",
		"circleci-migrate's manifest.json",
		"answers of the CircleCI API: contexts, environment variables, checkout keys, tokens, " +
			"settings, webhooks, runner tokens",
		"the IAM credential report",
		"aws iam list-access-keys",
		"a list of token hashes, one a line",
		"a text with AWS access key ids, such as the mail from AWS",
		"an inventory of breachwindow in CSV, YAML or JSON",
	}
}

// read recognises one export and takes its items.
func (c *collector) read(e Export) error {
	p := &problems{file: e.Name, refused: map[int]bool{}}
	src, at, bad := newSource(e.Data)
	if bad != nil {
		p.add(at, *bad)
		return p.err()
	}
	c.file, c.src, c.p = e.Name, src, p
	c.out.Forms = append(c.out.Forms, ExportForm{Name: e.Name})
	c.form = &c.out.Forms[len(c.out.Forms)-1]
	start := strings.TrimLeft(src.text, " \t\r\n")
	own := false
	switch {
	case start == "":
		p.add(place{}, fault{"an empty file", "export it again"})
	case start[0] == '{' || start[0] == '[':
		own = c.documents()
	default:
		own = c.text()
	}
	if !own {
		// Read refuses a secret in an inventory, with its place; here it is only not taken.
		c.rawNotices()
	}
	return p.err()
}

// unknown is the error about a form that nobody knows.
func (c *collector) unknown(at place, saw string) {
	hint := "what can be imported: " + strings.Join(forms(), "; ")
	if c.told {
		hint = "what can be imported is said above"
	}
	c.told = true
	c.p.add(at, fault{"an export in a form that is not known: it is " + saw, hint})
}

// rawNotices tells of secrets themselves in the file. They are not taken, but the file is now
// one more place where they are.
func (c *collector) rawNotices() {
	hits := findRaw(c.src.text)
	for _, word := range wordShape.FindAllStringIndex(c.src.text, -1) {
		if isSecretAccessKey(c.src.text[word[0]:word[1]]) {
			hits = append(hits, rawHit{"an AWS secret access key", word[0]})
		}
	}
	slices.SortStableFunc(hits, func(a, b rawHit) int { return a.offset - b.offset })
	for i, h := range hits {
		if i == shownHits {
			c.notice("%s: %d more secrets are in this file", c.file, len(hits)-i)
			break
		}
		at := c.src.place(h.offset)
		c.notice("%s:%d:%d: a secret itself is in this file (%s): it was not taken; "+
			"delete the file when you are done", c.file, at.line, at.column, h.what)
	}
}

const shownHits = 10

var wordShape = regexp.MustCompile(`[0-9A-Za-z/+]+`)

func (c *collector) notice(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !c.noticed[text] {
		c.noticed[text] = true
		c.out.Notices = append(c.out.Notices, text)
	}
}

// cover says that the export lists all items of some classes whose ids start so.
func (c *collector) cover(prefix string, classes ...string) {
	s := scope{prefix, classes}
	if !slices.ContainsFunc(c.out.covers, func(x scope) bool {
		return x.prefix == prefix && slices.Equal(x.classes, classes)
	}) {
		c.out.covers = append(c.out.covers, s)
	}
}

// lists reports whether the exports would list the secret of this id if it were still there.
func (i *Imported) lists(id string) bool {
	if where, _, _ := strings.Cut(id, "/"); strings.HasPrefix(where, "context:") {
		_, org, qualified := strings.Cut(where, "@")
		if qualified && !slices.Contains(i.accounts, org) {
			return false
		}
	}
	return slices.ContainsFunc(i.covers, func(s scope) bool {
		return strings.HasPrefix(id, s.prefix) && slices.Contains(s.classes, classOf(id))
	})
}
