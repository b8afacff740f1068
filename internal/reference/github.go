package reference

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"breachwindow/credential"
	"breachwindow/ingest"
)

// hubRecord is a GitHub record: a member may stand in it or in its object "data".
type hubRecord struct {
	object
	data object
}

// raw prefers the record itself, unless it has null there.
func (h hubRecord) raw(key string) json.RawMessage {
	if v := h.object.raw(key); v != nil && string(v) != "null" {
		return v
	}
	return h.data.raw(key)
}

// text is a member's; of a list, the first element's.
func (h hubRecord) text(key string) string {
	raw := h.raw(key)
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
		return text(list[0])
	}
	return text(raw)
}

// take is text, and takes a scalar out.
func (h hubRecord) take(key string) string {
	s := h.text(key)
	if isScalar(h.raw(key)) {
		h.drop(key)
	}
	return s
}

func (h hubRecord) drop(key string) {
	if v := h.object.raw(key); v != nil && string(v) != "null" {
		h.object.drop(key)
		return
	}
	h.data.drop(key)
}

func (h hubRecord) first(keys ...string) string {
	for _, key := range keys {
		if s := h.text(key); s != "" {
			return s
		}
	}
	return ""
}

var hubAction = regexp.MustCompile(`^[a-z0-9_]+\.[a-z0-9_]+(\.[a-z0-9_]+)*$`)

// hubTimes are the members that hold the time, the best first.
var hubTimes = []string{"@timestamp", "created_at", "at_sign_timestamp", "p_event_time"}

func gitHub(o object) (e ingest.Event, ok bool) {
	h := hubRecord{object: o, data: o.object("data")}
	if !hubAction.MatchString(o.text("action")) || strings.Contains(o.text("_raw"), "{") {
		return e, false
	}
	when := h.first(hubTimes...)
	if e.Time, ok = timeOf(when); !ok {
		return e, false
	}
	id := hubID(h, e.Time)
	for _, key := range hubTimes {
		if isScalar(h.raw(key)) && h.text(key) == when {
			h.drop(key)
		}
	}
	e.Action = h.take("action")
	e.Service, _, _ = strings.Cut(e.Action, ".")
	e.EventID = firstOf(h.take("_document_id"), id)
	e.IP, e.Agent = h.take("actor_ip"), h.take("user_agent")
	e.Outcome, e.ReadOnly = "success", hubReadOnly(h, e.Action)
	hubActor(h, &e)
	hubAccount(h, &e)
	e.Via = hubVia(h)
	hubCredential(h, &e)
	hubTarget(h, &e)
	if e.Category = e.Region; e.Action == "api.request" {
		e.Category = "api"
	}
	if h.data != nil {
		o.set("data", h.data)
	}
	e.Details = o.details()
	return e, true
}

func hubReadOnly(h hubRecord, action string) int8 {
	method, operation := strings.ToUpper(h.text("request_method")), h.text("operation_type")
	switch {
	case action == "git.clone", action == "git.fetch", action == "repo.download_zip",
		strings.HasSuffix(action, ".audit_log_export"),
		strings.HasSuffix(action, ".audit_log_git_event_export"):
		return 1
	case action == "git.push":
		return 0
	case action == "api.request" && method == "":
		return -1
	case action == "api.request" && (method == "GET" || method == "HEAD"):
		return 1
	case action == "api.request":
		return 0
	}
	switch operation {
	case "create", "modify", "remove", "restore", "transfer":
		return 0
	}
	return -1
}

func hubActor(h hubRecord, e *ingest.Event) {
	e.Actor = firstOf(h.take("actor"), h.text("external_identity_username"))
	e.ActorKind = h.take("programmatic_access_type")
	switch {
	case e.ActorKind != "" || e.Actor == "":
	case e.Actor == "deploy_key":
		e.ActorKind = "deploy_key"
	case strings.EqualFold(h.text("actor_is_bot"), "true"), strings.HasSuffix(e.Actor, "[bot]"):
		e.ActorKind = "bot"
	default:
		e.ActorKind = "user"
	}
}

func hubAccount(h hubRecord, e *ingest.Event) {
	e.Region = "web"
	if e.Service == "git" {
		e.Region = "git"
	}
	if e.Account = h.take("org"); e.Account != "" {
		return
	}
	if e.Account = h.take("business"); e.Account != "" {
		if e.Region == "web" {
			e.Region = "enterprise"
		}
		return
	}
	owner, _, ok := strings.Cut(h.first("repo", "repository"), "/")
	isOwn := strings.EqualFold(owner, e.Actor) || strings.EqualFold(owner, h.text("user"))
	switch {
	case ok && (!isOwn || e.Region == "git"):
		e.Account = owner
	case e.Region == "web":
		e.Region = "person"
	}
}

// said is what counts in the id of a record that has none, by name: what stands beside "data"
// before what is in it, the last of a name, without the times and what other tools add.
func (o object) said(all map[string]string) {
	for _, m := range slices.Backward(o) {
		switch m.key {
		case "@timestamp", "created_at", "at_sign_timestamp":
			continue
		}
		_, is := all[m.key]
		if is || strings.HasPrefix(m.key, "p_") {
			continue
		}
		s := withoutZeros(text(m.value))
		if !isScalar(m.value) {
			s = canonicalOf(m.value)
		}
		if s != "" && s != "[]" && s != "{}" {
			all[m.key] = s
		}
	}
}

// hubID is the id of a record that has none.
func hubID(h hubRecord, micros int64) string {
	all := map[string]string{}
	outside := slices.Clone(h.object)
	if h.data != nil {
		outside = slices.DeleteFunc(outside, func(m member) bool { return m.key == "data" })
	}
	outside.said(all)
	h.data.said(all)
	id := fmt.Appendf(nil, "%d", micros/1000)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		id = fmt.Appendf(id, "\n%q:%q", name, all[name])
	}
	sum := sha256.Sum256(id)
	return "sha256:" + hex.EncodeToString(sum[:16])
}

var zeros = regexp.MustCompile(`^(\d+)\.0+$`)

func withoutZeros(s string) string { return zeros.ReplaceAllString(s, "$1") }

func hubVia(h hubRecord) string {
	id := withoutZeros(h.text("oauth_application_id"))
	name := h.first("oauth_application_name", "application_name", "oauth_application")
	if id == "0" {
		id = ""
	}
	if name == "" && id == "" {
		name, id = h.text("integration"), h.text("application_client_id")
	}
	if name == "" || id == "" {
		return name + id
	}
	return name + " (" + id + ")"
}

func hubCredential(h hubRecord, e *ingest.Event) {
	isKey := hubIsKey(e)
	id, repo := withoutZeros(h.text("token_id")), h.first("repo", "repository")
	switch {
	case id != "" && id != "0":
		e.Session = "token_id:" + id
	case isKey && repo != "":
		e.Session = "deploy_key:" + repo
	}
	hash := tokenHash(h.text("hashed_token"))
	if hubAboutToken(h, e) {
		hash = ""
	}
	switch {
	case hash != "":
		e.Credential, e.CredentialKind = hash, "token"
		h.drop("hashed_token")
		if isKey {
			e.CredentialKind = "ssh_key"
		}
	case strings.HasPrefix(e.Session, "token_id:"):
		e.Credential, e.CredentialKind = e.Session, "token"
	case e.Session != "":
		e.Credential, e.CredentialKind = e.Session, "ssh_key"
	case e.Via != "" && e.Actor != "" && hubActsThrough(e):
		e.Credential, e.CredentialKind = "app:"+e.Via+"/"+e.Actor, "app"
	}
}

func hubIsKey(e *ingest.Event) bool {
	return e.Actor == "deploy_key" || strings.Contains(strings.ToLower(e.ActorKind), "public key")
}

// hubAboutToken tells an event in which hashed_token is the token that was made or ended.
func hubAboutToken(h hubRecord, e *ingest.Event) bool {
	return e.Service == "oauth_access" && h.raw("token_last_eight") != nil
}

// tokenHash is a token's hash in normal form, of the token itself too.
func tokenHash(s string) string {
	hash, ok := credential.TokenHash(s)
	if info, err := credential.HashToken([]byte(hash)); !ok && err == nil {
		return info.Hash
	}
	return hash
}

// hubActsThrough tells an act through an application from one on it.
func hubActsThrough(e *ingest.Event) bool {
	kind := strings.ToLower(e.ActorKind)
	if strings.Contains(kind, "oauth") || strings.Contains(kind, "github app") {
		return true
	}
	switch e.Service {
	case "oauth_authorization", "oauth_application", "oauth_access", "integration",
		"integration_installation", "integration_installation_request",
		"org_credential_authorization", "personal_access_token":
		return false
	}
	return !strings.HasPrefix(e.Action, "org.oauth_app") &&
		!strings.HasPrefix(e.Action, "org.integration")
}

func hubTarget(h hubRecord, e *ingest.Event) {
	switch e.Service {
	case "oauth_access":
		if hubAboutToken(h, e) {
			e.Target = tokenHash(h.text("hashed_token"))
		}
	case "org_credential_authorization":
		e.Target = tokenHash(h.text("managed_hashed_token"))
	case "public_key":
		e.Target, _ = credential.Fingerprint(h.first("fingerprint", "deploy_key_fingerprint"))
		if key, err := credential.ParsePublicKey(h.text("key")); err == nil {
			e.Target = key.SHA256
		}
	}
	switch e.Action {
	case "org_credential_authorization.grant", "public_key.create", "oauth_access.create":
		e.Minted = e.Target
	}
	if e.Target == "" {
		e.Target = firstOf(h.first("repo", "repository", "user", "team"), e.Account)
	}
}
