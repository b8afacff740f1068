package ingest

import "strings"

// elasticFields are where Elastic's common schema has a CloudTrail record's members: Filebeat
// takes records apart, and keeps the original only where it is told to.
var elasticFields = [...]struct {
	path string
	column
}{
	{"@timestamp", column{name: "eventTime"}},
	{"aws.cloudtrail.event_version", column{name: "eventVersion"}},
	{"event.provider", column{name: "eventSource"}},
	{"event.action", column{name: "eventName"}},
	{"event.id", column{name: "eventID"}},
	{"cloud.region", column{name: "awsRegion"}},
	{"source.address", column{name: "sourceIPAddress"}},
	{"user_agent.original", column{name: "userAgent"}},
	{"aws.cloudtrail.error_code", column{name: "errorCode"}},
	{"aws.cloudtrail.error_message", column{name: "errorMessage"}},
	{"aws.cloudtrail.request_id", column{name: "requestID"}},
	{"aws.cloudtrail.event_type", column{name: "eventType"}},
	{"aws.cloudtrail.event_category", column{name: "eventCategory"}},
	{"aws.cloudtrail.read_only", column{name: "readOnly", cell: cellFlag}},
	{"aws.cloudtrail.management_event", column{name: "managementEvent", cell: cellFlag}},
	{"aws.cloudtrail.api_version", column{name: "apiVersion"}},
	{"aws.cloudtrail.recipient_account_id", column{name: "recipientAccountId"}},
	{"aws.cloudtrail.shared_event_id", column{name: "sharedEventID"}},
	{"aws.cloudtrail.vpc_endpoint_id", column{name: "vpcEndpointId"}},
	{"aws.cloudtrail.resources", column{name: "resources", cell: cellMap}},
	{"aws.cloudtrail.request_parameters", column{name: "requestParameters", cell: cellMap}},
	{"aws.cloudtrail.response_elements", column{name: "responseElements", cell: cellMap}},
	{"aws.cloudtrail.additional_eventdata", column{name: "additionalEventData", cell: cellMap}},
	{"aws.cloudtrail.service_event_details", column{name: "serviceEventDetails", cell: cellMap}},
	{"aws.cloudtrail.user_identity.type", column{as: "userIdentity.type"}},
	{"user.id", column{as: "userIdentity.principalId"}},
	{"aws.cloudtrail.user_identity.arn", column{as: "userIdentity.arn"}},
	{"cloud.account.id", column{as: "userIdentity.accountId"}},
	{"aws.cloudtrail.user_identity.access_key_id", column{as: "userIdentity.accessKeyId"}},
	{"user.name", column{as: "userIdentity.userName"}},
	{"aws.cloudtrail.user_identity.invoked_by", column{as: "userIdentity.invokedBy"}},
	{
		"aws.cloudtrail.user_identity.session_context.creation_date",
		column{as: "userIdentity.sessionContext.attributes.creationDate"},
	},
}

// flattened are the members that Filebeat keeps whole in aws.cloudtrail.flattened; they win
// over their text.
var flattened = map[string]string{
	"requestParameters":   "request_parameters",
	"responseElements":    "response_elements",
	"additionalEventData": "additional_eventdata",
	"serviceEventDetails": "service_event_details",
}

// fromElastic makes a record of the document that was just walked; nil if it has none.
func (o *opener) fromElastic() (record []byte, why string) {
	if o.at("aws", "cloudtrail") == 0 {
		return nil, ""
	}
	a := &o.assembler
	a.begin()
	for _, f := range elasticFields {
		n := o.at(strings.Split(f.path, ".")...)
		if member, ok := flattened[f.name]; ok {
			if flat := o.at("aws", "cloudtrail", "flattened", member); flat > 0 {
				n = flat
			}
		}
		if n = o.first(n); n == 0 || o.nodes[n].kind == kindNull {
			continue
		}
		text := o.raw(n)
		if o.isScalar(n) {
			text = []byte(o.text(n))
		}
		if why := a.add(f.column, text); why != "" {
			return nil, "" // the nodes are the document's still
		}
	}
	return o.assembled(), ""
}

// at follows names from the record.
func (m *mapper) at(names ...string) int32 {
	return m.path(m.top(names[0]), names[1:]...)
}
