package demo

import (
	"bytes"
	"encoding/csv"
	"time"
)

// caseYAML is the case: the incident, where its files are, and what the company says about its
// own doings.
const caseYAML = `# Larkspur Freight, an invented company: what breachwindow demo investigates.
incident: circleci-2023-01

secrets: [secrets.csv]
logs: [logs]

# Uses that look new and are not the intruder's. All selectors of an entry must match.
expected:
  - ip: 192.0.2.14
    actor: arn:aws:iam::418273645091:user/ci-terraform
    why: tferreira ran Terraform by hand from head office on 23 December (ticket OPS-2291)
  - network: 2001:db8:60::/48
    why: the metrics collector of the European depots

# Who rotates. What they do is no use by an intruder.
responders:
  - arn:aws:iam::418273645091:user/secadmin
  - larkspur-secadmin
`

// inventory makes secrets.csv: everything that CircleCI held.
func (c *cast) inventory() (File, error) {
	rows := append([][]string{{
		"id", "kind", "identifier", "name", "stored_in", "created_at", "rotated_at", "owner", "notes",
	}}, c.awsSecrets()...)
	rows = append(rows, c.otherSecrets()...)
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return File{}, err
	}
	return File{Name: "secrets.csv", Data: b.Bytes()}, nil
}

func (c *cast) awsSecrets() [][]string {
	const kind = "aws-access-key"
	key := func(id string) string { return c.users[id].key }
	return [][]string{
		{
			"aws-deploy", kind, key("aws-deploy"), "deploys web to prod", "context:aws-prod",
			"2021-06-14T08:20:00Z", stamp(deployDeleted.Add(2 * time.Minute)), "platform", "",
		},
		{
			"aws-terraform", kind, key("aws-terraform"), "plans the infrastructure",
			"context:aws-infra", "2021-06-14T08:25:00Z", stamp(moment(1, 5, 13, 55, 0)),
			"platform", "",
		},
		{
			"aws-backup", kind, key("aws-backup"), "nightly snapshots", "context:aws-backup",
			"2020-02-03T11:00:00Z", "2023-01-06T09:00:00Z", "platform", "job retired in November",
		},
		{
			"aws-legacy", kind, key("aws-legacy"), "feeds the old dispatch system",
			"context:aws-legacy", "2019-07-21T13:45:00Z", "", "dispatch",
			"nobody dares to touch it",
		},
		{
			"aws-reports", kind, key("aws-reports"), "Athena reports", "context:aws-reports",
			"2021-11-02T09:10:00Z", "2023-01-05", "finance", "",
		},
		{
			"aws-partner", kind, c.partnerKey, "uploads to the customs broker",
			"project:gh/larkspur-freight/edi-gateway", "2022-03-28T15:30:00Z",
			"2023-01-06T10:30:00Z", "edi", "a key of the broker's own account",
		},
		{
			"aws-new", kind, key("aws-new"), "scans images", "context:aws-scanner",
			stamp(scannerCreated), "", "security", "",
		},
	}
}

func (c *cast) otherSecrets() [][]string {
	return [][]string{
		{
			"gh-bot", "github-token", c.tokens["gh-bot"].hash, "larkspur-bot",
			"context:github-bot", "2021-08-30T10:00:00Z", "2023-01-05T15:15:00Z", "platform", "",
		},
		{
			"gh-release", "github-token", c.tokens["gh-release"].hexHash, "larkspur-release",
			"context:github-release", "2022-02-17T14:12:00Z", "2023-01-05T16:00:00Z", "web",
			"hash made with PowerShell, hence hex",
		},
		{
			"deploy-key-web", "ssh-key", c.webKey.fingerprint, "deploy key of larkspur-freight/web",
			"project:gh/larkspur-freight/web", "2020-05-11T07:55:00Z", "2023-01-05T15:35:00Z",
			"web", "",
		},
		{
			"circleci-project", "circleci-project-token", "deploy-status",
			"build badge on the wall screen", "project:gh/larkspur-freight/web",
			"2019-10-08T12:00:00Z", "", "web", "",
		},
		{
			"circleci-personal", "circleci-personal-token", contractor,
			"token of a contractor who left", "user:" + contractor, "2022-07-04T09:00:00Z", "",
			"dispatch", "",
		},
		{
			"slack-webhook", "other", "deploy-notices", "posts deploys to Slack",
			"context:slack", "2020-01-20T16:00:00Z", "", "web", "no log shows its use",
		},
	}
}
