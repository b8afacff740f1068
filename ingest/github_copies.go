package ingest

import (
	"bytes"
	"slices"
	"strings"
)

// Copies of GitHub's records that others took apart: they are put together again here, as far as
// the copy has their members.

// fromOpenAudit makes a record of the object that was just walked, if it is one that was brought
// into CloudTrail Lake as an event of an integration: AWS's sample has the member that all have in
// members of CloudTrail's and all others in requestParameters. Names are in lower case where Lake
// returned them as the text of a struct.
func (o *opener) fromOpenAudit() (record []byte, why string) {
	if !o.isOpenAudit() {
		return nil, ""
	}
	o.assembler.begin()
	top := func(name string) int32 { return o.foldedIn(0, name) }
	identity := top("userIdentity")
	whose := o.folded(identity, "details")
	own := []struct {
		name string
		node int32
	}{
		{"action", top("eventName")},
		{"@timestamp", top("eventTime")},
		{"_document_id", top("UID")},
		{"actor", o.folded(identity, "principalId")},
		{"org", o.folded(whose, "GitHubOrganization")},
		{"repo", o.folded(whose, "Repository")},
		{"actor_location", o.folded(whose, "Location")},
		{"actor_ip", top("sourceIPAddress")},
		{"user_agent", top("userAgent")},
	}
	seen := map[string]bool{}
	for _, m := range own {
		if m.node > 0 && !o.is(m.node, "none") && o.addNode(m.name, m.node) {
			seen[m.name] = true
		}
	}
	if n := top("requestParameters"); n > 0 {
		o.addMembers(n, func(name string) bool { return !seen[name] })
	}
	return o.assembled(), ""
}

// isOpenAudit tells an event of GitHub's in CloudTrail's clothes.
func (m *mapper) isOpenAudit() bool {
	return isGitHubSource(m.text(m.foldedIn(0, "eventSource"))) &&
		m.isString(m.foldedIn(0, "eventName"))
}

// isGitHubSource tells the event source of GitHub's records in CloudTrail Lake. AWS's own end in
// amazonaws.com.
func isGitHubSource(s string) bool {
	return hasPrefixFold([]byte(s), "github.") && !strings.Contains(s, "amazonaws.")
}

// gitHubFields are where Elastic's common schema has the members of a record: its integration
// drops what is not in these or in its object github.
var gitHubFields = [...]struct{ path, name string }{
	{"event.action", "action"},
	{"@timestamp", "@timestamp"},
	{"event.id", "_document_id"},
	{"user.name", "actor"},
	{"user.target.name", "user"},
	{"github.actor_ip", "actor_ip"},
	{"client.ip", "actor_ip"},
	{"source.ip", "actor_ip"},
	{"github.user_agent", "user_agent"},
	{"user_agent.original", "user_agent"},
	{"client.geo.country_iso_code", "actor_location.country_code"},
}

// fromElasticGitHub makes a record of the document that was just walked; nil if it has none.
func (o *opener) fromElasticGitHub() (record []byte, why string) {
	if o.at("event", "action") == 0 || o.at("github") == 0 {
		return nil, ""
	}
	o.assembler.begin()
	seen := map[string]bool{"category": true} // the action's, which Elastic adds
	for _, f := range gitHubFields {
		n := o.first(o.at(strings.Split(f.path, ".")...))
		if n > 0 && !seen[f.name] && o.addNode(f.name, n) {
			seen[f.name] = true
		}
	}
	o.addMembers(o.at("github"), func(name string) bool { return !seen[name] })
	return o.assembled(), ""
}

// addNode adds a value to the record that is assembled; false if it is empty.
func (o *opener) addNode(name string, n int32) bool {
	switch o.nodes[n].kind {
	case kindNull:
		return false
	case kindString: // Lake's maps have JSON as text
		text := []byte(o.text(n))
		return len(bytes.TrimSpace(text)) > 0 &&
			o.assembler.add(column{name: name, cell: cellOther}, text) == ""
	}
	return o.assembler.add(column{name: name, cell: cellJSON}, o.raw(n)) == ""
}

// addMembers adds an object's members by their names, which may have dots of their own.
func (o *opener) addMembers(n int32, wanted func(name string) bool) {
	if o.nodes[n].kind != kindObject {
		return
	}
	for c := n + 1; c < o.nodes[n].next; c = o.nodes[c].next {
		if name := string(o.key(c)); wanted(name) {
			o.addNode(name, c)
		}
	}
}

// assembled walks the record that was put together and returns it, nil if it cannot be one.
func (o *opener) assembled() []byte {
	record := slices.Clone(o.assembler.end())
	if end, f := o.walk(record, 0); f != whole || end != len(record) {
		return nil
	}
	return record
}

// folded is member without regard to the case of ASCII letters; an exact name wins.
func (m *mapper) folded(n int32, name string) int32 {
	if n == 0 {
		return 0
	}
	return m.foldedIn(n, name)
}

func (m *mapper) foldedIn(n int32, name string) int32 {
	if exact := m.named(n, name); exact > 0 || m.nodes[n].kind != kindObject {
		return exact
	}
	found := int32(0)
	for c := n + 1; c < m.nodes[n].next; c = m.nodes[c].next {
		if key := m.key(c); len(key) == len(name) && equalFold(key, name) {
			found = c
		}
	}
	return found
}
