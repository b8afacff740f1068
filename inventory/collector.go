package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// collector gathers the items of all exports of one import.
type collector struct {
	opts ImportOptions
	out  Imported
	all  []*found

	names    map[string]string // the names of contexts by UUID
	listed   []listedContext   // contexts of which a list tells the name
	answered map[string]bool   // UUIDs of contexts whose variables are in an export

	noticed map[string]bool // what notices say
	told    bool            // what can be imported was said in an error

	// Of the file that is read now.
	file string
	form *ExportForm
	src  *source
	p    *problems
}

// found is an item before its id is final.
type found struct {
	Item
	where    container
	tail     string // the id's end inside the container, or the whole id where there is none
	raw      string // the id before anything was made safe: only what is equal here is the same
	uuid     string // what the vendor calls it, where the export says that
	half     bool   // the secret half of an AWS key pair, which no log shows by itself
	replaced bool   // the value that the vendor lost is not the one that the export describes
	whole    bool   // the export lists the container completely
}

type listedContext struct {
	container
	form int // the index of the list's file
}

// container is where the vendor kept an item. A context's name is only unique inside its
// organisation.
type container struct {
	kind, name  string // "context" or "project"
	id, account string // of a context, where the export says them
}

func (w container) String() string {
	name := cmp.Or(w.name, "*")
	if w.account != "" && w.kind == "context" {
		name += "@" + w.account
	}
	return w.kind + ":" + name
}

// Classes of items, as summaries name them.
const (
	contextVariable = "context variable"
	projectVariable = "project variable"
	sshKeyClass     = "SSH key"
	legacyAWS       = "legacy AWS key pair"
	projectToken    = "project token"
	runnerToken     = "runner token"
	webhookSecret   = "webhook secret"
	settingSecret   = "settings secret"
	accessKey       = "access key"
	accessKeySlot   = "unnamed access key"
	tokenHash       = "token hash"
	inventoryRow    = "inventory row"
	unreadClass     = "unreadable part"
	earlierValue    = "earlier value"
	useElsewhere    = "use outside of GitHub"
)

// classOf is the class that an id of an imported item tells.
func classOf(id string) string {
	_, rest, _ := strings.Cut(id, ":")
	switch {
	case strings.HasPrefix(id, "context:"):
		return contextVariable
	case strings.HasPrefix(id, "runner:"):
		return runnerToken
	case strings.HasPrefix(id, "aws:"):
		return accessKey
	case strings.Contains(rest, "/key:"):
		return sshKeyClass
	case strings.Contains(rest, "/token:"):
		return projectToken
	case strings.Contains(rest, "/webhook:"):
		return webhookSecret
	case strings.Contains(rest, "/setting:"):
		return settingSecret
	case strings.HasSuffix(rest, "/aws"):
		return legacyAWS
	}
	return projectVariable
}

// is notes what a file, or a document in it, was recognised as.
func (c *collector) is(form, lacks string) {
	if !slices.Contains(strings.Split(c.form.Form, "; "), form) {
		c.form.Form = strings.TrimPrefix(c.form.Form+"; "+form, "; ")
	}
	c.form.Lacks = cmp.Or(c.form.Lacks, lacks)
}

// add takes an item of the file that is read now.
func (c *collector) add(where container, tail string, it Item) *found {
	f := &found{Item: it, where: where, tail: tail}
	c.all = append(c.all, f)
	c.form.Taken = append(c.form.Taken, it.Class)
	return f
}

// unread takes a container that the exporter could not read, or not all of it.
func (c *collector) unread(where container, why string) {
	c.add(where, "*", Item{
		Kind: Other, Class: unreadClass, Unread: true,
		Notes: why + ": what is in it is not known; list it by hand",
	})
}

// safe makes a text of an export fit for an inventory: one line, and never a secret.
func safe(text string) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return '?'
		}
		return r
	}, text))
	if rawValue("", Other, text) != "" {
		return withheld
	}
	return text
}

const withheld = "(withheld: its name holds a secret)"

// finish gives every item its id and joins what is the same.
func (c *collector) finish() {
	for _, l := range c.listed {
		if !c.answered[l.id] {
			c.form = &c.out.Forms[l.form]
			c.add(l.container, "*", Item{
				Kind: Other, Class: unreadClass, Unread: true,
				Notes: "only its name was exported: import its variables, or list them by hand",
			})
		}
	}
	c.nameContexts()
	c.joinHalves()
	byID := map[string][]*found{}
	var ids []string
	for _, f := range c.all {
		f.settle()
		if f.whole {
			c.cover(f.where.String()+"/", classOf(f.ID))
		}
		if byID[f.ID] == nil {
			ids = append(ids, f.ID)
		}
		before := len(byID[f.ID])
		if byID[f.ID] = join(byID[f.ID], f); len(byID[f.ID]) == before {
			c.out.Twice++
		}
	}
	for _, id := range ids {
		for i, f := range byID[id] {
			if i > 0 { // the same place, but another secret
				f.ID = fmt.Sprintf("%s (%s)", f.ID, cmp.Or(safe(f.uuid), strconv.Itoa(i+1)))
			}
			c.out.Items = append(c.out.Items, f.Item)
		}
	}
	slices.SortFunc(c.out.Items, func(a, b Item) int { return cmp.Compare(a.ID, b.ID) })
}

// nameContexts fills in names that another export knows, and tells contexts of one name apart.
// Where the name is enough, the organisation is left out of the id.
func (c *collector) nameContexts() {
	owners := map[string][]string{} // the contexts of each name
	for _, f := range c.all {
		w := &f.where
		if w.kind != "context" {
			continue
		}
		if w.name == "" && w.id != "" {
			w.name = cmp.Or(c.names[w.id], c.opts.Context, w.id)
		}
		if owner := cmp.Or(w.id, w.account); owner != "" && !slices.Contains(owners[w.name], owner) {
			owners[w.name] = append(owners[w.name], owner)
		}
	}
	for _, f := range c.all {
		w := &f.where
		switch {
		case w.kind != "context":
		case c.opts.Org != "":
			w.account = c.opts.Org
		case len(owners[w.name]) < 2:
			w.account = ""
		default:
			w.account = cmp.Or(w.account, w.id[:min(8, len(w.id))])
		}
	}
}

// joinHalves gives the secret half of an AWS key pair the identifier of the key id beside it.
func (c *collector) joinHalves() {
	type spot struct {
		where container
		name  string
	}
	ids := map[spot]*found{}
	for _, f := range c.all {
		if f.Kind == AWSAccessKey && f.Identifier != "" && !f.half && !f.replaced {
			ids[spot{f.where, strings.ToUpper(f.Name)}] = f
		}
	}
	for _, f := range c.all {
		if !f.half || f.replaced {
			continue
		}
		for _, name := range otherHalf(f.Name) {
			if id, ok := ids[spot{f.where, name}]; ok {
				f.Identifier = id.Identifier
				f.Notes = note(f.Notes, "the secret half of "+id.Name)
				break
			}
		}
	}
}

// settle makes the texts of the item final.
func (f *found) settle() {
	whole, tail := f.where.String(), f.tail
	switch {
	case f.where.kind == "":
		f.raw, f.ID = tail, safe(tail)
	case tail == "*" && strings.HasSuffix("*"+f.where.name, "*"):
		f.raw, f.ID = whole, safe(whole)
	default:
		f.raw, f.ID = whole+"/"+tail, safe(safe(whole)+"/"+safe(tail))
	}
	if f.where.kind != "" {
		f.StoredIn = safe(whole)
	}
	f.Name, f.Owner, f.Notes = safe(f.Name), safe(f.Owner), safe(f.Notes)
}

// join adds an item to those of its id, or completes the one that is the same secret.
func join(list []*found, f *found) []*found {
	for _, other := range list {
		if other.raw == f.raw && other.uuid == f.uuid && other.Kind == f.Kind &&
			agree(other.Identifier, f.Identifier) && agree(other.CreatedAt, f.CreatedAt) {
			other.Identifier = cmp.Or(other.Identifier, f.Identifier)
			other.CreatedAt = cmp.Or(other.CreatedAt, f.CreatedAt)
			other.Account = cmp.Or(other.Account, f.Account)
			return list
		}
	}
	return append(list, f)
}

func agree(a, b string) bool { return a == "" || b == "" || a == b }

// note appends a sentence to notes.
func note(notes, more string) string {
	if notes == "" {
		return more
	}
	return notes + "; " + more
}
