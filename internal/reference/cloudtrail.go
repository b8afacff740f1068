package reference

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"breachwindow/ingest"
)

// trailNames are the members of a CloudTrail record, whose names some exports fold to lower case.
var trailNames = strings.Fields(`eventVersion userIdentity eventTime eventSource eventName awsRegion
	sourceIPAddress userAgent errorCode errorMessage requestParameters responseElements eventID
	readOnly resources eventType recipientAccountId insightDetails @timestamp managementEvent
	eventCategory CloudTrailEvent requestID apiVersion serviceEventDetails sharedEventID
	vpcEndpointId vpcEndpointAccountId addendum sessionCredentialFromConsole edgeDeviceDetails
	tlsDetails additionalEventData eventContext annotation`)

var identityNames = strings.Fields(`type principalId arn accountId accessKeyId userName invokedBy
	sessionContext`)

// unfold finds members whose names differ only in case by their documented names. Only those of
// the record itself are then spelled so.
func (o object) unfold(names []string, respell bool) {
	for _, name := range names {
		i := o.fold(name)
		if i < 0 || o[i].key == name {
			continue
		}
		for j := range o[:i] {
			if isASCII(o[j].key) && strings.EqualFold(o[j].key, name) {
				o[j].value = nil
			}
		}
		if o[i].key = name; respell {
			o[i].name = []byte(strconv.Quote(name))
		}
	}
}

func cloudTrail(o object) (e ingest.Event, ok bool) {
	o.unfold(trailNames, true)
	insight, isInsight := objectOf(o.raw("insightDetails"))
	named := isString(o.raw("eventName")) || isInsight
	if !named || isString(o.raw("CloudTrailEvent")) ||
		strings.HasPrefix(o.text("eventVersion"), "2.") ||
		strings.HasPrefix(o.text("eventSource"), "aws:") ||
		strings.HasPrefix(strings.ToLower(o.text("eventSource")), "github.") {
		return e, false
	}
	when := "eventTime"
	if raw := o.raw(when); !isScalar(raw) || string(raw) == "null" {
		when = "@timestamp"
	}
	if e.Time, ok = timeOf(o.text(when)); !ok {
		return e, false
	}
	o.drop(when)
	e.Service, e.Action, e.Region = o.move("eventSource"), o.move("eventName"), o.move("awsRegion")
	e.IP, e.Agent = o.move("sourceIPAddress"), o.move("userAgent")
	e.EventID, e.Account = o.move("eventID"), o.move("recipientAccountId")
	if isInsight && e.Action == "" {
		e.Action = insight.text("insightType")
		e.Service = firstOf(e.Service, insight.text("eventSource"))
	}
	if e.ReadOnly = flag(o.raw("readOnly")); e.ReadOnly >= 0 {
		o.drop("readOnly")
	}
	e.Category = trailCategory(o, isInsight)
	trailIdentity(o, &e)
	trailOutcome(o, &e)
	e.Details = o.details()
	return e, true
}

func trailCategory(o object, isInsight bool) string {
	if o.at("eventCategory") < 0 && !isInsight {
		return map[int8]string{1: "management", 0: "data"}[flag(o.raw("managementEvent"))]
	}
	given := ""
	if raw := o.raw("eventCategory"); isString(raw) {
		given = text(raw)
	}
	said := o.text("eventCategory")
	o.drop("eventCategory")
	switch {
	case given == "NetworkActivity":
		return "network"
	case given == "Management", given == "Data":
		return strings.ToLower(given)
	case isInsight:
		return "insight"
	}
	return strings.ToLower(said)
}

func trailIdentity(o object, e *ingest.Event) {
	ui, ok := objectOf(o.raw("userIdentity"))
	if !ok {
		return
	}
	ui.unfold(identityNames, false)
	e.ActorKind, e.Credential, e.Via = ui.move("type"), ui.move("accessKeyId"), ui.move("invokedBy")
	if e.Credential != "" {
		e.CredentialKind = "access_key"
	}
	for _, key := range []string{"arn", "userName", "principalId"} {
		if e.Actor = ui.text(key); e.Actor != "" {
			ui.drop(key)
			break
		}
	}
	e.Actor = firstOf(e.Actor, e.Via)
	switch {
	case e.Account == "":
		e.Account = ui.move("accountId")
	case ui.text("accountId") == e.Account:
		ui.drop("accountId")
	}
	session := ui.object("sessionContext")
	attributes := session.object("attributes")
	if attributes.at("creationDate") >= 0 {
		e.Session = attributes.move("creationDate")
		session.set("attributes", attributes)
		ui.set("sessionContext", session)
	}
	o.set("userIdentity", ui)
}

func trailOutcome(o object, e *ingest.Event) {
	e.Outcome, e.Error = "success", o.text("errorCode")
	response := o.object("responseElements")
	switch {
	case e.Error != "":
		e.Outcome = "failure"
		o.drop("errorCode")
	case e.Action == "ConsoleLogin" && string(response.raw("ConsoleLogin")) == `"Failure"`:
		e.Outcome, e.Error = "failure", o.move("errorMessage")
	case e.Action == "CreateAccessKey":
		e.Minted = response.path("accessKey", "accessKeyId")
	case strings.HasPrefix(e.Service, "sts."), e.Action == "GetSigninToken":
		e.Minted = response.path("credentials", "accessKeyId")
	case e.Action == "CreateServiceSpecificCredential":
		e.Minted = response.path("serviceSpecificCredential", "serviceSpecificCredentialId")
	case e.Action == "ConsoleLogin" && e.Credential == "" && strings.HasPrefix(e.Actor, "arn:"):
		e.CredentialKind = "console"
		e.Credential = fmt.Sprintf("console:%s@%s", e.Actor,
			time.UnixMicro(e.Time).UTC().Format(time.RFC3339))
	}
}
