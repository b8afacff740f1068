package reference

import (
	"strings"

	"breachwindow/ingest"
)

func circleCI(o object) (e ingest.Event, ok bool) {
	if !isString(o.raw("action")) {
		return e, false
	}
	if e.Time, ok = timeOf(o.text("occurred_at")); !ok {
		return e, false
	}
	o.drop("occurred_at")
	logged := o.text("action")
	e.Action = dotted(logged)
	if e.Action == logged {
		o.drop("action")
	}
	e.Service, _, _ = strings.Cut(e.Action, ".")
	if e.Action == "context.secrets.accessed" {
		e.ReadOnly = 1
	}
	outcome := o.path("common_fields", "outcome")
	success := flag(o.raw("success"))
	if success >= 0 {
		o.drop("success")
	}
	e.Outcome = "success"
	if success == 0 || success < 0 && outcome == "failure" {
		e.Outcome = "failure"
	}
	e.ActorKind = o.path("actor", "type")
	e.Actor = o.named("actor")
	if e.Actor != "" && e.ActorKind == "user" {
		e.Credential, e.CredentialKind = "login:"+strings.ToLower(e.Actor), "login"
	}
	e.Actor = firstOf(e.Actor, o.path("actor", "id"))
	e.Account = firstOf(o.named("organization"), o.named("account"), o.named("scope"))
	e.Target = firstOf(o.named("target"), o.path("target", "id"))
	e.IP = firstOf(o.path("request", "ip_address"), o.path("common_fields", "source_ip"))
	e.Session = o.path("payload", "workflow", "id")
	e.Via = firstOf(o.path("payload", "via"), o.path("payload", "trigger_source"))
	e.EventID = o.move("id")
	e.Details = o.details()
	return e, true
}

// dotted folds workflow-job-start to workflow.job.start; four words keep their hyphen.
func dotted(action string) string {
	action = strings.ToLower(action)
	if !strings.Contains(action, "-") {
		return action
	}
	s := "." + strings.ReplaceAll(action, "-", ".") + "."
	for _, word := range []string{"checkout-key", "deploy-keys", "toggle-abusive", "delete-all"} {
		s = strings.Replace(s, "."+strings.ReplaceAll(word, "-", ".")+".", "."+word+".", 1)
	}
	return s[1 : len(s)-1]
}

// named is the name in a member {id, type, name}, without its VCS.
func (o object) named(key string) string {
	name := o.path(key, "name")
	vcs, rest, ok := strings.Cut(name, ":")
	switch strings.ToLower(vcs) {
	case "github", "bitbucket", "gitlab", "circleci":
		if ok {
			return strings.TrimSpace(rest)
		}
	}
	return name
}
