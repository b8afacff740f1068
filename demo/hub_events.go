package demo

import (
	"fmt"
	"time"
)

const (
	agentGit      = "git/2.38.1"
	agentOctokit  = "octokit-rest.js/19.0.5 octokit-core.js/4.1.0 Node.js/16.18.1 (linux; x64)"
	agentGoGit    = "go-git/5.x"
	agentRequests = "python-requests/2.28.1"

	classicPAT = "personal access token"
)

// tokenAt is the token that a machine user holds at a time.
func (c *cast) tokenAt(id string, at, replaced time.Time) hubToken {
	if at.Before(replaced) {
		return c.tokens[id]
	}
	return c.tokens[id+" (new)"]
}

// builds are the visits of CI jobs: the deploy fetches web with its deploy key, the plan
// fetches infra as larkspur-bot, the release fetches and tags as larkspur-release.
func (h *hub) builds(jobs []job) {
	for _, j := range jobs {
		at := j.start.Add(20 * time.Second)
		switch j.secret {
		case "aws-deploy":
			h.keyFetch(at)
		case "aws-terraform":
			by := hubActor{
				login: botLogin, ip: j.ip, country: "US", agent: agentGit,
				token: h.c.tokenAt("gh-bot", at, botRevoked),
			}
			h.git(at, "git.fetch", infraRepo, by)
			if j.run%3 == 0 {
				by.agent = agentOctokit
				number := 410 + j.run/3
				h.pull(at.Add(4*time.Minute), "pull_request.create", infraRepo, by, number,
					"Drift of "+at.Format("2 January"))
			}
		case "gh-release":
			by := hubActor{
				login: releaseLogin, ip: j.ip, country: "US", agent: agentGit,
				token: h.c.tokenAt("gh-release", at, releaseReplaced),
			}
			h.git(at, "git.fetch", webRepo, by)
			h.git(at.Add(15*time.Second), "git.fetch", "larkspur-freight/edi-gateway", by)
			h.git(at.Add(2*time.Minute), "git.push", webRepo, by)
			by.agent = agentOctokit
			number := 1530 + j.run
			h.pull(at.Add(3*time.Minute), "pull_request.create", webRepo, by, number,
				fmt.Sprintf("Merge release 4.%d back", 60+j.run))
		}
	}
}

// keyFetch is a fetch with the deploy key of web. GitHub names no person, no id and no address
// for it.
func (h *hub) keyFetch(at time.Time) {
	key := h.c.webKey
	if !at.Before(webKeyDeleted) {
		key = h.c.newKey
	}
	f := h.git(at, "git.fetch", webRepo, hubActor{login: deployKeyName, agent: agentGit})
	f["hashed_token"] = key.hash
	f["programmatic_access_type"] = "Public Key (User/Deploy)"
	f["transport_protocol"], f["transport_protocol_name"] = 2, "ssh"
}

// work is what the developers do on working days, and what the dependency bot does on all.
func (h *hub) work() {
	acts := []string{
		"pull_request.create", "pull_request_review.submit", "pull_request.merge",
		"pull_request.close", "pull_request.create_review_request",
	}
	places := []string{webRepo, infraRepo, "larkspur-freight/billing", "larkspur-freight/edi-gateway"}
	titles := []string{
		"Show the slot of a late lorry", "Round weights up, not down", "Retry the customs feed",
		"Drop the old tariff table", "Name the depot in the reminder",
	}
	number := 1900
	days(func(day time.Time) {
		number++
		at := day.Add(6*time.Hour + h.d.between(0, time.Hour))
		h.pull(at, "pull_request.create", publicRepo, hubActor{
			login: "dependabot[bot]", agent: "dependabot-api",
		}, number, "Bump a dependency")
		if weekend(day) {
			return
		}
		for range 2 + h.d.below(2) {
			login := developers[h.d.below(len(developers))]
			at := day.Add(8*time.Hour + h.d.between(0, 9*time.Hour))
			repo := places[h.d.below(len(places))]
			by := hubActor{login: login, ip: officeIP, country: "GB", agent: agentBrowser}
			number++
			h.pull(at, acts[h.d.below(len(acts))], repo, by, number, titles[h.d.below(len(titles))])
			by.agent, by.token = "git/2.37.0 (Apple Git-136)", h.c.tokens[login]
			h.git(at.Add(-h.d.between(time.Minute, time.Hour)), "git.push", repo, by)
		}
	})
	h.git(moment(12, 9, 9, 30, 0), "git.fetch", "larkspur-freight/legacy-sync", hubActor{
		login: contractor, ip: officeIP, country: "GB", agent: "git/2.34.1",
	})
}

// visitors clone the public formats each day: events without an actor, as GitHub writes them.
func (h *hub) visitors() {
	days(func(day time.Time) {
		at := day.Add(h.d.between(12*time.Hour, 23*time.Hour))
		f := h.git(at, "git.clone", publicRepo, hubActor{})
		for _, name := range []string{"actor", "user_agent", "user", "external_id"} {
			delete(f, name)
		}
	})
}

// rotation is secadmin's afternoon of 5 January. Where a credential was revoked, it stands in
// managed_…; hashed_token would be secadmin's own, who works on the web pages and has none.
func (h *hub) rotation() {
	by := hubActor{login: secAdmin, ip: officeIP, country: "GB", agent: agentBrowser}
	managed := func(id string) params {
		token := h.c.tokens[id]
		f := params{"user": botLogin, "user_id": h.c.logins[botLogin]}
		f["managed_hashed_token"], f["managed_token_id"] = token.hash, token.id
		f["managed_token_scopes"], f["managed_oauth_access_id"] = "repo,read:org", token.id+11
		f["oauth_credential_type"] = classicPAT
		return f
	}
	h.web(botRevoked.Add(-3*time.Minute), "org_credential_authorization.grant", "create",
		hubActor{login: botLogin, ip: officeIP, country: "GB", agent: agentBrowser},
		managed("gh-bot (new)"))
	h.web(botRevoked, "org_credential_authorization.revoke", "remove", by, managed("gh-bot"))

	key := func(k sshKey) params {
		f := h.inRepo(webRepo)
		f["title"], f["key"], f["fingerprint"], f["read_only"] = "CircleCI", k.line, k.fingerprint, "true"
		return f
	}
	h.web(webKeyDeleted.Add(-75*time.Second), "public_key.create", "create", by, key(h.c.newKey))
	h.web(webKeyDeleted, "public_key.delete", "remove", by, key(h.c.webKey))
}

// intruder is the evening of 2 January: the release token clones what it can see, twice from a
// published address and once from one that nobody published, and takes an archive too.
func (h *hub) intruder() {
	by := hubActor{
		login: releaseLogin, ip: indicatorOneIP, country: "NL", agent: agentGoGit,
		token: h.c.tokens["gh-release"],
	}
	h.git(clonesAt, "git.clone", infraRepo, by)
	h.git(clonesAt.Add(48*time.Second), "git.clone", "larkspur-freight/edi-gateway", by)
	zip := by
	zip.agent = agentRequests
	extra := h.inRepo("larkspur-freight/legacy-sync")
	extra["visibility"] = "private"
	h.web(clonesAt.Add(3*time.Minute), "repo.download_zip", "access", zip, extra)
	by.ip, by.country = unpublishedIP, "SE"
	h.git(clonesAt.Add(41*time.Minute), "git.clone", "larkspur-freight/billing", by)
}
