package quiet

import (
	"fmt"
	"slices"
	"time"
)

// company is who acts: what CI holds, and everybody else.
type company struct {
	keys     []key
	backup   key // of a job that runs every night, and at no other hour
	tokens   []token
	machines []machine
	people   []person
}

// key is an access key that a context of CircleCI holds, and what its builds do with it.
type key struct {
	id, key, next, account, region, user, context, agent string
	place                                                func(dice) string
	calls                                                []call
	role                                                 string // that each build assumes; "": none
}

// token is a GitHub token that a context of CircleCI holds.
type token struct {
	id, hash, next, login, context, address string
	number, nextNumber                      int
	repositories                            []string
}

// machine is a role in whose name instances act.
type machine struct {
	account, region, role, instance, address, agent string
	calls                                           []call
}

// person is somebody of the company, with a console session or an access key of his own.
type person struct{ name, account, key, address string }

// call is one kind of CloudTrail events.
type call struct {
	service, action string
	reads           bool
	request         string // JSON
}

var accounts = []string{"111122223333", "444455556666"}

// What builds do. Each has three or four kinds of calls, the same ever since.
var buildCalls = [][]call{
	{
		{"ecr.amazonaws.com", "GetAuthorizationToken", true, "null"},
		{"ecr.amazonaws.com", "PutImage", false, `{"repositoryName":"web","imageTag":"build"}`},
		{"ecs.amazonaws.com", "RegisterTaskDefinition", false, `{"family":"web"}`},
		{"ecs.amazonaws.com", "UpdateService", false, `{"cluster":"prod","service":"web"}`},
	},
	{
		{"cloudformation.amazonaws.com", "DescribeStacks", true, `{"stackName":"orders"}`},
		{"cloudformation.amazonaws.com", "CreateChangeSet", false, `{"stackName":"orders"}`},
		{"cloudformation.amazonaws.com", "ExecuteChangeSet", false, `{"stackName":"orders"}`},
	},
	{
		{"s3.amazonaws.com", "ListObjects", true, `{"bucketName":"acme-site"}`},
		{"s3.amazonaws.com", "PutObject", false, `{"bucketName":"acme-site","key":"index.html"}`},
		{"cloudfront.amazonaws.com", "CreateInvalidation", false, `{"distributionId":"E2"}`},
	},
	{
		{"lambda.amazonaws.com", "GetFunction20150331v2", true, `{"functionName":"mailer"}`},
		{"lambda.amazonaws.com", "UpdateFunctionCode20150331v2", false, `{"functionName":"mailer"}`},
		{"ssm.amazonaws.com", "GetParameter", true, `{"name":"/mailer/flags"}`},
	},
	{
		{"ec2.amazonaws.com", "DescribeImages", true, `{"ownersSet":{"items":[{"owner":"self"}]}}`},
		{"ec2.amazonaws.com", "RunInstances", false, `{"instancesSet":{"items":[{"minCount":1,"maxCount":1}]}}`},
		{"ec2.amazonaws.com", "CreateImage", false, `{"instanceId":"i-0","name":"base"}`},
		{"ec2.amazonaws.com", "TerminateInstances", false, `{"instancesSet":{"items":[{"instanceId":"i-0"}]}}`},
	},
}

var machineCalls = []call{
	{"s3.amazonaws.com", "GetObject", true, `{"bucketName":"acme-orders","key":"2022/part-1"}`},
	{"s3.amazonaws.com", "PutObject", false, `{"bucketName":"acme-orders","key":"2022/part-2"}`},
	{"kms.amazonaws.com", "Decrypt", true, `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`},
	{"dynamodb.amazonaws.com", "DescribeTable", true, `{"tableName":"carts"}`},
	{"secretsmanager.amazonaws.com", "GetSecretValue", true, `{"secretId":"orders/database"}`},
	{"ssm.amazonaws.com", "UpdateInstanceInformation", false, `{"agentVersion":"3.1.1856.0"}`},
	{"logs.amazonaws.com", "CreateLogStream", false, `{"logGroupName":"/ecs/web"}`},
	{"sqs.amazonaws.com", "GetQueueAttributes", true, `{"queueUrl":"https://sqs/orders"}`},
	{"ec2.amazonaws.com", "DescribeInstances", true, `{"maxResults":1000}`},
	{"autoscaling.amazonaws.com", "DescribeAutoScalingGroups", true, `{"maxRecords":100}`},
}

var peopleCalls = []call{
	{"ec2.amazonaws.com", "DescribeInstances", true, `{"maxResults":1000}`},
	{"monitoring.amazonaws.com", "DescribeAlarms", true, `{"maxRecords":100}`},
	{"iam.amazonaws.com", "ListRoles", true, `{"maxItems":100}`},
	{"s3.amazonaws.com", "ListBuckets", true, "null"},
	{"ec2.amazonaws.com", "CreateTags", false, `{"resourcesSet":{"items":[{"resourceId":"i-0"}]}}`},
	{"logs.amazonaws.com", "FilterLogEvents", true, `{"logGroupName":"/ecs/web"}`},
	{"sts.amazonaws.com", "GetCallerIdentity", true, "null"},
}

var buildAgents = []string{
	"aws-cli/2.9.1 Python/3.9.11 Linux/5.15.0-1026-aws exe/x86_64.ubuntu.22 prompt/off",
	"Boto3/1.26.24 Python/3.10.8 Linux/5.10.157-139.675.amzn2.x86_64 Botocore/1.29.24",
	"aws-sdk-go-v2/1.17.1 os/linux lang/go/1.19.3 md/GOOS/linux md/GOARCH/amd64 api/s3/1.29.1",
	"[aws-sdk-js/2.1267.0 linux/v16.18.1 promise]",
}

// The three ways in which a build reaches AWS: over the company's own runners, from addresses that
// CircleCI publishes for a fee, and from any machine that CircleCI rents at Amazon.
func runner(d dice) string    { return fmt.Sprintf("192.0.2.%d", 20+d.IntN(2)) }
func published(d dice) string { return pick(d, []string{"3.210.128.175", "3.211.197.254"}) }
func rented(d dice) string {
	return fmt.Sprintf("54.%d.%d.%d", 160+d.IntN(3), d.IntN(250), 1+d.IntN(250))
}

const (
	office  = "198.51.100.7"
	browser = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/108.0.0.0 Safari/537.36"
)

const (
	awsKeys      = 28
	githubTokens = 12
)

func newCompany() *company {
	c, d := &company{}, newDice(1)
	places := []func(dice) string{runner, runner, published, rented}
	for i := range awsKeys {
		k := key{
			id: fmt.Sprintf("deploy-%02d", i), key: d.awsID("AKIA"), next: d.awsID("AKIA"),
			account: accounts[i%2], region: []string{"us-east-1", "eu-west-1"}[i/2%2],
			user: fmt.Sprintf("svc-deploy-%02d", i), context: fmt.Sprintf("aws-%02d", i),
			agent: buildAgents[i%len(buildAgents)], place: places[i%len(places)],
			calls: buildCalls[i%len(buildCalls)],
		}
		if i%4 == 1 {
			k.role = "deployer"
		}
		c.keys = append(c.keys, k)
	}
	c.backup = key{
		id: Backup, key: newDice(3).awsID("AKIA"), next: newDice(4).awsID("AKIA"),
		account: accounts[0], region: "us-east-1", user: "svc-backup", context: "aws-backup",
		agent: buildAgents[1], place: runner, calls: []call{
			{"s3.amazonaws.com", "ListObjects", true, `{"bucketName":"acme-backup"}`},
			{"s3.amazonaws.com", "PutObject", false, `{"bucketName":"acme-backup","key":"dump"}`},
		},
	}
	for i := range githubTokens {
		t := token{
			id: fmt.Sprintf("hub-%02d", i), hash: d.hash(), next: d.hash(), login: fmt.Sprintf("acme-bot-%02d", i),
			context: fmt.Sprintf("github-%02d", i), address: fmt.Sprintf("192.0.2.%d", 20+i%2),
			number: 4000 + i, nextNumber: 5000 + i,
		}
		for n := range 3 {
			t.repositories = append(t.repositories, fmt.Sprintf("acme/service-%02d", 3*i+n))
		}
		c.tokens = append(c.tokens, t)
	}
	for i := range 60 {
		c.machines = append(c.machines, machine{
			account: accounts[i%2], region: []string{"us-east-1", "eu-west-1"}[i/2%2],
			role: fmt.Sprintf("service-%02d", i), instance: "i-0" + d.hex(16),
			address: fmt.Sprintf("203.0.113.%d", 10+i), calls: machineCalls[i%7 : i%7+3],
			agent: buildAgents[i%len(buildAgents)],
		})
	}
	for i := range 20 {
		c.people = append(c.people, person{
			name: fmt.Sprintf("person-%02d", i), account: accounts[i%2], key: d.awsID("AKIA"),
			address: office,
		})
	}
	return c
}

// hash is a token's SHA-256 as GitHub's log has it.
func (d dice) hash() string {
	return d.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 42) + "A="
}

// held are all keys that CI holds.
func (c *company) held() []key { return append(slices.Clip(c.keys), c.backup) }

// heldAt is the key that the builds have.
func (k *key) heldAt(i int, t time.Time) string {
	if t.Before(rotatedAt(i)) {
		return k.key
	}
	return k.next
}

func (t *token) heldAt(i int, at time.Time) (hash string, number int) {
	if at.Before(rotatedAt(i)) {
		return t.hash, t.number
	}
	return t.next, t.nextNumber
}
