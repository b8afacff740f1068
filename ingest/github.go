package ingest

import (
	"strings"

	"breachwindow/credential"
)

// The members of a GitHub audit record that are read. Each may stand in the record or, in
// JSON exports and on GitHub Enterprise Server, in its object "data".
const (
	ghAction = iota
	ghActor
	ghActorIP
	ghUserAgent
	ghDocumentID
	ghTimestamp
	ghCreatedAt
	ghAtSignTimestamp
	ghEventTime
	ghOrg
	ghBusiness
	ghRepo
	ghRepository
	ghUser
	ghTeam
	ghAccessType
	ghActorIsBot
	ghExternalUser
	ghHashedToken
	ghTokenID
	ghManagedHash
	ghFingerprint
	ghDeployKeyFingerprint
	ghKey
	ghOAuthName
	ghApplicationName
	ghOAuthApplication
	ghOAuthID
	ghIntegration
	ghClientID
	ghOperation
	ghMethod
	ghData
	ghLogType
	ghRaw
	ghLastEight
	ghCount
)

var gitHubNames = makeNames(
	"action", "actor", "actor_ip", "user_agent", "_document_id", "@timestamp", "created_at",
	"at_sign_timestamp", "p_event_time", "org", "business", "repo", "repository", "user", "team",
	"programmatic_access_type", "actor_is_bot", "external_identity_username", "hashed_token",
	"token_id", "managed_hashed_token", "fingerprint", "deploy_key_fingerprint", "key",
	"oauth_application_name", "application_name", "oauth_application", "oauth_application_id",
	"integration", "application_client_id", "operation_type", "request_method", "data",
	"p_log_type", "_raw", "token_last_eight",
)

// audit is a GitHub record being mapped, with the nodes of its members.
type audit struct {
	*mapper
	f [ghCount]int32
}

// gitHub maps a record of GitHub's audit log to an event. Whatever type a member has, the
// record loads: types drift between GitHub's interfaces and over the years.
func (m *mapper) gitHub(e *Event) (mine bool, reject string) {
	a := audit{mapper: m}
	m.pick(0, &gitHubNames, false, a.f[:])
	if !a.isGitHub() {
		return false, ""
	}
	a.nested()
	if reject = a.time(e); reject != "" {
		return true, reject
	}
	a.action(e)
	a.actor(e)
	a.account(e)
	a.via(e)
	a.credential(e)
	a.object(e)
	if e.Category = e.Region; e.Action == "api.request" {
		e.Category = "api" // delivered by streams only, if that is switched on
	}
	if e.EventID == "" {
		e.EventID = a.contentID(e)
	}
	e.Details = m.details(&gitHubNames)
	return true, ""
}

// isGitHub wants an action of the form category.event. That is little, but actions that
// nobody has listed must load, and the other logs have been asked before. An action of
// another form needs more of GitHub's members beside it.
func (a *audit) isGitHub() bool {
	if !a.isString(a.f[ghAction]) || a.holdsOriginal() {
		return false
	}
	category, event, ok := strings.Cut(a.text(a.f[ghAction]), ".")
	if ok && isWord(category) && isWord(strings.ReplaceAll(event, ".", "_")) {
		return true
	}
	if strings.HasPrefix(a.text(a.f[ghLogType]), "GitHub.") {
		return true
	}
	evidence := 0
	for _, i := range [...]int{ghActor, ghCreatedAt, ghTimestamp, ghDocumentID, ghOrg, ghRepo} {
		if a.f[i] > 0 {
			evidence++
		}
	}
	return evidence >= 3
}

// holdsOriginal tells what Splunk has taken apart and keeps beside it as it was.
func (a *audit) holdsOriginal() bool {
	return a.isString(a.f[ghRaw]) && strings.Contains(a.text(a.f[ghRaw]), "{")
}

func isWord(s string) bool {
	for _, c := range []byte(s) {
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// nested fills in what stands in data and not at the top.
func (a *audit) nested() {
	data := a.f[ghData]
	if data == 0 || a.nodes[data].kind != kindObject {
		return
	}
	var in [ghCount]int32
	a.pick(data, &gitHubNames, false, in[:])
	a.edit(data)
	for i, n := range in {
		if i != ghData && (a.f[i] == 0 || a.nodes[a.f[i]].kind == kindNull) {
			a.f[i] = n
		}
	}
}

// value returns a member as text; of an array, the first element's.
func (a *audit) value(i int) string {
	return a.text(a.first(a.f[i]))
}

// moved is value for what becomes a column: a scalar then goes from details, while an array
// stays with its other elements.
func (a *audit) moved(i int) string {
	if a.isScalar(a.f[i]) {
		return a.move(a.f[i])
	}
	return a.value(i)
}

func (a *audit) time(e *Event) (reject string) {
	for _, i := range [...]int{ghTimestamp, ghCreatedAt, ghAtSignTimestamp, ghEventTime} {
		s := a.value(i)
		if s == "" {
			continue
		}
		micros, why := timeOf(s)
		if why == "" {
			e.Time = micros
			a.dropTimes(s)
			return ""
		}
		if reject == "" {
			reject = gitHubNames.all[i] + " " + why
		}
	}
	if reject == "" {
		reject = "no time: neither @timestamp nor created_at"
	}
	return reject
}

// dropTimes drops the time that was used, in whatever members it stands.
func (a *audit) dropTimes(used string) {
	for _, i := range [...]int{ghTimestamp, ghCreatedAt, ghAtSignTimestamp, ghEventTime} {
		if a.isScalar(a.f[i]) && a.text(a.f[i]) == used {
			a.drop(a.f[i])
		}
	}
}

// action also sets the region: git events are kept for seven days only, the others for
// months, so their coverage differs.
func (a *audit) action(e *Event) {
	e.Action = a.moved(ghAction)
	e.Service, _, _ = strings.Cut(e.Action, ".")
	e.Region = "web"
	if e.Service == "git" {
		e.Region = "git"
	}
	e.EventID = a.moved(ghDocumentID)
	e.IP = a.moved(ghActorIP)
	e.Agent = a.moved(ghUserAgent)
	e.Outcome = "success" // failures are not logged
	e.ReadOnly = a.readOnly(e.Action)
}

// readOnly knows the reading actions by name; of the others, those that say that they
// change something do.
func (a *audit) readOnly(action string) int8 {
	switch {
	case action == "git.clone", action == "git.fetch", action == "repo.download_zip",
		strings.HasSuffix(action, ".audit_log_export"),
		strings.HasSuffix(action, ".audit_log_git_event_export"):
		return 1
	case action == "git.push":
		return 0
	case action == "api.request":
		switch strings.ToUpper(a.value(ghMethod)) {
		case "":
			return -1
		case "GET", "HEAD":
			return 1
		}
		return 0
	}
	switch a.value(ghOperation) {
	case "create", "modify", "remove", "restore", "transfer":
		return 0
	}
	return -1
}

const deployKey = "deploy_key"

func (a *audit) actor(e *Event) {
	e.Actor = a.moved(ghActor)
	if e.Actor == "" {
		e.Actor = a.value(ghExternalUser)
	}
	e.ActorKind = a.moved(ghAccessType)
	switch {
	case e.ActorKind != "" || e.Actor == "":
	case e.Actor == deployKey:
		e.ActorKind = deployKey
	case strings.EqualFold(a.value(ghActorIsBot), "true"), strings.HasSuffix(e.Actor, "[bot]"):
		e.ActorKind = "bot"
	default:
		e.ActorKind = "user"
	}
}

func (a *audit) repo() string {
	if s := a.value(ghRepo); s != "" {
		return s
	}
	return a.value(ghRepository)
}

// account is the organisation. Events of none, an enterprise's and a person's, get a region of
// their own: their coverage says nothing of an organisation's.
func (a *audit) account(e *Event) {
	if e.Account = a.moved(ghOrg); e.Account != "" {
		return
	}
	if e.Account = a.moved(ghBusiness); e.Account != "" {
		if e.Region == "web" {
			e.Region = "enterprise"
		}
		return
	}
	owner, _, ok := strings.Cut(a.repo(), "/")
	isOwn := strings.EqualFold(owner, e.Actor) || strings.EqualFold(owner, a.value(ghUser))
	switch {
	case ok && (!isOwn || e.Region == "git"):
		e.Account = owner
	case e.Region == "web": // of a security log
		e.Region = "person"
	}
}

// via names the application as "NAME (ID)".
func (a *audit) via(e *Event) {
	id := withoutZeros(a.value(ghOAuthID))
	name := a.firstOf(ghOAuthName, ghApplicationName, ghOAuthApplication)
	if id == "0" {
		id = ""
	}
	if name == "" && id == "" {
		name, id = a.value(ghIntegration), a.value(ghClientID)
	}
	switch {
	case name == "" || id == "":
		e.Via = name + id
	default:
		e.Via = a.arena.join(name, " (", id, ")")
	}
}

func (a *audit) firstOf(fields ...int) string {
	for _, i := range fields {
		if s := a.value(i); s != "" {
			return s
		}
	}
	return ""
}

// credential names what acted: the token by its hash or id, the key by its repository, or
// the application with the user that it acted for.
func (a *audit) credential(e *Event) {
	isKey := e.Actor == deployKey || containsFold(e.ActorKind, "public key")
	id := withoutZeros(a.value(ghTokenID))
	if id == "0" {
		id = ""
	}
	repo := a.repo()
	switch {
	case id != "":
		e.Session = a.arena.join("token_id:", id)
	case isKey && repo != "":
		e.Session = a.arena.join("deploy_key:", repo)
	}
	hash := a.actingToken(e)
	switch {
	case hash != "":
		e.Credential = hash
		a.drop(a.f[ghHashedToken])
		e.CredentialKind = "token"
		if isKey {
			e.CredentialKind = "ssh_key"
		}
	case id != "":
		e.Credential, e.CredentialKind = e.Session, "token"
	case isKey && repo != "":
		e.Credential, e.CredentialKind = e.Session, "ssh_key"
	case e.Via != "" && e.Actor != "" && a.actsThrough(e):
		e.Credential, e.CredentialKind = a.arena.join("app:", e.Via, "/", e.Actor), "app"
	}
}

// actingToken returns the hash of the token that acts.
func (a *audit) actingToken(e *Event) string {
	if a.isAboutToken(e) {
		return ""
	}
	return a.tokenName(ghHashedToken)
}

// isAboutToken tells an event about a token, of GitHub Enterprise Server: it names the token that
// was made or ended where others name the one that acts, and gives its last characters beside it.
func (a *audit) isAboutToken(e *Event) bool {
	return e.Service == "oauth_access" && a.f[ghLastEight] > 0
}

// actsThrough tells an act through an application from one on it, such as its approval.
func (a *audit) actsThrough(e *Event) bool {
	if containsFold(e.ActorKind, "oauth") || containsFold(e.ActorKind, "github app") {
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

func containsFold(s, lower string) bool {
	return strings.Contains(strings.ToLower(s), lower)
}

// object sets what was acted on, and what credential the act made. In events about a
// credential that is the managed one: hashed_token is who acted.
func (a *audit) object(e *Event) {
	switch e.Service {
	case "oauth_access":
		if a.isAboutToken(e) {
			e.Target = a.tokenName(ghHashedToken)
		}
	case "org_credential_authorization":
		e.Target = a.tokenName(ghManagedHash)
	case "public_key":
		e.Target = a.fingerprint()
	}
	switch e.Action {
	case "org_credential_authorization.grant", "public_key.create", "oauth_access.create":
		e.Minted = e.Target
	}
	if e.Target == "" {
		e.Target = a.firstOf(ghRepo, ghRepository, ghUser, ghTeam)
	}
	if e.Target == "" {
		e.Target = e.Account
	}
}

// fingerprint returns that of the key which the event is about: from the key itself where
// it is logged, since the notation of the fingerprint is not documented.
func (a *audit) fingerprint() string {
	if key := a.value(ghKey); key != "" {
		if pk, err := credential.ParsePublicKey(key); err == nil {
			return pk.SHA256
		}
	}
	s := a.firstOf(ghFingerprint, ghDeployKeyFingerprint)
	if s == "" {
		return ""
	}
	fp, _ := credential.Fingerprint(s)
	return fp
}

// tokenName is the token's hash that a member holds, in normal form. Where a log has the
// token itself in its place, it is hashed here: no token is stored.
func (a *audit) tokenName(i int) string {
	name, ok := credential.TokenHash(a.original(func() string { return a.value(i) }))
	if ok {
		return name
	}
	if info, err := credential.HashToken([]byte(name)); err == nil {
		return info.Hash
	}
	return maskedText(name)
}
