package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"time"
)

// other writes the records of one file of GitHub's or CircleCI's log. Their members and the
// lengths of these are those of the documented records.
type other struct {
	*company
	*dice
	index, files int
	at           time.Time
}

func newOther(c *company, index, files int) *other {
	//nolint:gosec // G115: a file's number
	return &other{company: c, dice: newDice(uint64(index) + 1<<40), index: index, files: files}
}

// lines is a file of NDJSON.
func (o *other) lines(record func(*other) map[string]any) []byte {
	var b bytes.Buffer
	for i := range perFile {
		o.at = timeOf(o.index, i, o.files)
		b.Write(marshal(record(o)))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// marshal is for what this file makes: texts, numbers, and maps of them.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// rows is a file of CircleCI's CSV.
func (o *other) rows() []byte {
	columns := []string{
		"id", "version", "action", "occurred_at", "actor", "target", "scope", "payload", "metadata",
		"success", "request", "organization", "account",
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	err := w.Write(columns)
	for i := range perFile {
		o.at = timeOf(o.index, i, o.files)
		record, row := o.circle(), make([]string, len(columns))
		for j, name := range columns {
			if s, ok := record[name].(string); ok {
				row[j] = s
			} else {
				row[j] = string(marshal(record[name]))
			}
		}
		if err == nil {
			err = w.Write(row)
		}
	}
	if w.Flush(); err != nil { // a buffer takes everything
		panic(err)
	}
	return b.Bytes()
}

func (o *other) uuid() string { return string(o.appendUUID(nil)) }

var hubActions = []string{
	"git.clone", "git.clone", "git.fetch", "git.fetch", "git.fetch", "git.push",
	"workflows.completed_workflow_run", "workflows.created_workflow_run", "pull_request.create",
	"pull_request_review.submit", "repo.create", "org.add_member", "protected_branch.update_name",
}

func (o *other) hub() map[string]any {
	name := pick(o.dice, o.names)
	actor := o.users[o.IntN(len(o.users))]
	r := map[string]any{
		"@timestamp": o.at.UnixMilli(), "created_at": o.at.UnixMilli(), "_document_id": o.uuid(),
		"action": pick(o.dice, hubActions), "actor": name + "-bot", "actor_id": o.IntN(1 << 24),
		"actor_ip": pick(o.dice, actor.addresses), "actor_location": map[string]any{"country_code": "US"},
		"business": "acme", "org": "acme", "org_id": 4711, "repo": "acme/" + name,
		"repository": "acme/" + name, "repository_public": false, "user_agent": pick(o.dice, actor.agents),
		"operation_type": "access", "token_id": o.IntN(5000), "transport_protocol_name": "http",
	}
	switch o.IntN(4) {
	case 0:
		r["programmatic_access_type"] = "Public Key (User/Deploy)"
		r["actor"] = "deploy_key"
	case 1:
		r["programmatic_access_type"] = "OAuth access token"
		r["oauth_application_name"], r["oauth_application_id"] = "CircleCI", 42
	}
	r["hashed_token"] = string(o.appendFrom(nil, base64, 43)) + "="
	return r
}

var circleActions = []string{
	"context.secrets.accessed", "context.secrets.accessed", "workflow.job.start",
	"workflow.job.start", "workflow.job.finish", "workflow.job.context.request",
	"project.env_var.create", "context.create", "user.logged_in",
}

func (o *other) circle() map[string]any {
	name := pick(o.dice, o.names)
	party := func(kind, name string) map[string]any {
		return map[string]any{"id": o.uuid(), "type": kind, "name": name}
	}
	return map[string]any{
		"id": o.uuid(), "version": 1, "action": pick(o.dice, circleActions),
		"occurred_at": o.at.Format(time.RFC3339Nano), "actor": party("user", "github: "+name),
		"target": party("context", "aws-"+name), "scope": party("account", "github: acme"),
		"account": party("account", "github: acme"), "organization": party("organization", "github: acme"),
		"payload": map[string]any{
			"context_id": o.uuid(), "context_name": "aws-" + name,
			"environment_variable_titles": []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"},
			"workflow":                    map[string]any{"id": o.uuid(), "name": "deploy", "vcs_branch": "main"},
			"job":                         map[string]any{"id": o.uuid(), "job_name": name, "job_status": "success"},
		},
		"metadata": map[string]any{}, "success": true,
		"request": map[string]any{
			"id": o.uuid(), "ip_address": fmt.Sprintf("198.51.100.%d", o.IntN(250)), "client_trace_id": "",
		},
		"common_fields": map[string]any{"outcome": "success", "status": "info"},
	}
}
