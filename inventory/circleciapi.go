package inventory

import (
	"cmp"
	"strings"
)

// answer takes a list of CircleCI's API v2: {items: […], next_page_token}.
func (c *collector) answer(n node) {
	list, ok := n.key("items").list()
	if token := n.text("next_page_token"); token != "" {
		c.notice("%s: the list goes on (next_page_token): import its next page too", c.file)
	}
	switch {
	case !ok:
		c.failedAnswer(n)
	case len(list) == 0:
		c.is("CircleCI API, an answer without items", "")
	case every(list, "variable"):
		c.contextVariables(list)
	case every(list, "resource_class", "nickname"):
		c.runnerTokens(list)
	case every(list, "signing-secret") || every(list, "url", "events"):
		c.webhooks(list)
	case every(list, "fingerprint"):
		c.ofProject("CircleCI API, checkout keys", func(where container) {
			c.keys(n.key("items"), where, false)
			c.cover(where.String()+"/", sshKeyClass)
		})
	case every(list, "name", "value"):
		c.ofProject("CircleCI API, environment variables of a project", func(where container) {
			c.variables(n.key("items"), where, projectVariable)
			c.cover(where.String()+"/", projectVariable)
		})
	case every(list, "id", "name", "created_at"):
		c.contextList(list)
	default:
		c.unknown(place{}, "an answer of an API whose items are not known: "+list[0].shallow())
	}
}

// ofProject takes an answer that does not say which project it is about.
func (c *collector) ofProject(form string, take func(container)) {
	c.is(form, "")
	if c.opts.Project == "" {
		c.p.add(place{}, fault{
			form + ": the answer does not say of which project",
			"name it with --project gh/ORG/REPO, and import the answers of each project by themselves",
		})
		return
	}
	take(container{kind: "project", name: c.opts.Project})
}

// failedAnswer takes an answer that reports a failure: what it should have listed is not known.
func (c *collector) failedAnswer(n node) {
	c.is("CircleCI API, an answer that reports a failure", "")
	const why = "the API did not answer"
	switch {
	case c.opts.Project != "":
		c.unread(container{kind: "project", name: c.opts.Project}, why+status(n))
	case c.opts.Context != "":
		c.unread(container{kind: "context", name: c.opts.Context}, why+status(n))
	default:
		c.p.add(place{}, fault{
			"an answer that reports a failure, of what it does not say",
			"ask again, or name what it is about with --project or --context to list it as unread",
		})
	}
}

// contextList takes the names of contexts. What is in them is another answer.
func (c *collector) contextList(list []node) {
	c.is("CircleCI API, contexts", "")
	for _, n := range list {
		w := container{kind: "context", name: n.text("name"), id: n.text("id"), account: c.opts.Org}
		if w.name == "" && w.id == "" {
			c.unread(container{kind: "context", name: "*"}, "an entry of the list of contexts is no context")
			continue
		}
		c.names[w.id] = w.name
		c.listed = append(c.listed, listedContext{w, len(c.out.Forms) - 1})
	}
}

// contextVariables takes variables, which name their context by its UUID only.
func (c *collector) contextVariables(list []node) {
	c.is("CircleCI API, environment variables of a context", "")
	for _, n := range list {
		where := container{kind: "context", id: n.text("context_id")}
		if where.id == "" {
			where.name = cmp.Or(c.opts.Context, "*")
		}
		c.answered[where.id] = true
		before := len(c.all)
		c.variables(node{[]any{n.value}, n.at}, where, contextVariable)
		for _, f := range c.all[before:] {
			f.whole = where.name != "*"
		}
	}
}

// projectTokens takes the API tokens of a project; only their labels are shown, and no dates.
func (c *collector) projectTokens(list []node) {
	c.ofProject("CircleCI API, project tokens", func(where container) {
		for _, n := range list {
			label := cmp.Or(n.text("label"), n.text("id"), "?")
			f := c.add(where, "token:"+label, Item{
				Kind: CircleCIProjectToken, Identifier: safe(label), Name: label, Class: projectToken,
				Notes: noteOf("scope ", n.text("scope")),
			})
			f.uuid = n.text("id")
		}
		c.cover(where.String()+"/", projectToken)
	})
}

func noteOf(what, value string) string {
	if value == "" {
		return ""
	}
	return what + value
}

// runnerTokens takes the tokens of a resource class. A token is never changed in its place.
func (c *collector) runnerTokens(list []node) {
	c.is("CircleCI API, runner tokens", "")
	for _, n := range list {
		class := n.text("resource_class")
		f := c.add(container{}, "runner:"+class+"/"+cmp.Or(n.text("nickname"), n.text("id"), "?"), Item{
			Kind: CircleCIRunnerToken, Identifier: safe(class), Name: n.text("nickname"),
			Class: runnerToken,
		})
		f.uuid, f.CreatedAt = n.text("id"), stamp(c.when(f, n.text("created_at")))
		c.cover("runner:"+class+"/", runnerToken)
	}
}

func (c *collector) webhooks(list []node) {
	c.is("CircleCI API, webhooks", "")
	for _, n := range list {
		where := container{kind: "project", name: c.opts.Project}
		if where.name == "" {
			where.name = cmp.Or(n.key("scope").text("id"), "*")
		}
		c.webhook(n, where)
		c.cover(where.String()+"/", webhookSecret)
	}
}

// webhook takes the secret with which CircleCI signs what it sends. Its address may hold a
// secret, too, and is not kept.
func (c *collector) webhook(n node, where container) {
	if secret := n.key("signing-secret", "signing_secret"); secret.value == "" {
		return // sent unsigned
	}
	name := cmp.Or(n.text("name"), n.text("id"), "?")
	f := c.add(where, "webhook:"+name, Item{Kind: Other, Name: name, Class: webhookSecret})
	f.uuid = n.text("id")
	c.date(f, variable{
		created: n.text("created_at", "created-at"), updated: n.text("updated_at", "updated-at"),
	})
}

// settings takes the secrets in a project's settings as API v1.1 answers them.
func (c *collector) settings(n node) {
	const form = "CircleCI API, settings of a project"
	if c.opts.Project == "" {
		if slug := projectURL.FindString(strings.Replace(
			n.text("vcs_url"), "https://github.com/", "/gh/", 1)); slug != "" {
			c.is(form, "")
			c.settingsOf(n, container{kind: "project", name: projectSlug(slug)})
			return
		}
	}
	c.ofProject(form, func(where container) { c.settingsOf(n, where) })
}

func (c *collector) settingsOf(n node, where container) {
	if n.has("ssh_keys") {
		c.keys(n.key("ssh_keys"), where, true)
	}
	c.awsPair(n.key("aws").key("keypair"), where)
	if n.key("jira").value != nil {
		c.add(where, "setting:jira", Item{Kind: Other, Name: "jira", Class: settingSecret})
	}
	names, _ := n.object()
	for _, name := range names {
		if settingSecretName.MatchString(name) && n.text(name) != "" {
			c.add(where, "setting:"+name, Item{Kind: Other, Name: name, Class: settingSecret})
		}
	}
	c.cover(where.String()+"/", settingSecret, legacyAWS)
}
