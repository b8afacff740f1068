package demo

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"time"
)

// circle collects the organisation's CircleCI audit events.
type circle struct {
	d      dice
	scope  string            // JSON of the account
	ids    map[string]string // of users, contexts, projects
	events []circleEvent
	err    error // the first; looked at once, at the end
}

// circleEvent is one event; its cells are in the order of circleColumns.
type circleEvent struct {
	at    time.Time
	cells []string
}

// circleColumns are the documented fields. CircleCI documents no order.
func circleColumns() []string {
	return []string{
		"action", "actor", "target", "payload", "occurred_at", "metadata", "id", "version",
		"scope", "success", "request",
	}
}

// circleCI makes two exports. One asks for at most 30 days and gets a day more at each end, so
// they overlap by two days. In exports of that winter the request has no address.
func (c *cast) circleCI(jobs []job) ([]File, error) {
	l := &circle{d: newDice("circleci"), ids: map[string]string{}}
	l.scope = l.json(l.thing("account", "github: "+org))
	l.builds(jobs)
	l.people()
	l.rotation()
	slices.SortFunc(l.events, func(a, b circleEvent) int {
		if order := a.at.Compare(b.at); order != 0 {
			return order
		}
		return strings.Compare(a.cells[6], b.cells[6])
	})
	december := l.export("2022-12", moment(12, 1, 0, 0, 0), moment(1, 2, 0, 0, 0))
	january := l.export("2023-01", moment(12, 31, 0, 0, 0), moment(2, 1, 0, 0, 0))
	return []File{december, january}, l.err
}

func (l *circle) export(month string, from, until time.Time) File {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{circleColumns()}
	for _, e := range l.events {
		if !e.at.Before(from) && e.at.Before(until) {
			rows = append(rows, e.cells)
		}
	}
	if err := w.WriteAll(rows); err != nil && l.err == nil {
		l.err = err
	}
	return File{Name: "logs/circleci/audit-" + month + ".csv", Data: b.Bytes()}
}

// thing is an actor, a target or a scope. The same name has the same id everywhere.
func (l *circle) thing(kind, name string) params {
	id, ok := l.ids[kind+" "+name]
	if !ok {
		id = l.d.uuid()
		l.ids[kind+" "+name] = id
	}
	return params{"id": id, "type": kind, "name": name}
}

func (l *circle) user(login string) params   { return l.thing("user", "github: "+login) }
func (l *circle) context(name string) params { return l.thing("context", name) }
func (l *circle) project(repo string) params { return l.thing("project", "github: "+repo) }

func (l *circle) json(v params) string {
	b, err := encode(v)
	if err != nil && l.err == nil {
		l.err = err
	}
	return string(b)
}

func (l *circle) add(at time.Time, action, login string, target, payload params) {
	at = at.Add(time.Duration(l.d.below(1000)) * time.Millisecond)
	l.events = append(l.events, circleEvent{at: at, cells: []string{
		action, l.json(l.user(login)), l.json(target), l.json(payload),
		at.Format("2006-01-02T15:04:05.000Z"), "{}", l.d.uuid(), strconv.Itoa(1),
		l.scope, "true", l.json(params{"id": l.d.uuid()}),
	}})
}

// builds are the starts and ends of jobs and the contexts that they were given.
func (l *circle) builds(jobs []job) {
	for _, j := range jobs {
		branch, trigger := "main", "scheduled_pipeline"
		if j.login != botLogin {
			trigger = "webhook"
		}
		workflow := params{"id": l.d.uuid(), "name": j.workflow, "vcs_branch": branch}
		target := params{"id": l.d.uuid(), "type": "job", "name": j.name}
		details := func(status string) params {
			return params{
				"workflow": workflow, "trigger_source": trigger,
				"job": params{"id": target["id"], "job_name": j.name, "job_status": status},
			}
		}
		l.add(j.start, "workflow.job.start", j.login, target, details("running"))
		for _, given := range j.contexts {
			context := l.context(given.name)
			l.add(j.start.Add(2*time.Second), "context.secrets.accessed", j.login, context, params{
				"context_id": context["id"], "context_name": given.name,
				"environment_variable_titles": given.variables, "workflow": workflow,
				"job": params{"id": target["id"], "job_name": j.name},
			})
		}
		l.add(j.ends, "workflow.job.finish", j.login, target, details("success"))
	}
}

// people are the contractor's last days, and a project token that a stranger made one night.
func (l *circle) people() {
	settings := params{"feature_flags": params{"autocancel_builds": true}}
	legacy := l.project("larkspur-freight/legacy-sync")
	l.add(moment(12, 2, 10, 14, 9), "project.settings.update", contractor, legacy, settings)
	l.add(moment(12, 7, 15, 2, 44), "project.env_var.create", contractor, legacy,
		params{"name": "SYNC_BATCH"})
	l.add(moment(12, 9, 16, 40, 0), "schedule.update", contractor, legacy,
		params{"name": "legacy-sync nightly"})
	l.add(moment(12, 27, 23, 48, 12), "project.api_token.create", strangerLogin,
		l.project(webRepo), params{"label": "ci-status", "scope": "all"})
}

// rotation is what secadmin stored and removed. Storing a new value kills no old one.
func (l *circle) rotation() {
	stored := func(at time.Time, context string, variables ...string) {
		c := l.context(context)
		for i, variable := range variables {
			l.add(at.Add(time.Duration(i)*4*time.Second), "context.env_var.store", secAdmin, c,
				params{"context_id": c["id"], "context_name": context, "variable": variable})
		}
	}
	const id, key = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
	stored(terraformDisabled.Add(-3*time.Minute), "aws-infra", id, key)
	stored(deployDeleted.Add(-2*time.Minute), "aws-prod", id, key)
	stored(reportsReplaced.Add(2*time.Minute), "aws-reports", id, key)
	stored(botRevoked.Add(-time.Minute), "github-bot", "GITHUB_TOKEN")
	stored(releaseReplaced, "github-release", "RELEASE_TOKEN")

	backup := l.context("aws-backup")
	for i, variable := range []string{id, key} {
		l.add(moment(1, 6, 8, 58, 10+4*i), "context.env_var.delete", secAdmin, backup,
			params{"context_id": backup["id"], "context_name": "aws-backup", "variable": variable})
	}

	scanner := l.context("aws-scanner")
	l.add(scannerCreated.Add(2*time.Minute), "context.create", secAdmin, scanner,
		params{"context_id": scanner["id"], "context_name": "aws-scanner"})
	stored(scannerCreated.Add(3*time.Minute), "aws-scanner", id, key)
}
