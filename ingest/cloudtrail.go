package ingest

import (
	"strings"
	"time"
)

// The members of a CloudTrail record that are read.
const (
	ctEventVersion = iota
	ctUserIdentity
	ctEventTime
	ctEventSource
	ctEventName
	ctAwsRegion
	ctSourceIPAddress
	ctUserAgent
	ctErrorCode
	ctErrorMessage
	ctRequestParameters
	ctResponseElements
	ctEventID
	ctReadOnly
	ctResources
	ctEventType
	ctRecipientAccountID
	ctInsightDetails
	ctTimestamp // Logstash moves the time there
	ctManagementEvent
	ctEventCategory
	ctWrapped // of lookup-events: the record stands in it
)

// cloudTrailNames also lists members that are only carried on: exports that fold names to
// lower case get them back.
var cloudTrailNames = makeNames(
	"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
	"sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestParameters",
	"responseElements", "eventID", "readOnly", "resources", "eventType", "recipientAccountId",
	"insightDetails", "@timestamp", "managementEvent", "eventCategory", "CloudTrailEvent",
	"requestID", "apiVersion", "serviceEventDetails", "sharedEventID",
	"vpcEndpointId", "vpcEndpointAccountId", "addendum",
	"sessionCredentialFromConsole", "edgeDeviceDetails", "tlsDetails", "additionalEventData",
	"eventContext", "annotation",
)

const (
	idType = iota
	idPrincipalID
	idArn
	idAccountID
	idAccessKeyID
	idUserName
	idInvokedBy
	idSessionContext
)

var identityNames = makeNames("type", "principalId", "arn", "accountId", "accessKeyId",
	"userName", "invokedBy", "sessionContext")

// trail is a CloudTrail record being mapped, with the nodes of its members and of
// userIdentity's.
type trail struct {
	*mapper
	f  [ctMost]int32
	id [8]int32
}

const ctMost = 40 // room for cloudTrailNames

// cloudTrail maps a record of CloudTrail to an event.
func (m *mapper) cloudTrail(e *Event) (mine bool, reject string) {
	t := trail{mapper: m}
	m.pick(0, &cloudTrailNames, true, t.f[:])
	if !t.isCloudTrail() || t.hasText() {
		return false, ""
	}
	if reject = t.time(e); reject != "" {
		return true, reject
	}
	if t.isString(t.f[ctUserIdentity]) {
		return true, "userIdentity is text that cannot be read"
	}
	t.action(e)
	t.category(e)
	t.identity(e)
	t.outcome(e)
	t.console(e)
	e.Target = t.target(e)
	e.Minted = t.minted(e)
	if e.EventID == "" {
		e.EventID = m.hashID()
	}
	e.Details = m.details(&cloudTrailNames)
	return true, ""
}

// isCloudTrail wants a name and two more members that only CloudTrail has together; S3
// notifications have them too, but their version is 2 and their source "aws:s3".
func (t *trail) isCloudTrail() bool {
	if t.isString(t.f[ctWrapped]) {
		return false
	}
	insight := t.f[ctInsightDetails]
	named := t.isString(t.f[ctEventName]) ||
		insight > 0 && t.nodes[insight].kind == kindObject
	if !named {
		return false
	}
	if v := t.f[ctEventVersion]; v > 0 && t.isScalar(v) && strings.HasPrefix(t.text(v), "2.") {
		return false
	}
	source := t.text(t.f[ctEventSource])
	if strings.HasPrefix(source, "aws:") || isGitHubSource(source) {
		return false
	}
	evidence := 0
	for _, i := range [...]int{
		ctEventVersion, ctEventID, ctEventTime, ctEventSource, ctAwsRegion, ctUserIdentity,
		ctSourceIPAddress, ctRecipientAccountID, ctInsightDetails,
	} {
		if t.f[i] > 0 {
			evidence++
		}
	}
	return evidence >= 2
}

// hasText tells a record some of whose objects are JSON in strings: warehouses keep them so. It is
// an envelope of itself, which fromText opens.
func (t *trail) hasText() bool {
	for _, i := range [...]int{
		ctUserIdentity, ctRequestParameters, ctResponseElements, ctResources,
	} {
		n := t.f[i]
		if !t.isString(n) || !isNested(t.raw(n)[1:]) {
			continue
		}
		text := t.raw(n)
		var w walker
		if text = unescape(nil, text[1:len(text)-1]); w.isWhole(text) {
			return true
		}
	}
	return false
}

func (t *trail) time(e *Event) (reject string) {
	n, name := t.f[ctEventTime], "eventTime"
	if !t.isScalar(n) || t.nodes[n].kind == kindNull {
		n, name = t.f[ctTimestamp], "@timestamp"
	}
	if !t.isScalar(n) || t.nodes[n].kind == kindNull {
		return "no time: neither eventTime nor @timestamp"
	}
	var why string
	e.Time, why = timeOf(t.text(n))
	if why != "" {
		return name + " " + why
	}
	t.drop(n)
	return ""
}

func (t *trail) action(e *Event) {
	e.Service = t.move(t.f[ctEventSource])
	e.Action = t.move(t.f[ctEventName])
	e.Region = t.move(t.f[ctAwsRegion])
	e.IP = t.move(t.f[ctSourceIPAddress])
	e.Agent = t.move(t.f[ctUserAgent])
	e.EventID = t.move(t.f[ctEventID])
	e.Account = t.move(t.f[ctRecipientAccountID])
	e.ReadOnly = t.isBool(t.f[ctReadOnly])
	if e.ReadOnly >= 0 {
		t.drop(t.f[ctReadOnly])
	}
	// Insights events tell of an unusual rate of calls and have no name of their own.
	if in := t.f[ctInsightDetails]; in > 0 && e.Action == "" {
		e.Action = t.text(t.member(in, "insightType"))
		if e.Service == "" {
			e.Service = t.text(t.member(in, "eventSource"))
		}
	}
}

// category says which of a trail's event selectors delivered the record; each can be off. The
// member came with version 1.07; older records have only a flag, the oldest nothing.
func (t *trail) category(e *Event) {
	switch n := t.f[ctEventCategory]; {
	case t.is(n, "Management"):
		e.Category = "management"
	case t.is(n, "Data"):
		e.Category = "data"
	case t.is(n, "NetworkActivity"):
		e.Category = "network"
	case t.is(n, "Insight"), t.f[ctInsightDetails] > 0:
		e.Category = "insight"
	case n == 0:
		switch t.isBool(t.f[ctManagementEvent]) {
		case 1:
			e.Category = "management"
		case 0:
			e.Category = "data"
		}
		return
	default:
		e.Category = strings.ToLower(t.text(n))
	}
	t.drop(t.f[ctEventCategory])
}

// identity reads who acted. What becomes a column goes from details; the account stays
// where it is another than the event's.
func (t *trail) identity(e *Event) {
	ui := t.f[ctUserIdentity]
	if ui == 0 || t.nodes[ui].kind != kindObject {
		return
	}
	t.pick(ui, &identityNames, true, t.id[:])
	t.edit(ui)
	e.ActorKind = t.move(t.id[idType])
	e.Credential = t.move(t.id[idAccessKeyID])
	if e.Credential != "" {
		e.CredentialKind = "access_key"
	}
	e.Via = t.move(t.id[idInvokedBy])
	for _, i := range [...]int{idArn, idUserName, idPrincipalID} {
		if e.Actor = t.text(t.id[i]); e.Actor != "" {
			t.drop(t.id[i])
			break
		}
	}
	if e.Actor == "" {
		e.Actor = e.Via
	}
	account := t.id[idAccountID]
	if e.Account == "" {
		e.Account = t.move(account)
	} else if t.text(account) == e.Account {
		t.drop(account)
	}
	session := t.id[idSessionContext]
	attributes := t.member(session, "attributes")
	if created := t.member(attributes, "creationDate"); created > 0 {
		t.edit(session)
		t.edit(attributes)
		e.Session = t.move(created)
	}
}

// outcome reads whether the call succeeded. A failed console login has no error code.
func (t *trail) outcome(e *Event) {
	e.Outcome = "success"
	if e.Error = t.text(t.f[ctErrorCode]); e.Error != "" {
		e.Outcome = "failure"
		t.drop(t.f[ctErrorCode])
		return
	}
	if e.Action != "ConsoleLogin" {
		return
	}
	if t.is(t.member(t.f[ctResponseElements], "ConsoleLogin"), "Failure") {
		e.Outcome = "failure"
		e.Error = t.move(t.f[ctErrorMessage])
	}
}

// console names the session that a login begins: no key signs it, so nothing else would. It is
// known by the identity, which a form that has names only leaves out.
func (t *trail) console(e *Event) {
	if e.Action != "ConsoleLogin" || e.Credential != "" || e.Outcome != "success" ||
		!strings.HasPrefix(e.Actor, "arn:") {
		return
	}
	at := time.UnixMicro(e.Time).UTC().Format(time.RFC3339)
	e.Credential, e.CredentialKind = t.arena.join("console:", e.Actor, "@", at), "console"
}

// minted returns the credential that a successful call made. Secrets beside it are not
// looked at.
func (t *trail) minted(e *Event) string {
	response := t.f[ctResponseElements]
	if e.Outcome != "success" || response == 0 {
		return ""
	}
	switch {
	case e.Action == "CreateAccessKey":
		return t.text(t.path(response, "accessKey", "accessKeyId"))
	case e.Action == "CreateServiceSpecificCredential":
		return t.text(t.path(response, "serviceSpecificCredential", "serviceSpecificCredentialId"))
	case strings.HasPrefix(e.Service, "sts."), e.Action == "GetSigninToken":
		return t.text(t.path(response, "credentials", "accessKeyId"))
	}
	return ""
}
