package main

import (
	"fmt"
	"strconv"
	"time"
)

const (
	perFile = 500 // events
	minted  = 40  // sessions that a file's events mint
)

// The time that the logs span. The incident opens within it.
var (
	logStarts = time.Date(2022, 12, 1, 0, 0, 0, 0, time.UTC)
	logEnds   = time.Date(2023, 2, 1, 0, 0, 0, 0, time.UTC)
)

// intruders are addresses that were published for the incident.
var intruders = []string{"178.249.214.10", "89.36.78.75", "72.18.132.58", "188.68.229.52"}

// trail writes the records of one file.
type trail struct {
	*company
	*dice
	index, files int
	sessions     []session // those of the two files before, then the file's own
	live         int       // how many of them are minted by now
	buf          []byte

	// The event at hand.
	at      time.Time
	account string
	region  string
}

// session is a role's temporary credential: derived when an access key minted it, directly or
// over another session.
type session struct {
	actor
	role    *role
	name    string
	parent  string // the minting actor's identity as JSON, "" for a service
	address string // of the minting actor
	agent   string
}

func newTrail(c *company, index, files int) *trail {
	//nolint:gosec // G115: a file's number
	t := &trail{company: c, dice: newDice(uint64(index) + 1<<20), index: index, files: files}
	for i := index - 2; i <= index; i++ {
		for k := range minted {
			t.sessions = append(t.sessions, c.session(i, k, files, 0))
		}
	}
	t.live = 2 * minted
	return t
}

// session is the k-th that file i mints. It is the same whichever file asks.
func (c *company) session(i, k, files, depth int) session {
	d := newDice(uint64(i+2)<<32 + uint64(k) + 1<<60) //nolint:gosec // G115: numbers of files
	r := &c.roles[d.IntN(len(c.roles))]
	s := session{actor: r.actor, role: r, agent: pick(d, r.agents), address: pick(d, services)}
	s.name = string(d.appendHex([]byte("i-0"), 16))
	switch n := d.IntN(10); {
	case n < 2:
		u := c.users[d.IntN(len(c.users))]
		s.parent, s.address, s.agent = u.identity, pick(d, u.addresses), pick(d, u.agents)
		s.addresses, s.agents, s.name = u.addresses, u.agents, "deploy"
	case n == 2 && depth < 3:
		p := c.session(i-1, d.IntN(minted), files, depth+1)
		s.parent, s.address, s.agent = p.identity, pick(d, p.addresses), pick(d, p.agents)
		s.addresses, s.agents, s.name = p.addresses, p.agents, "chained"
	}
	s.key = string(d.appendID([]byte("ASIA"), 16))
	s.caller = fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", r.account, r.name, s.name)
	made := timeOf(i, mintedBy(k), files).Format(time.RFC3339)
	s.identity = fmt.Sprintf(`{"type":"AssumedRole","principalId":"%[1]s:%[2]s","arn":"%[3]s",`+
		`"accountId":"%[4]s","accessKeyId":"%[5]s","sessionContext":{"sessionIssuer":{`+
		`"type":"Role","principalId":"%[1]s","arn":"arn:aws:iam::%[4]s:role/%[6]s",`+
		`"accountId":"%[4]s","userName":"%[6]s"},"webIdFederationData":{},"attributes":{`+
		`"creationDate":"%[7]s","mfaAuthenticated":"false"}}}`,
		r.id, s.name, s.caller, r.account, s.key, r.name, made)
	return s
}

// mintedBy is the place in its file of the event that mints session k.
func mintedBy(k int) int { return k*perFile/minted + perFile/minted/2 }

func timeOf(file, event, files int) time.Time {
	all := logEnds.Sub(logStarts)
	place := float64(file*perFile+event) / float64(files*perFile)
	return logStarts.Add(time.Duration(place * float64(all))).Truncate(time.Second)
}

// write returns the file's content before compression. It is valid until the next call.
func (t *trail) write() []byte {
	t.buf = append(t.buf[:0], `{"Records":[`...)
	for i := range perFile {
		if i > 0 {
			t.buf = append(t.buf, ',')
		}
		t.at = timeOf(t.index, i, t.files)
		own := t.live - 2*minted
		if own < minted && i == mintedBy(own) {
			t.mint(&t.sessions[t.live])
			t.live++
			continue
		}
		t.event()
	}
	t.buf = append(t.buf, "]}"...)
	return t.buf
}

func (t *trail) event() {
	switch n := t.IntN(1000); {
	case n < 130:
		t.service()
	case n < 135:
		t.login()
	case n < 280:
		u := &t.users[t.IntN(len(t.users))]
		t.account, t.region = u.account, pick(t.dice, u.regions)
		t.use(u)
	case n == 280 && t.at.After(logStarts.AddDate(0, 0, 20)):
		t.intruder()
	default:
		s := &t.sessions[t.IntN(t.live)]
		t.account, t.region = s.role.account, pick(t.dice, s.regions)
		t.use(&s.actor)
	}
}

// use is a call that an actor makes as always; one in fifty comes from elsewhere.
func (t *trail) use(a *actor) {
	address := pick(t.dice, a.addresses)
	if t.IntN(50) == 0 {
		address = fmt.Sprintf("81.%d.%d.%d", t.IntN(60), t.IntN(250), 1+t.IntN(250))
	}
	t.begin(a.identity, address, pick(t.dice, a.agents), &t.calls[pick(t.dice, a.calls)])
}

// intruder uses one of twelve stolen keys.
func (t *trail) intruder() {
	u := &t.users[t.IntN(12)]
	t.account, t.region = u.account, "us-east-1"
	t.begin(u.identity, pick(t.dice, intruders), "aws-cli/2.8.7 Python/3.9.11 Windows/10 exe/AMD64",
		&t.calls[pick(t.dice, t.busy)])
}

func (t *trail) service() {
	t.account, t.region = pick(t.dice, t.accounts), pick(t.dice, regions)
	s := pick(t.dice, services)
	t.begin(`{"type":"AWSService","invokedBy":"`+s+`"}`, s, s, &t.calls[pick(t.dice, t.busy)])
}

// begin writes a whole record; the call's templates are filled in.
func (t *trail) begin(identity, address, agent string, c *call) {
	t.head(identity, c.service, c.action, address, agent)
	response := c.response
	if t.IntN(25) == 0 {
		t.text(`"errorCode":"`, pick(t.dice, errorCodes), `","errorMessage":"User is not `+
			`authorized to perform: `, c.action, ` on resource: arn:aws:iam::`, t.account,
			`:role/`, pick(t.dice, t.names), ` because no identity-based policy allows it",`)
		response = "null"
	}
	t.text(`"requestParameters":`)
	t.fill(c.request)
	t.text(`,"responseElements":`)
	t.fill(response)
	if c.service == "s3.amazonaws.com" {
		t.text(`,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":`+
			`"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":0,"AuthenticationMethod":`+
			`"AuthHeader","x-amz-id-2":"`, "")
		t.buf = t.appendFrom(t.buf, base64, 76)
		t.text(`","bytesTransferredOut":`)
		t.buf = strconv.AppendInt(t.buf, t.Int64N(1<<20), 10)
		t.text("}")
	}
	t.tail(c)
}

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

var errorCodes = []string{
	"AccessDenied", "AccessDenied", "Client.UnauthorizedOperation", "ThrottlingException",
	"NoSuchEntityException", "ResourceNotFoundException", "ValidationException",
}

func (t *trail) head(identity, service, action, address, agent string) {
	t.text(`{"eventVersion":"1.08","userIdentity":`, identity, `,"eventTime":"`)
	t.buf = t.at.AppendFormat(t.buf, time.RFC3339)
	t.text(`","eventSource":"`, service, `","eventName":"`, action, `","awsRegion":"`, t.region,
		`","sourceIPAddress":"`, address, `","userAgent":"`, agent, `",`)
}

func (t *trail) tail(c *call) {
	t.text(`,"requestID":"`)
	t.buf = t.appendUUID(t.buf)
	t.text(`","eventID":"`)
	t.buf = t.appendUUID(t.buf)
	t.text(`","readOnly":`, c.readOnly)
	if c.resources != "" {
		t.text(`,"resources":`)
		t.fill(c.resources)
	}
	t.text(`,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"`, t.account, `"`)
	if t.IntN(8) == 0 {
		t.text(`,"sharedEventID":"`)
		t.buf = t.appendUUID(t.buf)
		t.text(`","vpcEndpointId":"vpce-`)
		t.buf = t.appendHex(t.buf, 17)
		t.text(`"`)
	}
	t.text(`,"eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.2","cipherSuite":`+
		`"ECDHE-RSA-AES128-GCM-SHA256","clientProvidedHostHeader":"`, c.service, `"}}`)
}

// mint is the AssumeRole that makes a session.
func (t *trail) mint(s *session) {
	t.account, t.region = s.role.account, s.regions[0]
	identity := s.parent
	if identity == "" {
		identity = `{"type":"AWSService","invokedBy":"` + s.address + `"}`
	}
	t.head(identity, "sts.amazonaws.com", "AssumeRole", s.address, s.agent)
	t.text(`"requestParameters":{"roleArn":"arn:aws:iam::`, s.role.account, `:role/`, s.role.name,
		`","roleSessionName":"`, s.name, `","durationSeconds":3600},"responseElements":{`+
			`"credentials":{"accessKeyId":"`, s.key, `","sessionToken":"`)
	t.buf = t.appendFrom(t.buf, base64, 356)
	t.text(`","expiration":"`, t.at.Add(time.Hour).Format("Jan 2, 2006, 3:04:05 PM"),
		`"},"assumedRoleUser":{"assumedRoleId":"`, s.role.id, `:`, s.name, `","arn":"`,
		s.caller, `"}}`)
	t.tail(&call{service: "sts.amazonaws.com", readOnly: "true", resources: `[{"accountId":"` +
		s.role.account + `","type":"AWS::IAM::Role","ARN":"arn:aws:iam::` + s.role.account +
		`:role/` + s.role.name + `"}]`})
}

// login is a person at the console; one in ten mistypes the password.
func (t *trail) login() {
	t.account, t.region = pick(t.dice, t.accounts), "us-east-1"
	name := pick(t.dice, words)
	t.head(`{"type":"IAMUser","accountId":"`+t.account+`","accessKeyId":"","userName":"`+name+
		`"}`, "signin.amazonaws.com", "ConsoleLogin", "81.2.69."+strconv.Itoa(t.IntN(250)),
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/108.0.0.0 Safari/537.36")
	if t.IntN(10) == 0 {
		t.text(`"errorMessage":"Failed authentication","requestParameters":null,` +
			`"responseElements":{"ConsoleLogin":"Failure"}`)
	} else {
		t.text(`"requestParameters":null,"responseElements":{"ConsoleLogin":"Success"}`)
	}
	t.text(`,"additionalEventData":{"LoginTo":"https://console.aws.amazon.com/console/home",` +
		`"MobileVersion":"No","MFAUsed":"Yes"}`)
	t.tail(&call{service: "signin.amazonaws.com", readOnly: "false"})
}

func (t *trail) text(parts ...string) {
	for _, p := range parts {
		t.buf = append(t.buf, p...)
	}
}

// fill writes a template of calls.tsv: $ and a letter stand for a value.
func (t *trail) fill(template string) {
	for i := 0; i < len(template); i++ {
		if template[i] != '$' || i+1 == len(template) {
			t.buf = append(t.buf, template[i])
			continue
		}
		i++
		t.value(template[i])
	}
}

func (t *trail) value(letter byte) {
	switch letter {
	case 'a':
		t.text(t.account)
	case 'r':
		t.text(t.region)
	case 'u':
		t.buf = t.appendUUID(t.buf)
	case 'h':
		t.buf = t.appendHex(t.buf, 17)
	case 'x':
		t.buf = t.appendHex(t.buf, 64)
	case 'z':
		t.buf = t.appendID(t.buf, 17)
	case 'n':
		t.text(pick(t.dice, t.names))
	case 'b':
		t.text(pick(t.dice, t.buckets))
	case 'k':
		t.text(pick(t.dice, t.kmsKeys))
	case 'p':
		t.text("AWSLogs/", t.account, "/", pick(t.dice, t.names), "/2022/12/part-")
		t.buf = t.appendHex(t.buf, 8)
		t.text(".parquet")
	case 'd':
		t.buf = strconv.AppendInt(t.buf, t.Int64N(100), 10)
	case 'e':
		t.buf = strconv.AppendInt(t.buf, t.at.Unix(), 10)
	case 't':
		t.buf = t.at.AppendFormat(t.buf, time.RFC3339)
	default: // $LATEST is a version's name
		t.buf = append(t.buf, '$', letter)
	}
}
