package demo

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const orgID = 48210377

// hub collects the organisation's audit events.
type hub struct {
	c      *cast
	d      dice
	events []hubEvent
}

// hubEvent is one audit event. Git events and the others ("web") are kept for different times,
// so the two go different ways.
type hubEvent struct {
	at     time.Time
	git    bool
	fields params
}

// gitHub makes the organisation's audit log: the files of its stream, with the hole that git
// events have, and an export of January's web events through the API, all of which the stream
// has too.
func (c *cast) gitHub(jobs []job) ([]File, error) {
	h := &hub{c: c, d: newDice("github")}
	h.builds(jobs)
	h.work()
	h.visitors()
	h.rotation()
	h.intruder()
	h.events = slices.DeleteFunc(h.events, func(e hubEvent) bool {
		return e.git && !e.at.Before(streamBroke) && e.at.Before(gitAgain)
	})
	slices.SortFunc(h.events, func(a, b hubEvent) int {
		return cmp.Or(a.at.Compare(b.at),
			strings.Compare(fmt.Sprint(a.fields["action"]), fmt.Sprint(b.fields["action"])))
	})
	files, err := h.stream()
	if err != nil {
		return nil, err
	}
	export, err := h.export()
	return append(files, export), err
}

// stream writes two days to a file, an event to a line. While the stream was broken, a script
// fetched what could still be had and wrote it the same way.
func (h *hub) stream() ([]File, error) {
	const days = 2
	d := newDice("github files")
	var files []File
	for from := logsFrom; from.Before(logsUntil); from = from.AddDate(0, 0, days) {
		var lines bytes.Buffer
		for _, e := range h.between(from, from.AddDate(0, 0, days)) {
			line, err := encode(e.fields)
			if err != nil {
				return nil, err
			}
			lines.Write(line)
			lines.WriteByte('\n')
		}
		data, err := pack(lines.Bytes())
		if err != nil {
			return nil, err
		}
		name := d.uuid()
		if !from.Before(streamBroke) && from.Before(streamMended) {
			name = "refetched-" + from.Format("20060102")
		}
		files = append(files, File{Name: "logs/github/" + name + ".json.log.gz", Data: data})
	}
	return files, nil
}

// streamMended is when the stream ran again.
var streamMended = moment(1, 6, 0, 0, 0)

func (h *hub) between(from, until time.Time) []hubEvent {
	var some []hubEvent
	for _, e := range h.events {
		if !e.at.Before(from) && e.at.Before(until) {
			some = append(some, e)
		}
	}
	return some
}

// export is what the API answers for January with include=web: an array, newest first.
func (h *hub) export() (File, error) {
	var body bytes.Buffer
	separator := "["
	january := h.between(moment(1, 1, 0, 0, 0), moment(2, 1, 0, 0, 0))
	for _, e := range slices.Backward(january) {
		if e.git {
			continue
		}
		element, err := encode(e.fields)
		if err != nil {
			return File{}, err
		}
		body.WriteString(separator)
		body.Write(element)
		separator = ","
	}
	body.WriteString("]\n")
	return File{Name: "logs/github/web-2023-01.json", Data: body.Bytes()}, nil
}

// hubActor is who acts, from where and with what. An organisation sees the address of its
// members only; country and address are "" where GitHub would not show them.
type hubActor struct {
	login   string
	ip      string
	country string
	agent   string
	token   hubToken // zero: the web pages
}

func (h *hub) event(at time.Time, action string, by hubActor) params {
	at = at.Truncate(time.Second).Add(time.Duration(h.d.below(1000)) * time.Millisecond)
	f := params{
		"@timestamp": at.UnixMilli(), "action": action, "org": org, "org_id": orgID,
		"actor": by.login, "user_agent": by.agent,
	}
	if id, ok := h.c.logins[by.login]; ok {
		f["actor_id"] = id
	}
	if by.ip != "" {
		f["actor_ip"] = by.ip
	}
	if by.country != "" {
		f["actor_location"] = params{"country_code": by.country}
	}
	if by.token.hash != "" {
		f["hashed_token"], f["token_id"] = by.token.hash, by.token.id
		f["token_scopes"] = "repo,read:org"
		f["programmatic_access_type"] = "Personal access token (classic)"
	}
	h.events = append(h.events, hubEvent{at: at, git: strings.HasPrefix(action, "git."), fields: f})
	return f
}

// git adds a git event. It has no created_at and only most of the time a _document_id.
func (h *hub) git(at time.Time, action, repo string, by hubActor) params {
	f := h.event(at, action, by)
	f["repo"], f["repository"], f["repository_id"] = repo, repo, h.c.repos[repo]
	f["repository_public"] = repo == publicRepo
	f["transport_protocol"], f["transport_protocol_name"] = 1, "http"
	f["user"], f["user_id"], f["external_id"] = "", 0, ""
	delete(f, "actor_id") // real git events nearly never have it
	if h.d.below(8) > 0 {
		f["_document_id"] = h.d.text(base62, 22) + "=="
	}
	return f
}

// web adds an event of the web pages or the API.
func (h *hub) web(at time.Time, action, operation string, by hubActor, extra params) {
	f := h.event(at, action, by)
	f["created_at"] = f["@timestamp"]
	f["_document_id"] = h.d.text(base62, 22)
	f["operation_type"] = operation
	maps.Copy(f, extra)
}

// inRepo are the members of a web event that name a repository.
func (h *hub) inRepo(repo string) params {
	return params{"repo": repo, "repo_id": h.c.repos[repo], "public_repo": repo == publicRepo}
}

// pull adds what happens to a pull request.
func (h *hub) pull(at time.Time, action, repo string, by hubActor, number int, title string) {
	extra := h.inRepo(repo)
	extra["pull_request_id"] = 1100000000 + number
	extra["pull_request_title"] = title
	extra["pull_request_url"] = fmt.Sprintf("https://github.com/%s/pull/%d", repo, number)
	operation := "modify"
	if action == "pull_request.create" {
		operation = "create"
	}
	h.web(at, action, operation, by, extra)
}
