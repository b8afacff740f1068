package main

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// keysHeld is how many of the company's access keys the vendor held: half of those that act.
const keysHeld = 300

// company is who acts in the generated logs. All about it follows from the seed.
type company struct {
	accounts []string
	users    []actor // of access keys; the first keysHeld are in the inventory
	roles    []role
	calls    []call
	busy     []int // calls, each as often as its weight says
	names    []string
	buckets  []string
	kmsKeys  []string
}

// actor is a credential and how it is used: from where, with which tools, for which calls.
type actor struct {
	account, key     string
	regions          []string
	addresses        []string
	agents           []string
	calls            []int
	identity, caller string // userIdentity as JSON; the arn in it
}

// role is assumed by services, by access keys and by other sessions.
type role struct {
	account, name, id string
	actor             // what its sessions share
}

// call is a line of calls.tsv.
type call struct {
	service, action, readOnly    string
	weight                       int
	request, response, resources string
}

//go:embed calls.tsv
var callsFile string

func readCalls() ([]call, error) {
	lines := strings.Split(strings.TrimSuffix(callsFile, "\n"), "\n")
	calls := make([]call, 0, len(lines)-1)
	for i, line := range lines[1:] {
		f := strings.Split(line, "\t")
		if len(f) != 7 {
			return nil, fmt.Errorf("calls.tsv:%d: %d columns", i+2, len(f))
		}
		weight, err := strconv.Atoi(f[3])
		if err != nil {
			return nil, fmt.Errorf("calls.tsv:%d: %w", i+2, err)
		}
		calls = append(calls, call{f[0], f[1], f[2], weight, f[4], f[5], f[6]})
	}
	return calls, nil
}

var (
	// The weight of a region is how often it stands here.
	regions = []string{
		"us-east-1", "us-east-1", "us-east-1", "us-east-1", "us-east-1", "eu-west-1", "eu-west-1",
		"eu-west-1", "us-west-2", "us-west-2", "eu-central-1", "ap-southeast-2", "us-east-2",
	}
	agents = []string{
		"aws-cli/2.9.1 Python/3.9.11 Linux/5.15.0-1026-aws exe/x86_64.ubuntu.22 prompt/off",
		"aws-cli/1.18.147 Python/2.7.18 Linux/4.14.301-224.520.amzn2.x86_64 botocore/1.18.6",
		"Boto3/1.26.24 Python/3.10.8 Linux/5.10.157-139.675.amzn2.x86_64 Botocore/1.29.24",
		"APN/1.0 HashiCorp/1.0 Terraform/1.3.6 (+https://www.terraform.io) " +
			"terraform-provider-aws/4.46.0 (+https://registry.terraform.io/providers/hashicorp/aws) " +
			"aws-sdk-go/1.44.157 (go1.19.3; linux; amd64)",
		"aws-sdk-go/1.44.145 (go1.19.2; linux; amd64) amazon-ssm-agent/",
		"aws-sdk-go-v2/1.17.1 os/linux lang/go/1.19.3 md/GOOS/linux md/GOARCH/amd64 " +
			"api/s3/1.29.1",
		"aws-sdk-java/1.12.351 Linux/5.10.147-133.644.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/" +
			"17.0.5+8-LTS java/17.0.5 vendor/Amazon.com_Inc. cfg/retry-mode/legacy",
		"[aws-sdk-js/2.1267.0 linux/v16.18.1 promise]",
		"[Boto3/1.20.24 Python/3.8.10 Linux/5.4.0-1088-aws Botocore/1.23.24]",
		"cluster-autoscaler/v1.25.0 aws-sdk-go/1.44.24 (go1.18.6; linux; amd64)",
	}
	services = []string{
		"ec2.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com",
		"autoscaling.amazonaws.com", "config.amazonaws.com", "cloudtrail.amazonaws.com",
	}
	words = []string{
		"orders", "billing", "search", "mail", "catalogue", "stock", "login", "reports", "carts",
		"images", "prices", "returns", "labels", "events", "gateway", "tracing",
	}
	places = []string{"prod", "stage", "dev", "shared", "eu", "us"}
)

func newCompany() (*company, error) {
	calls, err := readCalls()
	if err != nil {
		return nil, err
	}
	c := &company{calls: calls}
	for i, call := range calls {
		for range call.weight {
			c.busy = append(c.busy, i)
		}
	}
	d := newDice(1)
	for range 4 {
		c.accounts = append(c.accounts, fmt.Sprintf("%012d", 1e11+d.Int64N(8e11)))
	}
	for _, w := range words {
		for _, p := range places {
			c.names = append(c.names, w+"-"+p)
			c.buckets = append(c.buckets, "acme-"+w+"-"+p)
		}
	}
	for range 24 {
		c.kmsKeys = append(c.kmsKeys, string(d.appendUUID(nil)))
	}
	for i := range 2 * keysHeld {
		c.users = append(c.users, c.user(d, i))
	}
	for i := range 120 {
		c.roles = append(c.roles, c.role(d, i))
	}
	return c, nil
}

// habits gives an actor its places, tools and calls.
func (c *company) habits(d *dice, calls int) actor {
	a := actor{
		account: pick(d, c.accounts), regions: []string{pick(d, regions), pick(d, regions)},
	}
	network := fmt.Sprintf("%d.%d.%d.", 3+d.IntN(50), d.IntN(250), d.IntN(250))
	for range 3 {
		a.addresses = append(a.addresses, network+strconv.Itoa(1+d.IntN(250)))
	}
	for range 1 + d.IntN(2) {
		a.agents = append(a.agents, pick(d, agents))
	}
	for range calls {
		a.calls = append(a.calls, pick(d, c.busy))
	}
	return a
}

func (c *company) user(d *dice, i int) actor {
	a := c.habits(d, 8)
	name := fmt.Sprintf("%s-%03d", pick(d, []string{"ci", "deploy", "backup", "partner"}), i)
	a.key = string(d.appendID([]byte("AKIA"), 16))
	a.caller = "arn:aws:iam::" + a.account + ":user/" + name
	a.identity = fmt.Sprintf(`{"type":"IAMUser","principalId":"%s","arn":"%s","accountId":"%s",`+
		`"accessKeyId":"%s","userName":"%s"}`,
		d.appendID([]byte("AIDA"), 17), a.caller, a.account, a.key, name)
	return a
}

func (c *company) role(d *dice, i int) role {
	r := role{
		name: fmt.Sprintf("%s-role-%03d", pick(d, c.names), i), actor: c.habits(d, 14),
		id: string(d.appendID([]byte("AROA"), 17)),
	}
	r.account = r.actor.account
	return r
}

// dice are random numbers that depend on the seed and on what they are for only.
type dice struct{ *rand.Rand }

func newDice(use uint64) *dice {
	return &dice{rand.New(rand.NewPCG(seed, use))} //nolint:gosec // reproducible, no secret
}

func pick[T any](d *dice, list []T) T { return list[d.IntN(len(list))] }

func (d *dice) appendUUID(dst []byte) []byte {
	const hex = "0123456789abcdef"
	high, low := d.Uint64(), d.Uint64()
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			dst = append(dst, '-')
		}
		digit := high & 15
		if i >= 16 {
			digit = low & 15
			low >>= 4
		} else {
			high >>= 4
		}
		dst = append(dst, hex[digit])
	}
	return dst
}

func (d *dice) appendHex(dst []byte, n int) []byte {
	const hex = "0123456789abcdef"
	var x uint64
	for i := range n {
		if i%16 == 0 {
			x = d.Uint64()
		}
		dst = append(dst, hex[x&15])
		x >>= 4
	}
	return dst
}

// appendID appends letters and digits as AWS's ids have them.
func (d *dice) appendID(dst []byte, n int) []byte {
	return d.appendFrom(dst, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", n)
}

// appendFrom appends n of the alphabet's letters, the number of which is a power of two.
func (d *dice) appendFrom(dst []byte, alphabet string, n int) []byte {
	var x uint64
	for i := range n {
		if i%10 == 0 {
			x = d.Uint64()
		}
		dst = append(dst, alphabet[x%uint64(len(alphabet))])
		x >>= 6
	}
	return dst
}
