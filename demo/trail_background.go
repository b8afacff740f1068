package demo

import (
	"time"
)

// hum is the noise that an account makes by itself.
type hum func(t *trail, c *cast, region string, at time.Time)

// background fills what is silent: in us-east-1 every hour, nights and holidays too, in which
// nothing else happened; in eu-west-1 every fourth hour. It comes last, so that it knows.
func (t *trail) background(c *cast) {
	heard := map[time.Time]bool{}
	for _, r := range t.records {
		if r.AWSRegion == regionMain {
			heard[r.at.Truncate(time.Hour)] = true
		}
	}
	hums := []hum{trailCheck, agentReport, taskRole, configLook, metrics}
	for at := logsFrom; at.Before(logsUntil); at = at.Add(time.Hour) {
		if !heard[at] {
			pick := hums[t.d.below(len(hums))]
			pick(t, c, regionMain, at.Add(t.d.between(0, time.Hour)))
		}
	}
	hums = []hum{trailCheck, agentReport, configLook, depotMetrics}
	for at := logsFrom; at.Before(logsUntil); at = at.Add(4 * time.Hour) {
		pick := hums[t.d.below(len(hums))]
		pick(t, c, regionDepots, at.Add(t.d.between(0, time.Hour)))
	}
}

// trailCheck is CloudTrail looking at its bucket.
func trailCheck(t *trail, _ *cast, region string, at time.Time) {
	const name = "cloudtrail.amazonaws.com"
	t.add(call{
		at: at, who: service(name), from: caller{name, name}, region: region,
		service: "s3", name: "GetBucketAcl",
		request: params{
			"bucketName": trailBucket, "acl": "", "Host": trailBucket + ".s3." + region + ".amazonaws.com",
		},
		touched: []resource{{account, "AWS::S3::Bucket", "arn:aws:s3:::" + trailBucket}},
	})
}

// agentReport is the agent on an instance telling Systems Manager that it lives.
func agentReport(t *trail, c *cast, region string, at time.Time) {
	instance := map[string]string{
		regionMain: "i-0c41d9a7e2b85f603", regionDepots: "i-07be5f2063c8d91a4",
	}[region]
	who := c.assumed(roleInstance, instance, t.d.awsID("ASIA", account),
		at.Add(-t.d.between(time.Minute, 5*time.Hour)))
	who.SessionContext.EC2RoleDelivery = "2.0"
	t.add(call{
		at: at, who: who, from: caller{gatewayIP, agentSSM}, region: region,
		service: "ssm", name: "UpdateInstanceInformation", write: true,
		request: params{
			"instanceId": instance, "agentVersion": "3.1.1927.0", "agentStatus": "Active",
			"platformType": "Linux", "platformName": "Amazon Linux", "platformVersion": "2",
			"agentName": "amazon-ssm-agent",
		},
	})
}

// taskRole is the container service fetching a role for a task: a session that AWS minted for
// itself.
func taskRole(t *trail, c *cast, region string, at time.Time) {
	const name = "ecs-tasks.amazonaws.com"
	arn, session := roleARN(roleTasks), t.d.text(hexDigits, 32)
	t.add(call{
		at: at, who: service(name), from: caller{name, name}, region: region,
		service: "sts", name: "AssumeRole",
		request: params{"roleArn": arn, "roleSessionName": session, "durationSeconds": 3600},
		response: params{
			"credentials": sessionCredentials(t.d.awsID("ASIA", account), at.Add(time.Hour)),
			"assumedRoleUser": params{
				"assumedRoleId": c.roles[roleTasks] + ":" + session,
				"arn":           "arn:aws:sts::" + account + ":assumed-role/" + roleTasks + "/" + session,
			},
		},
		touched: []resource{{account, "AWS::IAM::Role", arn}},
	})
}

// withheld stands where CloudTrail shows a session token.
const withheld = "not shown in this demo"

// sessionCredentials is the answer of a call that minted a session.
func sessionCredentials(key string, expires time.Time) params {
	return params{
		"accessKeyId": key, "sessionToken": withheld, "expiration": prose(expires),
	}
}

// configLook is AWS Config taking stock through its service-linked role: an assumed role
// without a key.
func configLook(t *trail, c *cast, region string, at time.Time) {
	const name = "config.amazonaws.com"
	who := c.assumed(roleConfig, "configLambdaExecution", "", at)
	who.InvokedBy = name
	t.add(call{
		at: at, who: who, from: caller{name, name}, region: region,
		service: "ec2", name: "DescribeVpcs", request: params{"vpcSet": params{}, "filterSet": params{}},
	})
}

// metrics is the reader of the monitoring vendor.
func metrics(t *trail, c *cast, region string, at time.Time) {
	who := c.assumed(roleMetrics, "metrics", t.d.awsID("ASIA", account), at.Add(-3*time.Second))
	t.add(call{
		at: at, who: who, from: caller{gatewayIP, agentMetrics}, region: region,
		service: "ec2", name: "DescribeInstanceStatus",
		request: params{"instancesSet": params{}, "filterSet": params{}, "includeAllInstances": false},
	})
}

// depotMetrics is the same from the depots, whose line has no IPv4 address.
func depotMetrics(t *trail, c *cast, region string, at time.Time) {
	who := c.assumed(roleMetrics, "depots", t.d.awsID("ASIA", account), at.Add(-2*time.Second))
	t.add(call{
		at: at, who: who, from: caller{depotsIP, agentMetrics}, region: region,
		service: "ec2", name: "DescribeInstances",
		request: params{"instancesSet": params{}, "filterSet": params{}},
	})
}
