package inventory

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// What CircleCI-Env-Inspector and circleci-migrate never ask CircleCI for.
const (
	inspectorLacks = "project, personal and runner API tokens, OAuth grants, webhook secrets, " +
		"what was deleted or replaced before the export"
	firstInspectorLacks = "SSH keys, legacy AWS key pairs, " + inspectorLacks
	manifestLacks       = "additional SSH keys, legacy AWS key pairs, " + inspectorLacks
)

// inspectorV2 reads {user, accounts: [{name, vcstype, contexts, projects, errors}]}.
func (c *collector) inspectorV2(n node) {
	accounts, ok := n.key("accounts").list()
	form := "CircleCI-Env-Inspector 2.0"
	for _, a := range accounts {
		projects, _ := a.key("projects").list()
		if slices.ContainsFunc(projects, func(p node) bool { return p.has("project_env_vars") }) {
			form = "CircleCI-Env-Inspector 2.1 or later"
		}
	}
	c.is(form, inspectorLacks)
	if !ok || len(accounts) == 0 {
		why := "the export has no list of accounts"
		if ok {
			why = "the export lists no account: the token that it was made with may have seen none"
		}
		c.unread(container{kind: "context"}, why)
		c.unread(container{kind: "project"}, why)
	}
	for _, a := range accounts {
		c.account(a, a.text("name"), true)
	}
}

// inspectorV1 reads [{"ACCOUNT": {contexts, projects, unavailable}}]. That version wrote an
// account which it could not open as an empty one.
func (c *collector) inspectorV1(list []node) {
	c.is("CircleCI-Env-Inspector 1", inspectorLacks)
	for _, entry := range list {
		names, _ := entry.object()
		for _, name := range names {
			a := entry.key(name)
			if a.emptyAccount() {
				why := "account " + name + " is empty in the export, as one is that could not be opened"
				c.unread(container{kind: "context", name: "*", account: name}, why)
				c.unread(container{kind: "project", name: name + "/*"}, why)
				continue
			}
			c.account(a, name, true)
		}
	}
}

func (n node) emptyAccount() bool {
	for _, name := range []string{"contexts", "projects", "unavailable"} {
		if list, ok := n.key(name).list(); !ok || len(list) > 0 {
			return false
		}
	}
	return true
}

// inspectorV0 reads {contexts, projects, unavailable} of one account, which is not named.
func (c *collector) inspectorV0(n node) {
	c.is("CircleCI-Env-Inspector 0", firstInspectorLacks)
	c.account(n, "", false)
}

// manifest reads circleci-migrate's {schema_version, source, contexts, projects, warnings}.
func (c *collector) manifest(n node) {
	c.is("circleci-migrate manifest", manifestLacks)
	c.account(n, n.key("source").key("org").text("name", "slug"), true)
	warnings, _ := n.key("warnings").list()
	for _, w := range warnings {
		// That values cannot be exported is so for every context.
		if code := w.text("code"); code != "context_value_unavailable" {
			c.notice("%s: the exporter warns about %s: %s", c.file, echo(w.text("scope")),
				echo(code))
		}
	}
}

// account takes what an account holds. keys says whether the form lists SSH keys at all.
func (c *collector) account(n node, name string, keys bool) {
	c.out.accounts = append(c.out.accounts, name, c.opts.Org)
	classes := []string{projectVariable}
	if keys {
		classes = append(classes, sshKeyClass, legacyAWS)
	}
	all := container{kind: "context", name: "*", account: name}
	contexts, ok := n.key("contexts").list()
	if !ok {
		c.unread(all, "the export has no list of contexts")
	}
	for _, x := range contexts {
		c.contextOf(x, name)
	}
	c.cover("context:", contextVariable)
	where := container{kind: "project", name: strings.TrimPrefix(name+"/*", "/")}
	projects, ok := n.key("projects").list()
	if !ok {
		c.unread(where, "the export has no list of projects")
	}
	for _, x := range projects {
		slug := slugOf(x, name)
		c.projectOf(x, slug, keys)
		if i := strings.LastIndex(slug, "/"); i > 0 {
			c.cover("project:"+slug[:i+1], classes...)
		}
	}
	missing, _ := n.key("unavailable").list()
	for _, x := range missing {
		slug, _ := x.value.(string)
		if slug == "" {
			slug = x.text("slug", "name")
		}
		c.unread(container{kind: "project", name: within(slug, name)}, "the exporter could not open it")
	}
	c.failures(n.key("errors"), name)
}

// contextOf takes a context and its variables.
func (c *collector) contextOf(n node, account string) {
	where := container{
		kind: "context", name: n.text("name"), id: n.text("id", "source_id"), account: account,
	}
	if where.name == "" && where.id == "" {
		where.name = "*"
		c.unread(where, "an entry of the list of contexts is no context")
		return
	}
	c.answered[where.id] = true
	c.variables(n.key("variables", "environment_variables"), where, contextVariable)
}

// variables takes a list of variables. A missing list, and an entry that tells of an error
// instead of a variable, are contents that nobody knows.
func (c *collector) variables(n node, where container, class string) {
	list, ok := n.list()
	if !ok {
		c.unread(where, "the export has no list of its variables")
		return
	}
	for _, v := range list {
		name := v.text("variable", "name")
		if name == "" || v.failed() || strings.HasPrefix(name, "ERROR") && strings.Contains(name, ":") {
			c.unread(where, "the exporter could not read its variables"+status(v))
			continue
		}
		c.variable(where, variable{
			class: class, name: name,
			value:   v.text("value", "truncated_value", "masked_value"),
			created: v.text("created_at", "created-at"),
			updated: v.text("updated_at", "updated-at"),
		})
	}
}

// failed reports whether the exporter wrote an error in the place of an item.
func (n node) failed() bool {
	return n.text("context_id") == "error" || n.key("error").value != nil
}

// projectOf takes a project: its variables, its keys, its legacy AWS key pair.
func (c *collector) projectOf(n node, slug string, keys bool) {
	where := container{kind: "project", name: cmp.Or(slug, "*")}
	if slug == "" {
		c.unread(where, "an entry of the list of projects is no project")
		return
	}
	c.variables(n.key("project_env_vars", "variables", "environment_variables"), where,
		projectVariable)
	if keys {
		for _, name := range []string{"checkout_keys", "keys", "project_keys", "ssh_keys"} {
			if n.has(name) {
				c.keys(n.key(name), where, name == "ssh_keys")
			}
		}
		c.awsPair(n.key("legacy_aws_keys", "legacyAWSKeys"), where)
	}
	hooks, _ := n.key("webhooks").list()
	for _, h := range hooks {
		c.webhook(h, where)
	}
	if errs := n.key("errors"); errs.value != nil {
		list, ok := errs.list()
		if !ok || len(list) > 0 {
			c.unread(where, "the exporter could not read all of it"+status(append(list, errs)[0]))
		}
	}
}

// awsPair takes the key pair that CircleCI kept in a project's settings before it had contexts.
func (c *collector) awsPair(n node, where container) {
	id, secret := n.text("access_key_id"), n.text("secret_access_key")
	if id == "" && secret == "" {
		return
	}
	it := Item{Kind: AWSAccessKey, Name: "access_key_id", Class: legacyAWS}
	if read, bad := awsAccessKey(id); bad == nil {
		it.Identifier = read.text
	} else {
		it.Notes = "its access key id could not be read"
	}
	c.add(where, "aws", it)
}

// failures takes the exporter's own list of what it could not read.
func (c *collector) failures(n node, account string) {
	list, ok := n.list()
	if !ok && n.value != nil {
		list = []node{n}
	}
	for _, e := range list {
		why := "the exporter could not read it" + status(e)
		switch {
		case e.text("projectSlug") != "":
			c.unread(container{kind: "project", name: projectSlug(e.text("projectSlug"))}, why)
		case e.text("contextName") != "":
			c.unread(container{kind: "context", name: e.text("contextName"), account: account}, why)
		case e.has("contextName"):
			c.unread(container{kind: "context", name: "*", account: account}, why)
		default:
			c.unread(container{kind: "context", name: "*", account: account}, why)
			c.unread(container{kind: "project", name: strings.TrimPrefix(account+"/*", "/")}, why)
		}
	}
}

var statusShape = regexp.MustCompile(`^[1-5][0-9][0-9]$`)

// status is the HTTP status of an exporter's error; its message may hold anything.
func status(n node) string {
	for _, at := range []node{n, n.key("error")} {
		if s := number(at.key("status").value); statusShape.MatchString(s) {
			return ", HTTP status " + s
		}
	}
	return ""
}

var slugHead = regexp.MustCompile(`^(?:github|bitbucket)/`)

// projectSlug is a project as API v2 writes it: gh/ORG/REPO, bb/ORG/REPO, circleci/UUID/UUID.
func projectSlug(s string) string {
	s = strings.Trim(strings.TrimPrefix(strings.TrimSpace(s), "project:"), "/")
	return slugHead.ReplaceAllStringFunc(s, func(head string) string {
		if head == "github/" {
			return "gh/"
		}
		return "bb/"
	})
}

var projectURL = regexp.MustCompile(`/(?:gh|bb|github|bitbucket)/[^/?#\s]+/[^/?#\s]+`)

// slugOf is the project that an entry is about: its slug, else what its address says, else its
// name inside the account.
func slugOf(n node, account string) string {
	if slug := n.text("slug"); slug != "" {
		return projectSlug(slug)
	}
	if slug := projectURL.FindString(n.text("url")); slug != "" {
		return projectSlug(slug)
	}
	return within(n.text("name"), account)
}

// within puts an account before a repository that has none.
func within(name, account string) string {
	if name == "" || account == "" || strings.Contains(name, "/") {
		return projectSlug(name)
	}
	return projectSlug(account + "/" + name)
}
