package demo

import (
	"time"
)

// The agents of the company's own tools. Versions rise over the weeks, names stay.
func agentCLI(at time.Time) string {
	version := "2.8.13"
	if at.After(moment(12, 19, 0, 0, 0)) {
		version = "2.9.8"
	}
	return "aws-cli/" + version + " Python/3.9.11 Linux/5.15.0-1023-aws " +
		"exe/x86_64.ubuntu.20 prompt/off"
}

func agentTerraform(at time.Time) string {
	provider := "4.39.0"
	if at.After(moment(1, 3, 0, 0, 0)) {
		provider = "4.48.0"
	}
	return "APN/1.0 HashiCorp/1.0 Terraform/1.3.5 (+https://www.terraform.io) " +
		"terraform-provider-aws/" + provider +
		" (+https://registry.terraform.io/providers/hashicorp/aws) " +
		"aws-sdk-go/1.44.132 (go1.19.3; linux; amd64)"
}

const (
	agentBoto   = "Boto3/1.24.89 Python/3.8.15 Linux/5.15.0-1023-aws Botocore/1.27.89"
	agentLegacy = "aws-sdk-java/1.11.762 Linux/4.15.0-197-generic " +
		"OpenJDK_64-Bit_Server_VM/25.352-b08 java/1.8.0_352 vendor/Private_Build"
	agentSSM     = "aws-sdk-go/1.44.110 (go1.17.13; linux; amd64) amazon-ssm-agent/"
	agentMetrics = "Boto3/1.26.3 Python/3.10.8 Linux/5.15.0-1022-aws Botocore/1.29.3"
	agentScanner = "Boto3/1.26.41 Python/3.10.9 Linux/5.15.0-1026-aws Botocore/1.29.41"
	agentAdmin   = "aws-cli/2.9.10 Python/3.9.11 Darwin/22.2.0 exe/x86_64 prompt/off"
	agentBrowser = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 " +
		"(KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36"
)

// step is one call of a build.
type step struct {
	service, name string
	write         bool
	request       params
	answer        func(dice) params // nil: responseElements is null, as for most reads
}

// routine is what the builds do with a key: the same calls, run after run.
type routine struct {
	region string
	agent  func(time.Time) string
	steps  []step
}

func fixed(agent string) func(time.Time) string {
	return func(time.Time) string { return agent }
}

func routines() map[string]routine {
	return map[string]routine{
		"aws-deploy": {regionMain, agentCLI, []step{
			{"ecr", "GetAuthorizationToken", false, nil, nil},
			{"ecs", "RegisterTaskDefinition", true, params{
				"family": "web", "networkMode": "awsvpc", "cpu": "512", "memory": "1024",
			}, taskDefinition},
			{"ecs", "UpdateService", true, params{
				"cluster": "prod", "service": "web", "forceNewDeployment": false,
			}, ecsService},
			{"ecs", "DescribeServices", false, params{
				"cluster": "prod", "services": []string{"web"},
			}, nil},
		}},
		"aws-terraform": {regionMain, agentTerraform, []step{
			{"sts", "GetCallerIdentity", false, nil, nil},
			{"ec2", "DescribeVpcs", false, params{
				"vpcSet": params{"items": []params{{"vpcId": vpcID}}}, "filterSet": params{},
			}, nil},
			{"ec2", "DescribeSecurityGroups", false, params{
				"securityGroupSet": params{}, "securityGroupIdSet": params{}, "filterSet": params{},
			}, nil},
			{"iam", "GetRole", false, params{"roleName": roleTasks}, nil},
		}},
		"aws-reports": {regionMain, fixed(agentBoto), []step{
			{"athena", "StartQueryExecution", true, params{
				"queryString": "***OMITTED***", "workGroup": "reports",
			}, queryStarted},
			{"athena", "ListQueryExecutions", false, params{"workGroup": "reports"}, nil},
		}},
		"aws-legacy": {regionDepots, fixed(agentLegacy), []step{
			{"ec2", "DescribeInstances", false, params{
				"instancesSet": params{}, "filterSet": params{},
			}, nil},
			{"elasticloadbalancing", "DescribeLoadBalancers", false, nil, nil},
		}},
		"aws-backup": {regionMain, fixed(agentBoto), []step{
			{"ec2", "CreateSnapshot", true, params{"volumeId": volumeID}, snapshot},
			{"ec2", "DescribeSnapshots", false, params{
				"snapshotSet": params{}, "ownersSet": params{}, "filterSet": params{},
			}, nil},
		}},
		"aws-new": {regionMain, fixed(agentScanner), []step{
			{"ecr", "DescribeImages", false, params{"repositoryName": "web"}, nil},
		}},
	}
}

const (
	vpcID    = "vpc-04d1e7a9b2c35f806"
	volumeID = "vol-0b7c2f19d84e5a360"
)

func taskDefinition(d dice) params {
	return params{"taskDefinition": params{
		"taskDefinitionArn": "arn:aws:ecs:" + regionMain + ":" + account + ":task-definition/web:" +
			d.text(digits[1:], 3),
		"family": "web", "status": "ACTIVE", "networkMode": "awsvpc",
	}}
}

func ecsService(dice) params {
	return params{"service": params{
		"serviceArn": "arn:aws:ecs:" + regionMain + ":" + account + ":service/prod/web",
		"status":     "ACTIVE", "desiredCount": 3, "runningCount": 3,
	}}
}

func queryStarted(d dice) params { return params{"queryExecutionId": d.uuid()} }

func snapshot(d dice) params {
	return params{
		"requestId": d.uuid(), "snapshotId": "snap-0" + d.text(hexDigits, 16), "volumeId": volumeID,
		"status": "pending", "ownerId": account, "volumeSize": "200", "encrypted": true,
	}
}

// builds makes each job's calls, inside the job's time.
func (t *trail) builds(c *cast, jobs []job) {
	all := routines()
	for _, j := range jobs {
		use, ok := all[j.secret]
		if !ok {
			continue // a job that only touches GitHub
		}
		u := c.users[j.secret]
		at := j.start.Add(70 * time.Second)
		for _, s := range use.steps {
			var answer params
			if s.answer != nil {
				answer = s.answer(t.d)
			}
			t.add(call{
				at: at, who: c.iamUser(j.secret, u.keyAt(at)),
				from:   caller{j.ip, use.agent(at)},
				region: use.region, service: s.service, name: s.name, write: s.write,
				request: s.request, response: answer,
			})
			at = at.Add(t.d.between(2*time.Second, 25*time.Second))
		}
	}
}

// cupboard is the old build machine at head office. It still makes a report each morning, and
// nobody told it that the key was replaced.
func (t *trail) cupboard(c *cast) {
	days(func(day time.Time) {
		at := day.Add(7*time.Hour + 30*time.Minute + t.d.between(0, 10*time.Minute))
		t.add(call{
			at: at, who: c.iamUser("aws-reports", c.users["aws-reports"].key),
			from: caller{cupboardIP, agentBoto}, service: "athena", name: "StartQueryExecution",
			write:    true,
			request:  params{"queryString": "***OMITTED***", "workGroup": "depots"},
			response: queryStarted(t.d),
		})
	})
}

// handRun is the evening before Christmas when a rule was fixed from head office with the
// Terraform key. No build ever did that; the case lists it as expected.
func (t *trail) handRun(c *cast) {
	at := moment(12, 23, 18, 41, 12)
	who := c.iamUser("aws-terraform", c.users["aws-terraform"].key)
	from := caller{officeBuildIP, agentTerraform(at)}
	t.add(call{at: at, who: who, from: from, service: "sts", name: "GetCallerIdentity"})
	t.add(call{
		at: at.Add(9 * time.Second), who: who, from: from,
		service: "ec2", name: "DescribeSecurityGroups",
		request: params{
			"securityGroupSet": params{}, "filterSet": params{},
			"securityGroupIdSet": params{"items": []params{{"groupId": "sg-0a93c1d7e5b8f2461"}}},
		},
	})
	t.add(call{
		at: at.Add(95 * time.Second), who: who, from: from,
		service: "ec2", name: "RevokeSecurityGroupIngress", write: true,
		request: params{"groupId": "sg-0a93c1d7e5b8f2461", "ipPermissions": params{
			"items": []params{{
				"ipProtocol": "tcp", "fromPort": 8443, "toPort": 8443,
				"ipRanges": params{"items": []params{{"cidrIp": "192.0.2.128/25"}}},
			}},
		}},
		response: params{"requestId": t.d.uuid(), "_return": true},
	})
}

// people are the engineers, who sign in through single sign-on on working days.
func (t *trail) people(c *cast) {
	looks := []step{
		{"ecs", "DescribeServices", false, params{"cluster": "prod", "services": []string{"web"}}, nil},
		{"ec2", "DescribeInstances", false, params{"instancesSet": params{}, "filterSet": params{}}, nil},
		{"monitoring", "DescribeAlarms", false, params{"maxRecords": 100}, nil},
		{"rds", "DescribeDBInstances", false, nil, nil},
	}
	days(func(day time.Time) {
		if weekend(day) {
			return
		}
		at := day.Add(8*time.Hour + t.d.between(0, 8*time.Hour))
		who := c.assumed(roleEngineer, developers[t.d.below(len(developers))],
			t.d.awsID("ASIA", account), at)
		for range 1 + t.d.below(2) {
			at = at.Add(t.d.between(20*time.Second, 9*time.Minute))
			s := looks[t.d.below(len(looks))]
			t.add(call{
				at: at, who: who, from: caller{officeIP, agentBrowser},
				service: s.service, name: s.name, request: s.request,
			})
		}
	})
}
