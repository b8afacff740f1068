package ingest

import "strings"

// targetNames are the request parameters that name what a call acts on, the most telling
// first.
var targetNames = makeNames(
	"accessKeyId", // of IAM's calls only
	"userName", "roleArn", "roleName", "groupName", "policyArn", "secretId", "name", "names",
	"bucketName", "functionName", "keyId", "instanceId", "instancesSet", "trailName",
	"trailNameList", "dBInstanceIdentifier", "dBClusterIdentifier", "dBSnapshotIdentifier",
	"snapshotId", "imageId", "groupId", "volumeId", "keyName", "tableName", "topicArn",
	"queueUrl", "queueName", "clusterName", "repositoryName", "stackName", "logGroupName",
	"detectorId", "hostedZoneId", "distributionId", "modelId", "policyName", "secretIdList",
	"resourceArn", "resourceId", "identityPoolId", "userPoolId", "parameterName", "documentName",
)

const (
	targetAccessKeyID = 0
	targetMost        = 48
)

// target returns what the call acted on: a request parameter, else the first resource.
func (t *trail) target(e *Event) string {
	if s := t.parameter(e); s != "" {
		return s
	}
	if e.Action == "CreateAccessKey" { // for oneself there are no parameters
		if s := t.text(t.path(t.f[ctResponseElements], "accessKey", "userName")); s != "" {
			return s
		}
	}
	resource := t.first(t.f[ctResources])
	if s := t.text(t.member(resource, "ARN")); s != "" {
		return s
	}
	return t.text(t.member(resource, "resourceName")) // in the event history
}

func (t *trail) parameter(e *Event) string {
	request := t.f[ctRequestParameters]
	if request == 0 || t.nodes[request].kind != kindObject {
		return ""
	}
	best, rank := int32(0), targetMost
	for c := request + 1; c < t.nodes[request].next; c = t.nodes[c].next {
		i := targetNames.exact(t.key(c))
		if i < 0 || i > rank || i == targetAccessKeyID && !strings.HasPrefix(e.Service, "iam.") {
			continue
		}
		if n := t.naming(c); n > 0 {
			best, rank = n, i
		}
	}
	if best == 0 {
		return ""
	}
	s := t.text(best)
	if targetNames.all[rank] != "bucketName" {
		return s
	}
	if key := t.text(t.member(request, "key")); key != "" {
		return t.arena.join(s, "/", key)
	}
	return s
}

// naming returns the string that a parameter holds: itself, the first of a list, or the
// first instance of EC2's {"items":[{"instanceId":…}]}.
func (t *trail) naming(n int32) int32 {
	if items := t.member(n, "items"); items > 0 {
		n = t.member(t.first(items), "instanceId")
	}
	n = t.first(n)
	if !t.isString(n) && (n == 0 || t.nodes[n].kind != kindNumber) {
		return 0
	}
	return n
}
