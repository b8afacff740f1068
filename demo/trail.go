package demo

import (
	"strings"
	"time"
)

// record is one CloudTrail event of version 1.08, members in CloudTrail's order.
type record struct {
	EventVersion       string      `json:"eventVersion"`
	UserIdentity       identity    `json:"userIdentity"`
	EventTime          string      `json:"eventTime"`
	EventSource        string      `json:"eventSource"`
	EventName          string      `json:"eventName"`
	AWSRegion          string      `json:"awsRegion"`
	SourceIPAddress    string      `json:"sourceIPAddress"`
	UserAgent          string      `json:"userAgent"`
	ErrorCode          string      `json:"errorCode,omitempty"`
	ErrorMessage       string      `json:"errorMessage,omitempty"`
	RequestParameters  params      `json:"requestParameters"`
	ResponseElements   params      `json:"responseElements"`
	AdditionalData     params      `json:"additionalEventData,omitempty"`
	RequestID          string      `json:"requestID,omitempty"`
	EventID            string      `json:"eventID"`
	ReadOnly           bool        `json:"readOnly"`
	Resources          []resource  `json:"resources,omitempty"`
	EventType          string      `json:"eventType"`
	ManagementEvent    bool        `json:"managementEvent"`
	RecipientAccountID string      `json:"recipientAccountId"`
	SharedEventID      string      `json:"sharedEventID,omitempty"`
	EventCategory      string      `json:"eventCategory"`
	TLSDetails         *tlsDetails `json:"tlsDetails,omitempty"`

	at time.Time
}

// params is a JSON object; nil is null.
type params map[string]any

// identity is userIdentity.
type identity struct {
	Type           string          `json:"type"`
	PrincipalID    string          `json:"principalId,omitempty"`
	ARN            string          `json:"arn,omitempty"`
	AccountID      string          `json:"accountId,omitempty"`
	AccessKeyID    string          `json:"accessKeyId,omitempty"`
	UserName       string          `json:"userName,omitempty"`
	SessionContext *sessionContext `json:"sessionContext,omitempty"`
	InvokedBy      string          `json:"invokedBy,omitempty"`
}

type sessionContext struct {
	SessionIssuer   sessionIssuer     `json:"sessionIssuer"`
	WebIDFederation struct{}          `json:"webIdFederationData"`
	Attributes      sessionAttributes `json:"attributes"`
	EC2RoleDelivery string            `json:"ec2RoleDelivery,omitempty"`
}

type sessionIssuer struct {
	Type        string `json:"type,omitempty"`
	PrincipalID string `json:"principalId,omitempty"`
	ARN         string `json:"arn,omitempty"`
	AccountID   string `json:"accountId,omitempty"`
	UserName    string `json:"userName,omitempty"`
}

type sessionAttributes struct {
	CreationDate string `json:"creationDate"`
	MFA          string `json:"mfaAuthenticated"`
}

type resource struct {
	AccountID string `json:"accountId,omitempty"`
	Type      string `json:"type,omitempty"`
	ARN       string `json:"ARN"`
}

type tlsDetails struct {
	Version string `json:"tlsVersion"`
	Cipher  string `json:"cipherSuite"`
	Host    string `json:"clientProvidedHostHeader"`
}

// call is what a record says, without what follows from it.
type call struct {
	at       time.Time
	who      identity
	from     caller
	region   string // "" is us-east-1
	service  string // eventSource without .amazonaws.com
	name     string
	write    bool
	request  params
	response params
	refused  string // errorCode
	message  string
	touched  []resource
}

// caller is where a call came from and what made it. A service of AWS has its own name as both.
type caller struct{ ip, agent string }

// trail collects the account's records.
type trail struct {
	d       dice
	records []record
}

// add completes a call to a record.
func (t *trail) add(c call) {
	if c.region == "" {
		c.region = regionMain
	}
	r := record{
		EventVersion: "1.08", UserIdentity: c.who,
		EventTime: stamp(c.at), at: c.at,
		EventSource: c.service + ".amazonaws.com", EventName: c.name, AWSRegion: c.region,
		SourceIPAddress: c.from.ip, UserAgent: c.from.agent,
		ErrorCode: c.refused, ErrorMessage: c.message,
		RequestParameters: c.request, ResponseElements: c.response,
		RequestID: t.d.uuid(), EventID: t.d.uuid(), ReadOnly: !c.write, Resources: c.touched,
		EventType: "AwsApiCall", ManagementEvent: true,
		RecipientAccountID: account, EventCategory: "Management",
	}
	if c.who.Type == "AWSService" {
		r.SharedEventID = t.d.uuid()
	}
	host := apiHost(c.service, c.region)
	byService := strings.HasSuffix(c.from.ip, ".amazonaws.com")
	if c.service == "s3" {
		t.dressS3(&r, byService)
		if bucket, ok := c.request["bucketName"].(string); ok {
			host = bucket + "." + host
		}
	}
	if strings.Contains(c.from.ip, ":") {
		host = c.service + "." + c.region + ".api.aws" // only dual-stack endpoints speak IPv6
	}
	if !byService {
		r.TLSDetails = &tlsDetails{"TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", host}
	}
	t.records = append(t.records, r)
}

// dressS3 gives a record the peculiarities of S3: its own request ids, the agent in brackets,
// and the particulars of the transfer.
func (t *trail) dressS3(r *record, byService bool) {
	r.RequestID = t.d.text(digits+upper, 16)
	r.AdditionalData = params{
		"SignatureVersion": "SigV4", "CipherSuite": "ECDHE-RSA-AES128-GCM-SHA256",
		"AuthenticationMethod": "AuthHeader", "x-amz-id-2": t.d.text(base62, 75) + "=",
		"bytesTransferredIn": 0, "bytesTransferredOut": 300 + t.d.below(5000),
	}
	if !byService {
		r.UserAgent = "[" + r.UserAgent + "]"
	}
}

// apiHost is the name of a service's endpoint. IAM has one for the whole world.
func apiHost(service, region string) string {
	switch service {
	case "iam":
		return "iam.amazonaws.com"
	case "ecr":
		return "api.ecr." + region + ".amazonaws.com"
	}
	return service + "." + region + ".amazonaws.com"
}

// iamUser is the identity of a user who signs with key at t.
func (c *cast) iamUser(id, key string) identity {
	u := c.users[id]
	return identity{
		Type: "IAMUser", PrincipalID: u.principalID, ARN: userARN(u.name),
		AccountID: account, AccessKeyID: key, UserName: u.name,
	}
}

// assumed is the identity of a session of a role.
func (c *cast) assumed(role, session, key string, since time.Time) identity {
	id := c.roles[role]
	return identity{
		Type: "AssumedRole", PrincipalID: id + ":" + session,
		ARN:       "arn:aws:sts::" + account + ":assumed-role/" + role + "/" + session,
		AccountID: account, AccessKeyID: key,
		SessionContext: &sessionContext{
			SessionIssuer: sessionIssuer{
				Type: "Role", PrincipalID: id, ARN: roleARN(role), AccountID: account, UserName: role,
			},
			Attributes: sessionAttributes{CreationDate: stamp(since), MFA: "false"},
		},
	}
}

// service is the identity of a service of AWS that acts for itself.
func service(name string) identity {
	return identity{Type: "AWSService", InvokedBy: name}
}

func stamp(t time.Time) string { return t.Format(time.RFC3339) }

// prose is how AWS spelled times in answers in the winter of 2022.
func prose(t time.Time) string { return t.Format("Jan 2, 2006, 3:04:05 PM") }

func userARN(name string) string { return "arn:aws:iam::" + account + ":user/" + name }

// roleARN is a role's ARN; roles of services and of single sign-on have paths of their own.
func roleARN(name string) string {
	path := map[string]string{
		roleConfig:   "aws-service-role/config.amazonaws.com/",
		roleEngineer: "aws-reserved/sso.amazonaws.com/",
	}[name]
	return "arn:aws:iam::" + account + ":role/" + path + name
}

const (
	roleEngineer   = "AWSReservedSSO_PlatformEngineer_3f1c9a7e2b6d4c58"
	roleInstance   = "gateway-instance"
	roleMetrics    = "metrics-reader"
	roleConfig     = "AWSServiceRoleForConfig"
	roleTasks      = "ecs-task-execution"
	roleBreakGlass = "ops-break-glass"
)
