package quiet

import (
	"fmt"
	"strings"
	"time"
)

// thief is one theft: where from, with what, when.
type thief struct {
	dice
	out []event
	t   trail
}

// abuse plants thirteen thefts, one per secret, and says what each is.
func (c *company) abuse() ([]event, map[string]string) {
	truth := map[string]string{}
	var out []event
	for i, plan := range []struct {
		what string
		do   func(*thief, *key)
	}{
		{"looks around from abroad", (*thief).looksAround},
		{"assumes a role and reads a secret", (*thief).assumesRole},
		{"makes an administrator and his key", (*thief).makesAdministrator},
		{"does as the builds do, from their own cloud, but while none runs", (*thief).sameCloud},
		{"goes over a federation token to the console", (*thief).federates},
		{"reads a bucket in bulk", (*thief).readsInBulk},
		{"makes a second key from the runner itself", (*thief).fromTheRunner},
		{"is denied everything", (*thief).isDenied},
		{"stops the log", (*thief).stopsTheLog},
	} {
		k := &c.keys[planted[i]]
		truth[k.id] = plan.what
		at := time.Date(2022, 12, 19+i, 2+i, 11, 7, 0, time.UTC)
		t := &thief{dice: newDice(uint64(i) + 50), t: trail{
			at: at, account: k.account, region: k.region, identity: user(k.account, k.user, k.key),
			address: fmt.Sprintf("45.%d.%d.%d", 80+i, 20+3*i, 30+i), agent: "aws-cli/1.22.34 Python/3.8.10 Linux/5.4.0",
		}}
		plan.do(t, k)
		out = append(out, t.out...)
	}
	truth[Backup] = "makes a backup of his own by day, from the runner itself"
	t := &thief{dice: newDice(70)}
	t.t.at = time.Date(2022, 12, 21, 15, 11, 7, 0, time.UTC)
	out = append(out, t.build(&c.backup, len(c.keys), t.t.at)...)
	for i, plan := range []struct {
		what string
		do   func(*thief, *token)
	}{
		{"clones what it can see", (*thief).clones},
		{"adds a deploy key", (*thief).addsDeployKey},
		{"reads its own repository from elsewhere", (*thief).readsOwn},
	} {
		k := &c.tokens[4*i+1]
		truth[k.id] = plan.what
		t := &thief{dice: newDice(uint64(i) + 80)}
		t.t.at = time.Date(2022, 12, 20+2*i, 3, 40, 0, 0, time.UTC)
		t.t.address = fmt.Sprintf("45.%d.7.%d", 110+i, 40+i)
		plan.do(t, k)
		out = append(out, t.out...)
	}
	return out, truth
}

// planted are the keys that are abused, in the order of the plans: the fourth is one whose
// builds run on rented machines, the seventh one of a runner.
var planted = []int{0, 2, 5, 3, 8, 10, 12, 14, 17}

// then makes the next call, some seconds later.
func (t *thief) then(service, action string, reads bool, request string) {
	t.t.at = t.t.at.Add(time.Duration(5+t.IntN(40)) * time.Second)
	t.t.call = call{service + ".amazonaws.com", action, reads, request}
	t.out = append(t.out, t.trail(t.t))
	t.t.response = ""
}

func (t *thief) looksAround(*key) {
	t.then("sts", "GetCallerIdentity", true, "null")
	t.then("s3", "ListBuckets", true, "null")
	t.then("iam", "ListUsers", true, "null")
}

func (t *thief) assumesRole(k *key) {
	child := t.awsID("ASIA")
	t.t.at = t.t.at.Add(time.Minute)
	t.out = append(t.out, t.assume(t.t, "operations", "s1", child))
	t.t.identity = session(k.account, "operations", "s1", child, t.t.at)
	t.then("secretsmanager", "GetSecretValue", true, `{"secretId":"prod/database"}`)
}

func (t *thief) makesAdministrator(k *key) {
	own := t.awsID("AKIA")
	t.then("iam", "CreateUser", false, `{"userName":"svc-metrics"}`)
	t.then("iam", "AttachUserPolicy", false,
		`{"userName":"svc-metrics","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}`)
	t.t.response = fmt.Sprintf(
		`{"accessKey":{"userName":"svc-metrics","accessKeyId":%q,"status":"Active"}}`, own)
	t.then("iam", "CreateAccessKey", false, `{"userName":"svc-metrics"}`)
	t.t.identity = user(k.account, "svc-metrics", own)
	t.t.at = time.Date(2023, 1, 15, 4, 0, 0, 0, time.UTC)
	t.then("s3", "ListBuckets", true, "null")
}

func (t *thief) sameCloud(k *key) {
	t.t.address, t.t.agent = rented(t.dice), k.agent
	t.t.call = k.calls[0]
	t.out = append(t.out, t.trail(t.t))
}

func (t *thief) federates(k *key) {
	child := t.awsID("ASIA")
	t.t.response = fmt.Sprintf(`{"credentials":{"accessKeyId":%q,"expiration":%q},"federatedUser":`+
		`{"federatedUserId":"%[3]s:admin","arn":"arn:aws:sts::%[3]s:federated-user/admin"}}`,
		child, t.t.at.Add(12*time.Hour).Format("Jan 2, 2006, 3:04:05 PM"), k.account)
	t.then("sts", "GetFederationToken", false, `{"name":"admin","durationSeconds":43200}`)
	t.t.identity = fmt.Sprintf(`{"type":"FederatedUser","principalId":"%[1]s:admin",`+
		`"arn":"arn:aws:sts::%[1]s:federated-user/admin","accountId":%[1]q,"accessKeyId":%[2]q,`+
		`"sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::%[1]s:user/%[3]s",`+
		`"accountId":%[1]q,"userName":%[3]q},"attributes":{"creationDate":%[4]q,`+
		`"mfaAuthenticated":"false"}}}`, k.account, child, k.user, t.t.at.Format(time.RFC3339))
	t.then("signin", "GetSigninToken", false, "null")
	t.t.agent = browser
	t.then("signin", "ConsoleLogin", false, "null")
	t.then("ec2", "DescribeInstances", true, `{"maxResults":1000}`)
}

func (t *thief) readsInBulk(*key) {
	for n := range 150 {
		t.t.at = t.t.at.Add(time.Duration(n%5) * time.Second)
		t.t.call = call{"s3.amazonaws.com", "GetObject", true, fmt.Sprintf(
			`{"bucketName":"acme-orders","key":"2022/part-%d"}`, n)}
		t.out = append(t.out, t.trail(t.t))
	}
}

// fromTheRunner has everything as the builds have it, but what it does.
func (t *thief) fromTheRunner(k *key) {
	t.t.address, t.t.agent = runner(t.dice), k.agent
	t.t.response = fmt.Sprintf(`{"accessKey":{"userName":%q,"accessKeyId":%q,"status":"Active"}}`,
		k.user, t.awsID("AKIA"))
	t.then("iam", "CreateAccessKey", false, fmt.Sprintf(`{"userName":%q}`, k.user))
}

func (t *thief) isDenied(*key) {
	t.t.failure = "AccessDenied"
	for _, action := range []string{"ListUsers", "ListRoles", "GetAccountAuthorizationDetails"} {
		t.then("iam", action, true, "null")
	}
}

func (t *thief) stopsTheLog(*key) {
	t.then("cloudtrail", "DescribeTrails", true, "null")
	t.then("cloudtrail", "StopLogging", false, `{"name":"audit"}`)
}

func (t *thief) git(k *token, action, repository, agent, extra string) {
	t.t.at = t.t.at.Add(20 * time.Second)
	t.out = append(t.out, t.hub(t.t.at, action, k.login, repository, t.t.address, agent, k.hash, k.number, extra))
}

func (t *thief) clones(k *token) {
	for n := range 12 {
		t.git(k, "git.clone", fmt.Sprintf("acme/service-%02d", n), "git/2.25.1", "")
	}
}

func (t *thief) addsDeployKey(k *token) {
	t.git(k, "public_key.create", k.repositories[0], "python-requests/2.28.1", fmt.Sprintf(
		`,"title":"ci","fingerprint":"SHA256:%s","read_only":"false"`, strings.Repeat("k", 43)))
}

func (t *thief) readsOwn(k *token) {
	t.git(k, "git.fetch", k.repositories[1], "git/2.38.1", "")
}
