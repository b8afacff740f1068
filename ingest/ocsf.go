package ingest

import (
	"strings"
	"time"
)

const ocsfLabel = "ocsf"

// ocsfFields are where OCSF, the schema of Security Lake, has a CloudTrail record's members: of a
// member that stands in several places the first counts. 1.0.0-rc.2 and 1.1 to 1.5 differ in who
// acted. Sources: the pairs of aws-samples/amazon-security-lake-ocsf-validation, and
// ocsf/examples, mappings/markdown/AWS/v1.5.0/CloudTrail.
var ocsfFields = [...]struct {
	path string
	column
}{
	{"metadata.product.version", column{name: "eventVersion"}},
	{"metadata.uid", column{name: "eventID"}},
	{"metadata.event_code", column{name: "eventType"}},
	{"time", column{name: "eventTime"}},
	{"time_dt", column{name: "eventTime"}},
	{"cloud.region", column{name: "awsRegion"}},
	{"cloud.account.uid", column{name: "recipientAccountId"}},
	{"api.operation", column{name: "eventName"}},
	{"api.service.name", column{name: "eventSource"}},
	{"api.version", column{name: "apiVersion"}},
	{"api.request.uid", column{name: "requestID"}},
	{"api.request.data", column{name: "requestParameters", cell: cellMap}},
	{"api.response.data", column{name: "responseElements", cell: cellMap}},
	{"api.response.error", column{name: "errorCode"}},
	{"api.response.message", column{name: "errorMessage"}},
	{"http_request.user_agent", column{name: "userAgent"}},
	{"src_endpoint.ip", column{name: "sourceIPAddress"}},
	{"src_endpoint.domain", column{name: "sourceIPAddress"}},
	{"src_endpoint.uid", column{name: "vpcEndpointId"}},
	{"dst_endpoint.svc_name", column{as: "additionalEventData.LoginTo"}},
	{"policy.uid", column{as: "requestParameters.policyArn"}},
	{"session.credential_uid", column{as: "responseElements.credentials.accessKeyId"}},
	{"session.uid", column{as: "responseElements.assumedRoleUser.arn"}},
	{"session.uid_alt", column{as: "responseElements.assumedRoleUser.assumedRoleId"}},
	{"actor.invoked_by", column{as: "userIdentity.invokedBy"}},
	{"actor.idp.name", column{as: "userIdentity.identityProvider"}},
	{"actor.idp.uid", column{as: "userIdentity.onBehalfOf.identityStoreArn"}},
	{"actor.session.created_time", column{as: createdPath}},
	{"actor.session.created_time_dt", column{as: createdPath}},
	{"actor.session.is_mfa", column{as: "userIdentity.sessionContext.attributes.mfaAuthenticated"}},
	{"actor.session.mfa", column{as: "userIdentity.sessionContext.attributes.mfaAuthenticated"}},
	{"actor.session.issuer", column{as: "userIdentity.sessionContext.sessionIssuer.arn"}},
	{"actor.user.type", column{as: "userIdentity.type"}},
	{"actor.user.name", column{as: "userIdentity.userName"}},
	{"actor.user.account.uid", column{as: "userIdentity.accountId"}},
	{"actor.user.account_uid", column{as: "userIdentity.accountId"}},
	{"actor.user.credential_uid", column{as: "userIdentity.accessKeyId"}},
	{"actor.user.uuid", column{as: arnPath}},          // 1.0.0-rc.2
	{"actor.user.uid_alt", column{as: principalPath}}, // 1.1 on
}

const (
	createdPath   = "userIdentity.sessionContext.attributes.creationDate"
	arnPath       = "userIdentity.arn"
	principalPath = "userIdentity.principalId"
	consolePath   = "responseElements.ConsoleLogin"
)

// fromOCSF makes a record of the OCSF event that was just walked, if it is CloudTrail's.
func (o *opener) fromOCSF() (record []byte, why string) {
	if o.top("class_uid") == 0 || !o.is(o.at("metadata", "product", "name"), "CloudTrail") {
		return nil, ""
	}
	c := ocsfEvent{opener: o, has: map[string]bool{}}
	o.assembler.begin()
	for _, f := range ocsfFields {
		c.add(f.column, o.at(strings.Split(f.path, ".")...))
	}
	c.actor()
	c.category()
	c.object()
	c.status()
	c.resources()
	c.unmapped()
	if c.why != "" {
		return nil, c.why
	}
	return o.assembled(), ""
}

// isOtherOCSF tells an event that Security Lake has from another source of AWS.
func (m *mapper) isOtherOCSF() bool {
	product := m.at("metadata", "product")
	return m.top("class_uid") > 0 && m.is(m.member(product, "vendor_name"), "AWS") &&
		m.isString(m.member(product, "name")) && !m.is(m.member(product, "name"), "CloudTrail")
}

// ocsfEvent is an OCSF event that is being made a record again.
type ocsfEvent struct {
	*opener
	has map[string]bool // the members that it was given
	why string          // it cannot become one
}

// add gives the record a member, from the node n, if it has none of this name.
func (c *ocsfEvent) add(to column, n int32) {
	if n = c.first(n); n == 0 || c.nodes[n].kind == kindNull {
		return
	}
	text := c.raw(n)
	if c.isScalar(n) {
		text = []byte(c.text(n))
	}
	c.addText(to, text)
}

func (c *ocsfEvent) addText(to column, text []byte) {
	path := to.as
	if path == "" {
		path = to.name
	}
	if c.has[path] || len(text) == 0 {
		return
	}
	if path == createdPath || path == "eventTime" {
		text = asLogged(text)
	}
	c.has[path] = true
	if why := c.assembler.add(to, text); c.why == "" {
		c.why = why
	}
}

// asLogged writes a time as CloudTrail does: sessions are told apart by the text of theirs.
func asLogged(text []byte) []byte {
	micros, why := timeOf(string(text))
	if why != "" {
		return text
	}
	return []byte(time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.999999Z07:00"))
}

// actor tells the name of who acted from his id, which changed places: 1.0.0-rc.2 has the
// principal's id where 1.1 has the ARN.
func (c *ocsfEvent) actor() {
	uid := c.at("actor", "user", "uid")
	if strings.HasPrefix(c.text(uid), "arn:") {
		c.add(column{as: arnPath}, uid)
		return
	}
	c.add(column{as: principalPath}, uid)
}

// category is what the feature is called, where the record had one; else all of them are named.
func (c *ocsfEvent) category() {
	name := c.text(c.at("metadata", "product", "feature", "name"))
	if !strings.Contains(name, ",") {
		c.addText(column{name: "eventCategory"}, []byte(name))
	}
}

// object gives the request its parameters back that tell on whom it acted.
func (c *ocsfEvent) object() {
	operation := c.text(c.at("api", "operation"))
	user := c.top("user")
	name, uid := c.member(user, "name"), c.member(user, "uuid")
	if uid == 0 {
		uid = c.member(user, "uid")
	}
	switch {
	case c.has["requestParameters"]:
	case strings.HasPrefix(operation, "AssumeRole"):
		if strings.HasPrefix(c.text(uid), "arn:") {
			c.add(column{as: "requestParameters.roleArn"}, uid)
		}
		c.add(column{as: "requestParameters.roleSessionName"}, name)
	case !c.is(c.at("api", "service", "name"), "iam.amazonaws.com"):
	case strings.Contains(operation, "Role"):
		c.add(column{as: "requestParameters.roleName"}, name)
	default:
		c.add(column{as: "requestParameters.userName"}, name)
	}
}

// status is all that is left of how a sign-in ended, and what tells a failure without a code.
func (c *ocsfEvent) status() {
	status := c.text(c.top("status"))
	switch {
	case status != "Success" && status != "Failure":
	case !c.is(c.at("api", "operation"), "ConsoleLogin"):
		if status == "Failure" {
			c.addText(column{name: "errorCode"}, []byte(status))
		}
	case !c.has["responseElements"]:
		c.addText(column{as: consolePath}, []byte(status))
	}
	mfa := c.top("is_mfa")
	if mfa == 0 {
		mfa = c.top("mfa")
	}
	switch c.isBool(mfa) {
	case 1:
		c.addText(column{as: "additionalEventData.MFAUsed"}, []byte("Yes"))
	case 0:
		c.addText(column{as: "additionalEventData.MFAUsed"}, []byte("No"))
	}
}

// unmapped gives back what has no place in OCSF: the members are named by their paths, and a list
// is its elements with commas between them.
func (c *ocsfEvent) unmapped() {
	n := c.top("unmapped")
	if n == 0 || c.nodes[n].kind != kindObject {
		return
	}
	for m := n + 1; m < c.nodes[n].next; m = c.nodes[m].next {
		to := column{as: string(c.key(m))}
		switch to.as {
		case "readOnly", "managementEvent":
			to.cell = cellFlag
		case "resources":
			to.cell = cellOther
		}
		if !strings.HasPrefix(to.as, resourceList) {
			c.add(to, m)
		}
	}
}

// resourceMembers are those of a resource, with their places in OCSF from 1.1 on.
var resourceMembers = [...]struct{ name, path string }{
	{"ARN", "uid"}, {"accountId", "owner.account.uid"}, {"type", "type"},
}

const resourceList = "resources[]."

// resources gives the list of resources back.
func (c *ocsfEvent) resources() {
	list := []byte{'['}
	open := func() {
		if len(list) > 1 {
			list = append(list, ',')
		}
		list = append(list, '{')
	}
	member := func(name, text string) {
		if text == "" {
			return
		}
		if list[len(list)-1] != '{' {
			list = append(list, ',')
		}
		list = append(appendQuoted(list, []byte(name)), ':')
		list = appendQuoted(list, []byte(text))
	}
	for i, n := 0, c.joined(); i < n; i++ {
		open()
		for _, m := range resourceMembers {
			text := c.text(c.at("unmapped", resourceList+m.name))
			if n > 1 && text != "" {
				text = strings.Split(text, ",")[i]
			}
			member(m.name, text)
		}
		list = append(list, '}')
	}
	if n := c.top("resources"); n > 0 && c.nodes[n].kind == kindArray {
		for e := n + 1; e < c.nodes[n].next; e = c.nodes[e].next {
			open()
			for _, m := range resourceMembers {
				member(m.name, c.text(c.path(e, strings.Split(m.path, ".")...)))
			}
			list = append(list, '}')
		}
	}
	if len(list) > 1 {
		c.addText(column{name: "resources", cell: cellJSON}, append(list, ']'))
	}
}

// joined tells how many resources there are in the texts of their members: one if these do not
// agree, for a comma may belong to a name.
func (c *ocsfEvent) joined() int {
	n := 0
	for _, m := range resourceMembers {
		text := c.text(c.at("unmapped", resourceList+m.name))
		if text == "" {
			continue
		}
		commas := strings.Count(text, ",") + 1
		if n > 0 && n != commas {
			return 1
		}
		n = commas
	}
	return n
}
