package ingest

import "strings"

// The members of a CircleCI audit record that are read.
const (
	ciID = iota
	ciAction
	ciOccurredAt
	ciActor
	ciTarget
	ciScope
	ciAccount
	ciOrganization
	ciPayload
	ciSuccess
	ciRequest
	ciCommonFields
	ciVersion
	ciMetadata
	ciCount
)

var circleCINames = makeNames("id", "action", "occurred_at", "actor", "target", "scope",
	"account", "organization", "payload", "success", "request", "common_fields", "version",
	"metadata")

// build is a CircleCI record being mapped, with the nodes of its members.
type build struct {
	*mapper
	f [ciCount]int32
}

// circleCI maps a record of CircleCI's audit log to an event.
func (m *mapper) circleCI(e *Event) (mine bool, reject string) {
	b := build{mapper: m}
	m.pick(0, &circleCINames, false, b.f[:])
	if !b.isString(b.f[ciAction]) || b.f[ciOccurredAt] == 0 || b.inColumns() {
		return false, ""
	}
	at := b.text(b.f[ciOccurredAt])
	if at == "" {
		return true, "no time: occurred_at is empty"
	}
	var why string
	if e.Time, why = timeOf(at); why != "" {
		return true, "occurred_at " + why
	}
	b.drop(b.f[ciOccurredAt])
	b.action(e)
	b.parties(e)
	b.request(e)
	if e.EventID = b.move(b.f[ciID]); e.EventID == "" {
		e.EventID = m.hashID()
	}
	e.Details = m.details(&circleCINames)
	return true, ""
}

func (b *build) action(e *Event) {
	raw := b.text(b.f[ciAction])
	e.Action = canonicalAction(raw)
	if e.Action == raw {
		b.drop(b.f[ciAction])
	}
	e.Service, _, _ = strings.Cut(e.Action, ".")
	e.ReadOnly = 0
	if e.Action == "context.secrets.accessed" {
		e.ReadOnly = 1
	}
	e.Outcome = "success"
	switch b.isBool(b.f[ciSuccess]) {
	case 0:
		e.Outcome = "failure"
		b.drop(b.f[ciSuccess])
	case 1:
		b.drop(b.f[ciSuccess])
	default:
		if b.is(b.member(b.f[ciCommonFields], "outcome"), "failure") {
			e.Outcome = "failure"
		}
	}
}

// hyphenated are the words of actions that have a hyphen of their own.
var hyphenated = [...]string{"checkout-key", "deploy-keys", "toggle-abusive", "delete-all"}

// canonicalAction folds the two spellings of actions, workflow-job-start and
// workflow.job.start, to the dotted one.
func canonicalAction(s string) string {
	s = strings.ToLower(s)
	if strings.IndexByte(s, '-') < 0 {
		return s
	}
	dotted := strings.ReplaceAll(s, "-", ".")
	for _, w := range hyphenated {
		dotted = restore(dotted, strings.ReplaceAll(w, "-", "."), w)
	}
	return dotted
}

// restore replaces a word between dots.
func restore(s, from, to string) string {
	i := strings.Index(s, from)
	end := i + len(from)
	if i < 0 || i > 0 && s[i-1] != '.' || end < len(s) && s[end] != '.' {
		return s
	}
	return s[:i] + to + s[end:]
}

// parties reads who acted, where and on what. The objects stay in details as they are,
// with their ids and the names as logged.
func (b *build) parties(e *Event) {
	actor := b.f[ciActor]
	e.ActorKind = b.text(b.member(actor, "type"))
	e.Actor = b.nameOf(actor)
	named := e.Actor != ""
	if !named {
		e.Actor = b.text(b.member(actor, "id"))
	}
	if named && e.ActorKind == "user" {
		e.Credential = b.arena.join("login:", strings.ToLower(e.Actor))
		e.CredentialKind = "login"
	}
	for _, i := range [...]int{ciOrganization, ciAccount, ciScope} {
		if e.Account = b.nameOf(b.f[i]); e.Account != "" {
			break
		}
	}
	if e.Target = b.nameOf(b.f[ciTarget]); e.Target == "" {
		e.Target = b.text(b.member(b.f[ciTarget], "id"))
	}
}

// nameOf returns the name in an object {id, type, name} without its VCS.
func (b *build) nameOf(n int32) string {
	name := b.text(b.member(n, "name"))
	vcs, rest, ok := strings.Cut(name, ":")
	if !ok {
		return name
	}
	switch strings.ToLower(vcs) {
	case "github", "bitbucket", "gitlab", "circleci":
		return strings.TrimSpace(rest)
	}
	return name
}

func (b *build) request(e *Event) {
	if e.IP = b.text(b.member(b.f[ciRequest], "ip_address")); e.IP == "" {
		e.IP = b.text(b.member(b.f[ciCommonFields], "source_ip"))
	}
	payload := b.f[ciPayload]
	e.Session = b.text(b.member(b.member(payload, "workflow"), "id"))
	if e.Via = b.text(b.member(payload, "via")); e.Via == "" {
		e.Via = b.text(b.member(payload, "trigger_source"))
	}
}
