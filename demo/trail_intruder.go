package demo

import (
	"fmt"
	"time"
)

const (
	agentKali = "Boto3/1.26.29 Python/3.10.8 Linux/6.0.0-kali5-amd64 Botocore/1.29.29"
	agentVPN  = "Boto3/1.26.37 Python/3.11.1 Linux/5.19.0-27-generic Botocore/1.29.37"

	breakGlassSession = "botocore-session-1671671560" // boto names sessions after the second
	metricsUser       = "svc-metrics-sync"
)

// burglar makes the intruder's calls with one credential from one address, a few seconds apart.
type burglar struct {
	t    *trail
	who  identity
	from caller
	at   time.Time
}

// wait lets time pass.
func (b *burglar) wait(d time.Duration) { b.at = b.at.Add(d) }

// ok makes a call that succeeds.
func (b *burglar) ok(service, name string, request params) {
	b.call(call{service: service, name: name, request: request})
}

// call completes and makes a call.
func (b *burglar) call(c call) {
	c.at, c.who, c.from = b.at, b.who, b.from
	b.t.add(c)
	b.wait(b.t.d.between(2*time.Second, 9*time.Second))
}

// refused makes a call that is denied. Of such calls CloudTrail mostly keeps no parameters.
func (b *burglar) refused(service, name, permission, on string) {
	b.call(call{
		service: service, name: name, refused: "AccessDenied",
		message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because "+
			"no identity-based policy allows the %s action", b.who.ARN, permission, on, permission),
	})
}

// read fetches a secret; Secrets Manager then decrypts it with KMS in the caller's name, which
// shows as an indirect use of the same key.
func (b *burglar) read(secret string) {
	arn := "arn:aws:secretsmanager:" + regionMain + ":" + account + ":secret:" + secret
	at := b.at
	b.ok("secretsmanager", "GetSecretValue", params{"secretId": arn})
	behind := b.who
	behind.InvokedBy = "secretsmanager.amazonaws.com"
	b.t.add(call{
		at: at, who: behind, service: "kms", name: "Decrypt",
		from: caller{behind.InvokedBy, behind.InvokedBy},
		request: params{
			"encryptionAlgorithm": "SYMMETRIC_DEFAULT",
			"encryptionContext":   params{"SecretARN": arn, "SecretVersionId": b.t.d.uuid()},
		},
		touched: []resource{{
			account, "AWS::KMS::Key",
			"arn:aws:kms:" + regionMain + ":" + account + ":key/5b0f2c1e-7d64-4f1b-9c3a-e20d8841b6f7",
		}},
	})
}

// intruder makes the whole chain: key, session, user with a key, session of that user.
func (t *trail) intruder(c *cast) {
	t.tryKey(c)
	t.assume(c)
	t.breakGlass(c)
	t.liveOn(c)
	t.knockAgain(c)
}

// tryKey is the evening of 21 December: what is this key, and what can it do?
func (t *trail) tryKey(c *cast) {
	b := burglar{
		t: t, who: c.iamUser("aws-deploy", c.users["aws-deploy"].key),
		from: caller{indicatorOneIP, agentKali}, at: moment(12, 21, 22, 41, 7),
	}
	b.ok("sts", "GetCallerIdentity", nil)
	b.wait(20 * time.Second)
	b.ok("s3", "ListBuckets", params{"Host": "s3.us-east-1.amazonaws.com"})
	b.wait(25 * time.Second)

	iam := "arn:aws:iam::" + account + ":"
	b.refused("iam", "ListUsers", "iam:ListUsers", iam+"user/")
	b.refused("iam", "ListRoles", "iam:ListRoles", iam+"role/")
	b.refused("iam", "GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails", "*")
	b.refused("iam", "ListAttachedUserPolicies", "iam:ListAttachedUserPolicies", b.who.ARN)
	b.refused("iam", "ListAccessKeys", "iam:ListAccessKeys", b.who.ARN)
	b.refused("iam", "CreateAccessKey", "iam:CreateAccessKey", b.who.ARN)
	here := regionMain + ":" + account + ":"
	b.refused("lambda", "ListFunctions20150331", "lambda:ListFunctions", "*")
	b.refused("dynamodb", "ListTables", "dynamodb:ListTables",
		"arn:aws:dynamodb:"+here+"table/*")
	b.refused("rds", "DescribeDBInstances", "rds:DescribeDBInstances", "arn:aws:rds:"+here+"db:*")
	b.refused("kms", "ListKeys", "kms:ListKeys", "*")
	b.call(call{
		service: "ec2", name: "DescribeInstances", refused: "Client.UnauthorizedOperation",
		message: "You are not authorized to perform this operation.",
		request: params{"instancesSet": params{}, "filterSet": params{}},
	})
	b.wait(2 * time.Minute)

	b.ok("secretsmanager", "ListSecrets", params{"maxResults": 100})
	b.wait(40 * time.Second)
	b.read("prod/billing/db-Q3xTzn")
	b.read("prod/edi/sftp-Hw81cd")
	b.read("prod/web/session-8bLkVa")
}

// assume is the night after, from another published address: the deploy key turns into
// ops-break-glass, which every user of the account could assume.
func (t *trail) assume(c *cast) {
	arn, at := roleARN(roleBreakGlass), assumedAt
	b := burglar{
		t: t, who: c.iamUser("aws-deploy", c.users["aws-deploy"].key),
		from: caller{indicatorTwoIP, agentKali}, at: at,
	}
	b.call(call{
		service: "sts", name: "AssumeRole",
		request: params{
			"roleArn": arn, "roleSessionName": breakGlassSession, "durationSeconds": 3600,
		},
		response: params{
			"credentials": sessionCredentials(c.chain.session, at.Add(time.Hour)),
			"assumedRoleUser": params{
				"assumedRoleId": c.roles[roleBreakGlass] + ":" + breakGlassSession,
				"arn":           c.assumed(roleBreakGlass, breakGlassSession, "", at).ARN,
			},
		},
		touched: []resource{{account, "AWS::IAM::Role", arn}},
	})
}

var assumedAt = moment(12, 22, 1, 12, 40)

// breakGlass is what the session did within its hour.
func (t *trail) breakGlass(c *cast) {
	b := burglar{
		t: t, who: c.assumed(roleBreakGlass, breakGlassSession, c.chain.session, assumedAt),
		from: caller{indicatorTwoIP, agentKali}, at: assumedAt.Add(50 * time.Second),
	}
	b.ok("sts", "GetCallerIdentity", nil)
	b.ok("iam", "ListUsers", nil)
	b.ok("cloudtrail", "DescribeTrails", params{"trailNameList": []string{}})
	b.wait(3 * time.Minute)
	user := userARN(metricsUser)
	b.call(call{
		service: "iam", name: "CreateUser", write: true,
		request: params{"userName": metricsUser},
		response: params{"user": params{
			"path": "/", "userName": metricsUser, "userId": c.users["intruder"].principalID,
			"arn": user, "createDate": prose(b.at),
		}},
	})
	b.call(call{
		service: "iam", name: "AttachUserPolicy", write: true,
		request: params{
			"userName": metricsUser, "policyArn": "arn:aws:iam::aws:policy/PowerUserAccess",
		},
	})
	b.call(call{
		service: "iam", name: "CreateAccessKey", write: true,
		request:  params{"userName": metricsUser},
		response: newKey(metricsUser, c.chain.userKey, b.at),
	})
	b.wait(4 * time.Minute)
	b.read("prod/warehouse/api-2mPqYe")
}

// liveOn is the key of svc-metrics-sync, from an address that nobody published. It does not
// care that the deploy key is deleted on 5 January.
func (t *trail) liveOn(c *cast) {
	who := c.iamUser("intruder", c.chain.userKey)
	from := caller{unpublishedIP, agentVPN}
	for _, visit := range []time.Time{
		moment(12, 24, 3, 8, 51), moment(12, 29, 4, 30, 2), moment(1, 3, 2, 55, 40),
		moment(1, 14, 3, 41, 19), moment(1, 21, 2, 12, 6), moment(1, 27, 4, 3, 33),
	} {
		b := burglar{t: t, who: who, from: from, at: visit}
		b.ok("s3", "ListBuckets", params{"Host": "s3.us-east-1.amazonaws.com"})
		b.ok("ec2", "DescribeInstances", params{"instancesSet": params{}, "filterSet": params{}})
		b.call(call{
			region: regionDepots, service: "ec2", name: "DescribeInstances",
			request: params{"instancesSet": params{}, "filterSet": params{}},
		})
		b.read("prod/billing/db-Q3xTzn")
	}

	b := burglar{t: t, who: who, from: from, at: tokenAt}
	b.call(call{
		service: "sts", name: "GetSessionToken", request: params{"durationSeconds": 43200},
		response: params{
			"credentials": sessionCredentials(c.chain.userToken, tokenAt.Add(12*time.Hour)),
		},
	})
	b.who = c.iamUser("intruder", c.chain.userToken)
	b.who.SessionContext = &sessionContext{
		Attributes: sessionAttributes{CreationDate: stamp(tokenAt), MFA: "false"},
	}
	b.wait(time.Minute)
	b.ok("rds", "DescribeDBSnapshots", params{"includeShared": false, "includePublic": false})
	b.ok("s3", "ListBuckets", params{"Host": "s3.us-east-1.amazonaws.com"})
}

var tokenAt = moment(1, 9, 3, 20, 31)

// knockAgain is the deploy key once more, minutes after the release token cloned repositories
// from the same address: two secrets of one store in one hand.
func (t *trail) knockAgain(c *cast) {
	b := burglar{
		t: t, who: c.iamUser("aws-deploy", c.users["aws-deploy"].key),
		from: caller{indicatorOneIP, agentKali}, at: clonesAt.Add(6 * time.Minute),
	}
	b.ok("sts", "GetCallerIdentity", nil)
	b.ok("s3", "ListBuckets", params{"Host": "s3.us-east-1.amazonaws.com"})
}

// clonesAt is when the intruder used the release token; see the GitHub log.
var clonesAt = moment(1, 2, 21, 58, 14)
