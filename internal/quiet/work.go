package quiet

import (
	"fmt"
	"strings"
	"time"
)

// trail is a CloudTrail record in the making.
type trail struct {
	at                        time.Time
	account, region, identity string
	address, agent            string
	call                      call
	response, failure         string
}

func (d dice) trail(t trail) event {
	response, failure := t.response, ""
	if response == "" {
		response = "null"
	}
	if t.failure != "" {
		failure = fmt.Sprintf(`"errorCode":%q,"errorMessage":"not authorized to perform %s",`,
			t.failure, t.call.action)
	}
	return event{t.at, "cloudtrail", fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":%s,"eventTime":%q,`+
		`"eventSource":%q,"eventName":%q,"awsRegion":%q,"sourceIPAddress":%q,"userAgent":%q,%s`+
		`"requestParameters":%s,"responseElements":%s,"requestID":%q,"eventID":%q,"readOnly":%t,`+
		`"eventType":"AwsApiCall","managementEvent":%t,"recipientAccountId":%q,"eventCategory":%q}`,
		t.identity, t.at.Format(time.RFC3339), t.call.service, t.call.action, t.region, t.address,
		t.agent, failure, t.call.request, response, d.uuid(), d.uuid(), t.call.reads,
		!t.call.isData(), t.account, t.call.category())}
}

// isData tells what CloudTrail calls data events, here those of objects.
func (c call) isData() bool {
	return c.action == "GetObject" || c.action == "PutObject" || c.action == "ListObjects"
}

func (c call) category() string {
	if c.isData() {
		return "Data"
	}
	return "Management"
}

func user(account, name, key string) string {
	return fmt.Sprintf(`{"type":"IAMUser","principalId":"AIDA%s","arn":"arn:aws:iam::%s:user/%s",`+
		`"accountId":%q,"accessKeyId":%q,"userName":%q}`,
		strings.ToUpper(strings.ReplaceAll(name, "-", "")), account, name, account, key, name)
}

func session(account, role, name, key string, made time.Time) string {
	return fmt.Sprintf(`{"type":"AssumedRole","principalId":"AROA%[1]s:%[2]s",`+
		`"arn":"arn:aws:sts::%[3]s:assumed-role/%[4]s/%[2]s","accountId":%[3]q,"accessKeyId":%[5]q,`+
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%[1]s",`+
		`"arn":"arn:aws:iam::%[3]s:role/%[4]s","accountId":%[3]q,"userName":%[4]q},`+
		`"attributes":{"creationDate":%[6]q,"mfaAuthenticated":"false"}}}`,
		strings.ToUpper(strings.ReplaceAll(role, "-", "")), name, account, role, key,
		made.Format(time.RFC3339))
}

// assume is the call that makes a session of a role, and its answer.
func (d dice) assume(t trail, role, name, child string) event {
	t.call = call{"sts.amazonaws.com", "AssumeRole", true, fmt.Sprintf(
		`{"roleArn":"arn:aws:iam::%s:role/%s","roleSessionName":%q,"durationSeconds":3600}`,
		t.account, role, name)}
	t.response = fmt.Sprintf(`{"credentials":{"accessKeyId":%q,"expiration":%q},"assumedRoleUser":`+
		`{"assumedRoleId":"AROA:%s","arn":"arn:aws:sts::%s:assumed-role/%s/%s"}}`, child,
		t.at.Add(time.Hour).Format("Jan 2, 2006, 3:04:05 PM"), name, t.account, role, name)
	return d.trail(t)
}

// work is what CI does in a slot: every so often a job of each context, and what it calls.
func (c *company) work(d dice, from time.Time, every time.Duration) []event {
	var out []event
	for at := from.Truncate(every); at.Before(from.Add(slot)); at = at.Add(every) {
		if at.Before(from) {
			continue
		}
		for i := range c.keys {
			begins := d.after(at, min(every, slot)-20*time.Minute)
			out = append(out, d.job(begins, c.keys[i].context)...)
			out = append(out, d.build(&c.keys[i], i, begins.Add(20*time.Second))...)
		}
		for i := range c.tokens {
			begins := d.after(at, min(every, slot)-20*time.Minute)
			out = append(out, d.job(begins, c.tokens[i].context)...)
			out = append(out, d.fetches(&c.tokens[i], i, begins.Add(5*time.Second))...)
		}
	}
	return out
}

// night is the job of the backup, ten minutes past two, or somewhat later.
func (c *company) night(from time.Time) []event {
	if from.Hour() != 0 {
		return nil
	}
	d := newDice(uint64(from.Unix())) //nolint:gosec // G115: after 1970
	begins := from.Add(2*time.Hour + 10*time.Minute + time.Duration(d.IntN(300))*time.Second)
	return append(d.job(begins, c.backup.context),
		d.build(&c.backup, len(c.keys), begins.Add(20*time.Second))...)
}

func (d dice) build(k *key, i int, at time.Time) []event {
	held := k.heldAt(i, at)
	t := trail{
		at: at, account: k.account, region: k.region, identity: user(k.account, k.user, held),
		address: k.place(d), agent: k.agent,
	}
	var out []event
	if k.role != "" {
		name, child := "build-"+d.hex(8), d.awsID("ASIA")
		out = append(out, d.assume(t, k.role, name, child))
		t.identity = session(k.account, k.role, name, child, at)
	}
	for n, call := range k.calls {
		t.at = at.Add(time.Duration(10+40*n) * time.Second)
		t.call = call
		out = append(out, d.trail(t))
	}
	return out
}

// job is a CircleCI job of ten minutes that is given a context.
func (d dice) job(at time.Time, context string) []event {
	workflow := d.uuid()
	record := func(at time.Time, action, kind, name string) event {
		return event{at, "circleci", fmt.Sprintf(`{"id":%q,"version":1,"action":%q,"occurred_at":%q,`+
			`"actor":{"id":"u1","type":"user","name":"github: alice"},"target":{"id":"t-%s","type":%q,`+
			`"name":%q},"organization":{"id":"o1","type":"organization","name":"github: acme"},`+
			`"payload":{"workflow":{"id":%q},"job":{"job_name":"build"}},"success":true,`+
			`"request":{"id":%q}}`,
			d.uuid(), action, at.Format(time.RFC3339), name, kind, name, workflow, d.uuid())}
	}
	return []event{
		record(at, "workflow.job.start", "job", "build"),
		record(at, "context.secrets.accessed", "context", context),
		record(at.Add(10*time.Minute), "workflow.job.finish", "job", "build"),
	}
}

// hub is a record of GitHub's audit log stream.
func (d dice) hub(
	at time.Time, action, login, repository, address, agent, hash string, number int, extra string,
) event {
	return event{at, "github", fmt.Sprintf(`{"@timestamp":%[1]d,"created_at":%[1]d,"_document_id":%[2]q,`+
		`"action":%[3]q,"actor":%[4]q,"actor_ip":%[5]q,"business":"acme","org":"acme","org_id":4711,`+
		`"repo":%[6]q,"repository":%[6]q,"repository_public":false,"user_agent":%[7]q,"hashed_token":%[8]q,`+
		`"token_id":%[9]d,"programmatic_access_type":"Personal access token (classic)",`+
		`"transport_protocol_name":"http"%[10]s}`,
		at.UnixMilli(), d.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 22), action,
		login, address, repository, agent, hash, number, extra)}
}

func (d dice) fetches(t *token, i int, at time.Time) []event {
	hash, number := t.heldAt(i, at)
	var out []event
	for n, repository := range t.repositories {
		out = append(out, d.hub(at.Add(time.Duration(n)*time.Second), "git.fetch", t.login, repository,
			t.address, "git/2.38.1", hash, number, ""))
	}
	return append(out, d.hub(at.Add(time.Minute), "pull_request.create", t.login, t.repositories[0],
		t.address, "octokit-rest.js/19.0.5", hash, number, ""))
}

// rotation is secadmin's work, from the office: the old keys are deleted, the old tokens are
// withdrawn from the organisation.
func (c *company) rotation(from time.Time) []event {
	var out []event
	d := newDice(2)
	within := func(at time.Time) bool { return !at.Before(from) && at.Before(from.Add(slot)) }
	for i, k := range c.held() {
		at := rotatedAt(i)
		e := d.trail(trail{
			at: at, account: k.account, region: "us-east-1", address: office, agent: browser,
			identity: user(k.account, "secadmin", "AKIASECADMIN"+k.account[:8]),
			call: call{
				"iam.amazonaws.com", "DeleteAccessKey", false,
				fmt.Sprintf(`{"userName":%q,"accessKeyId":%q}`, k.user, k.key),
			},
		})
		if within(at) {
			out = append(out, e)
		}
	}
	for i := range c.tokens {
		t, at := &c.tokens[i], rotatedAt(i)
		e := event{at, "github", fmt.Sprintf(`{"@timestamp":%[1]d,"created_at":%[1]d,"_document_id":%[2]q,`+
			`"action":"org_credential_authorization.revoke","actor":"acme-secadmin","actor_ip":%[3]q,`+
			`"business":"acme","org":"acme","org_id":4711,"user":%[4]q,"user_agent":%[5]q,`+
			`"managed_hashed_token":%[6]q,"managed_token_id":%[7]d}`,
			at.UnixMilli(), d.hex(22), office, t.login, browser, t.hash, t.number)}
		if within(at) {
			out = append(out, e)
		}
	}
	return out
}

// others is what everybody else does in a slot: each hour something in every account and region,
// and as much more as was asked for.
func (c *company) others(d dice, from time.Time, n int) []event {
	out := make([]event, 0, n)
	for hour := range int(slot / time.Hour) {
		for i := range 4 {
			m := c.machines[i]
			out = append(out, d.acts(&m, d.after(from.Add(time.Duration(hour)*time.Hour), time.Hour)))
		}
		p := pick(d, c.people)
		at := d.after(from.Add(time.Duration(hour)*time.Hour), time.Hour)
		out = append(out, d.hub(at, "git.push", p.name, fmt.Sprintf("acme/service-%02d", d.IntN(36)),
			office, "git/2.37.0 (Apple Git-136)", newDice(uint64(p.name[8])).hash(), 9000, ""))
	}
	for len(out) < n {
		at := d.after(from, slot)
		if d.IntN(10) > 0 {
			m := pick(d, c.machines)
			out = append(out, d.acts(&m, at))
			continue
		}
		p := pick(d, c.people)
		out = append(out, d.trail(trail{
			at: at, account: p.account, region: "us-east-1", address: p.address,
			identity: user(p.account, p.name, p.key), agent: buildAgents[0], call: pick(d, peopleCalls),
		}))
	}
	return out
}

func (d dice) acts(m *machine, at time.Time) event {
	made := at.Truncate(slot)
	return d.trail(trail{
		at: at, account: m.account, region: m.region, address: m.address, agent: m.agent,
		identity: session(m.account, m.role, m.instance,
			newDice(uint64(made.Unix())+uint64(m.address[len(m.address)-1])).awsID("ASIA"), made), //nolint:gosec // G115: after 1970
		call: pick(d, m.calls),
	})
}
