package inventory

import (
	"cmp"
	"strings"

	"breachwindow/credential"
)

// keys takes SSH keys of a project: the ones that check its code out, or additional ones, which
// open whatever host has their public part.
func (c *collector) keys(n node, where container, additional bool) {
	list, ok := n.list()
	if !ok {
		c.unread(where, "the export has no list of its SSH keys")
		return
	}
	for _, k := range list {
		if k.failed() || k.text("fingerprint", "public_key", "public-key") == "" {
			c.unread(where, "the exporter could not read its SSH keys"+status(k))
			continue
		}
		c.key(k, where, additional)
	}
}

func (c *collector) key(k node, where container, additional bool) {
	it := Item{Kind: SSHKey, Class: sshKeyClass, Name: cmp.Or(k.text("type"), k.text("hostname"))}
	tail := it.name(k)
	if text := k.text("created_at", "created-at", "time"); text != "" {
		// A key is never changed in its place: this is when it was made.
		if m, bad := parseMoment(text); bad == nil {
			it.CreatedAt = stamp(&m.time)
		} else {
			it.Notes = note(it.Notes, unreadDate)
		}
	}
	kind, elsewhere := opens(k, where, additional)
	if kind == Other {
		it.Kind, it.Identifier = Other, tail
		it.Notes = note(it.Notes, elsewhere)
	}
	c.add(where, "key:"+tail, it)
	if kind == SSHKey && elsewhere != "" {
		// GitHub's log alone must not clear it.
		c.add(where, "key:"+tail+"/elsewhere", Item{
			Kind: Other, Identifier: tail, Name: it.Name, Class: useElsewhere,
			CreatedAt: it.CreatedAt, Notes: elsewhere,
		})
	}
}

// opens says whether GitHub's log can show a key's use, and where else it may be used, which no
// log here shows.
func opens(k node, where container, additional bool) (kind Kind, elsewhere string) {
	const blind = ": no log here shows that"
	host := strings.ToLower(k.text("hostname"))
	switch {
	case additional && (host == "github.com" || strings.HasSuffix(host, ".github.com")):
		return SSHKey, ""
	case additional && host != "":
		return Other, "it opens another host than GitHub's" + blind
	case additional:
		return SSHKey, "it opens every host that has its public part" + blind
	case k.text("type") == "github-user-key":
		return SSHKey, ""
	case strings.HasPrefix(where.name, "bb/"):
		return Other, "its repository is on Bitbucket" + blind
	case strings.HasPrefix(where.name, "circleci/"):
		return SSHKey, "its repository may be on GitLab" + blind
	}
	return SSHKey, ""
}

// name sets the identifier of a key and returns the fingerprint by which it is listed: SHA-256
// where it can be had. The whole public key identifies it in most ways.
func (it *Item) name(k node) (fingerprint string) {
	text, line := safe(k.text("fingerprint")), k.text("public_key", "public-key")
	given, okGiven := credential.Fingerprint(text)
	public, err := credential.ParsePublicKey(line)
	switch {
	case err == nil && (!okGiven || given == public.SHA256 || given == public.MD5):
		it.Identifier = public.SHA256
		if safe(line) == line && !repoSuffix.MatchString(line) {
			it.Identifier = line
		}
		return public.SHA256
	case okGiven:
		it.Identifier = given
		if err == nil {
			it.Notes = "its public key has another fingerprint: taken by its fingerprint"
		}
		return given
	}
	it.Notes = "its fingerprint could not be read"
	return cmp.Or(text, "?")
}
