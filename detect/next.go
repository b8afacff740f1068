package detect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What to do next for a secret: sentences with the command or the page, most urgent first. They are
// for a person who has not slept: nothing is to be looked up first.

// maxSteps bounds each kind of step; the rest is counted.
const maxSteps = 4

// next says what to do about a secret: end it, end what it made, rotate what it read, ask its
// owner, get the logs that are missing. Nothing for one that was never exposed.
func next(f facts, a SecretAnswer, minted []Minting, exposed []Exposure) []string {
	if !f.exposed {
		return []string{}
	}
	steps := []string{}
	if text := endIt(f, a); text != "" {
		steps = append(steps, text)
	}
	if text := successor(f); text != "" {
		steps = append(steps, text)
	}
	steps = append(steps, endWhatItMade(f, minted)...)
	if n := countCertain(exposed); n > 0 {
		steps = append(steps, fmt.Sprintf("Rotate what was read with it too: %s under exposed next.",
			plural(n, "value")))
	}
	if a.Verdict == Suspicious {
		steps = append(steps, fmt.Sprintf("Ask %s whether the uses above were theirs. What was "+
			"expected belongs in the list expected of case.yaml, with the reason.",
			cmp.Or(f.Owner, "whoever owns it")))
	}
	if text := unknownLog(f); text != "" {
		steps = append(steps, text)
	}
	return append(steps, missingLogs(f)...)
}

// unknownLog says how to get the log of a secret of which nothing at hand says whose log it is.
func unknownLog(f facts) string {
	switch {
	case f.watched > 0:
		return ""
	case f.Kind == "aws-access-key" && f.key.Valid:
		return fmt.Sprintf("Get the CloudTrail log of its account, which aws sts get-access-key-info "+
			"--access-key-id %s prints.", f.key.String)
	case f.Kind == "ssh-key" || strings.HasPrefix(f.Kind, "github-"):
		return "Get the audit log of its organisation: gh api --paginate " +
			"'/orgs/ORG/audit-log?include=all'; GitHub keeps git events for seven days, others for 180."
	}
	return ""
}

func countCertain(exposed []Exposure) (n int64) {
	for _, e := range exposed {
		if e.Certain {
			n++
		}
	}
	return n
}

// endIt says how to end the secret itself, or how to see that it has ended where only somebody's
// word stands for it.
func endIt(f facts, a SecretAnswer) string {
	if f.RevokedAt != nil && a.Rotation != "contradicted" {
		return ""
	}
	how := howToEnd(f)
	switch {
	case a.Rotation == "claimed":
		return "Make sure that it is dead, no log proves it. " + how
	case a.Rotation == "vendor":
		return "The vendor revoked it; look whether it is gone. " + how
	case f.RevokedAt != nil:
		return "Make sure that it is dead now. " + how
	}
	return "End it now. " + how
}

// howToEnd is the command or the page for each kind of secret.
func howToEnd(f facts) string {
	switch f.Kind {
	case "aws-access-key":
		user := userOption(f.user.String)
		key := cmp.Or(f.key.String, "KEY_ID")
		text := fmt.Sprintf("aws iam update-access-key%s --access-key-id %s --status Inactive, later "+
			"aws iam delete-access-key%s --access-key-id %s", user, key, user, key)
		if user == "" {
			text += " (the user is in: aws iam get-access-key-last-used --access-key-id " + key + ")"
		}
		return text + "."
	case "github-token":
		return "Its owner deletes it at https://github.com/settings/tokens; an organisation with " +
			"SAML revokes it by gh api --method DELETE /orgs/ORG/credential-authorizations/ID."
	case "github-oauth-grant":
		return "Its user revokes it at https://github.com/settings/applications."
	case "github-app-key":
		return "The application's owner makes a new private key and deletes the old one: " +
			"https://github.com/settings/apps, or the organisation's Settings, GitHub Apps."
	case "ssh-key":
		return "Delete the public key wherever it lets in: a deploy key in the repository's " +
			"Settings, Deploy keys; a user's at https://github.com/settings/keys; on hosts in " +
			"authorized_keys."
	case "circleci-project-token":
		return "Delete it in the project's Project Settings, API Permissions."
	case "circleci-personal-token":
		return "Its owner revokes it at https://app.circleci.com/settings/user/tokens."
	case "circleci-runner-token":
		return "circleci runner token list RESOURCE_CLASS, circleci runner token delete ID."
	}
	return "Make a new value where it is accepted, end the old one there, then ask for the log of " +
		"its uses."
}

// successor warns of a rotation in the middle of the exposure: the new value lay where the old one
// was stolen.
func successor(f facts) string {
	end := f.RotatedAt
	if end == nil {
		end = f.RevokedAt
	}
	if end == nil || f.cutOff == nil || f.ExposedAt == nil ||
		end.Before(*f.ExposedAt) || !end.Before(*f.cutOff) {
		return ""
	}
	return fmt.Sprintf("It was rotated before the vendor had cleaned up (%s): a new value that was "+
		"stored there by then is exposed too. Rotate that as well, and give it a row of its own.",
		stamp(*f.cutOff))
}

// endWhatItMade lists what outlives the secret, as of the last event of the logs.
func endWhatItMade(f facts, minted []Minting) []string {
	var out, roles []string
	sessions := false
	for _, m := range minted {
		if m.Ends != nil && (f.asOf == nil || !m.Ends.After(*f.asOf)) {
			continue
		}
		switch text := endMinted(m); {
		case text != "":
			out = append(out, text)
		case strings.HasPrefix(m.How, "AssumeRole") && strings.Contains(m.Target, ":role/"):
			roles = append(roles, m.Target[strings.LastIndex(m.Target, "/")+1:])
		case strings.HasPrefix(m.Child, "ASIA"):
			sessions = true
		}
	}
	for _, role := range distinctSorted(roles) {
		out = append(out, fmt.Sprintf("Revoke the sessions of role %s that it opened: IAM console, "+
			"the role, Revoke sessions.", role))
	}
	if sessions {
		out = append(out, "Sessions that it opened outlive it for up to 36 hours: attach to its user "+
			`a policy that denies everything where aws:TokenIssueTime is before now.`)
	}
	if n := len(out) - maxSteps; n > 0 {
		out = append(out[:maxSteps], fmt.Sprintf("%d more that it made last: see the lineage.", n))
	}
	return out
}

// endMinted says how to end one lasting thing that was made with the secret; "" for a session.
func endMinted(m Minting) string {
	kind, name, _ := strings.Cut(m.Child, ":")
	switch {
	case strings.HasPrefix(m.Child, "AKIA"):
		return fmt.Sprintf("Delete the key that it made: aws iam delete-access-key%s --access-key-id %s.",
			userOption(m.Target), m.Child)
	case strings.HasPrefix(m.Child, "ACCA"):
		return fmt.Sprintf("Delete the credential that it made: aws iam "+
			"delete-service-specific-credential%s --service-specific-credential-id %s.",
			userOption(m.Target), m.Child)
	case kind == "password":
		_, user, _ := strings.Cut(name, "/")
		return fmt.Sprintf("Remove the console password that it set: aws iam delete-login-profile%s.",
			userOption(user))
	case kind == "hook":
		return fmt.Sprintf("Remove the webhook that it made: number %s of %s.", name,
			cmp.Or(m.Target, "an unknown repository"))
	case kind == "runner":
		return fmt.Sprintf("Remove the self-hosted runner that it registered: %s.", name)
	case kind == "installation":
		return fmt.Sprintf("Uninstall the application that it installed: %s.", name)
	case kind == "oauth app", kind == "fine-grained token":
		return fmt.Sprintf("Revoke the %s that it approved or made: %s.", kind, name)
	case kind == "SHA256":
		return fmt.Sprintf("Delete the SSH key that it added: %s.", m.Child)
	}
	return ""
}

// userOption is the option that names a user in a command, nothing if the user is not known or not
// fit for a shell: names come from logs.
func userOption(arn string) string {
	name := arn[strings.LastIndex(arn, "/")+1:]
	if name == "" || strings.ContainsFunc(name, func(r rune) bool {
		return !strings.ContainsRune("+=,.@_-", r) &&
			(r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return ""
	}
	return " --user-name " + name
}

// missingLogs says how to get the logs that would close the gaps of its window.
func missingLogs(f facts) []string {
	type span struct {
		source, scope string
		from          time.Time
		to            *time.Time
	}
	var spans []span
	for _, h := range f.holes {
		i := slices.IndexFunc(spans, func(s span) bool {
			return s.source == h.source && s.scope == h.scope
		})
		if i < 0 {
			spans = append(spans, span{h.source, h.scope, h.from, h.to})
			continue
		}
		if h.to == nil || spans[i].to != nil && h.to.After(*spans[i].to) {
			spans[i].to = h.to
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.scope, b.scope))
	})
	var out []string
	for i, s := range spans {
		if i == maxSteps {
			out = append(out, fmt.Sprintf("Get %s more: see coverage.",
				plural(int64(len(spans)-maxSteps), "log")))
			break
		}
		out = append(out, getLog(s.source, s.scope, s.from, s.to))
	}
	return out
}

func getLog(source, scope string, from time.Time, to *time.Time) string {
	name, part, _ := strings.Cut(scope, "/")
	span := fmt.Sprintf("%s to %s", stamp(from), stampOr(to, "today"))
	switch source {
	case "cloudtrail":
		text := fmt.Sprintf("Get the CloudTrail log of %s from %s: out of its trail's bucket", scope, span)
		if strings.HasPrefix(part, "*") || part == "" {
			return text + "."
		}
		return text + fmt.Sprintf("; without a trail the last 90 days by aws cloudtrail lookup-events "+
			"--region %s, which leaves out data events.", part)
	case "github":
		if part == "git" {
			return fmt.Sprintf("Get the git events of %s from %s: GitHub keeps them for seven days, "+
				"a stream keeps them longer.", name, span)
		}
		return fmt.Sprintf("Get the audit log of %s from %s: gh api --paginate "+
			"'/orgs/%s/audit-log?include=web'; GitHub keeps 180 days.", name, span, name)
	}
	return fmt.Sprintf("Get the log of %s %s from %s.", source, scope, span)
}
