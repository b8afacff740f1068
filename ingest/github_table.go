package ingest

import (
	"slices"
	"strings"
)

// gitHubColumns are those of GitHub's CSV export that need to be known: names are text even if
// they look like numbers. All others are kept as they come, and those with dots ("data.team",
// "actor_location.country_code") make objects, as in the JSON export.
var gitHubColumns = [...]column{
	{name: "action"},
	{name: "actor"},
	{name: "user"},
	{name: "org"},
	{name: "business"},
	{name: "repo"},
	{name: "repository"},
	{name: "team"},
	{name: "created_at"},
	{name: "@timestamp"},
	{name: "_document_id"},
	{name: "actor_ip"},
	{name: "user_agent"},
	{name: "hashed_token"},
	{name: "programmatic_access_type"},
	{name: "actor_id", cell: cellNumber},
	{name: "user_id", cell: cellNumber},
	{name: "org_id", cell: cellNumber},
	{name: "business_id", cell: cellNumber},
	{name: "repo_id", cell: cellNumber},
	{name: "token_id", cell: cellNumber},
	{name: "oauth_application_id", cell: cellNumber},
	{name: "hook_id", cell: cellNumber},
	{name: "data.hook_id", cell: cellNumber},
	{name: "transport_protocol", cell: cellNumber},
	{name: "actor_is_bot", cell: cellFlag},
	{name: "public_repo", cell: cellFlag},
	{name: "repository_public", cell: cellFlag},
	{name: "read_only", cell: cellFlag},
}

// gitHubTimes are the columns that may have the time: GitHub's two, and Panther's.
var gitHubTimes = [...]string{"@timestamp", "created_at", "at_sign_timestamp", "p_event_time"}

// isGitHubHeader wants an action, a time, and two more columns that together only GitHub has: which
// ones an export has is documented in part.
func isGitHubHeader(names []string) bool {
	has := map[string]bool{}
	for _, name := range names {
		has[strings.TrimPrefix(strings.ToLower(name), "data.")] = true
	}
	timed := slices.ContainsFunc(gitHubTimes[:], func(name string) bool { return has[name] })
	evidence := 0
	for _, name := range [...]string{
		"actor", "org", "repo", "business", "_document_id", "actor_ip", "hashed_token",
		"programmatic_access_type", "actor_location.country_code",
	} {
		if has[name] {
			evidence++
		}
	}
	return has["action"] && timed && evidence >= 2
}

func isGitHubRow(cells map[string]string) bool {
	timed := slices.ContainsFunc(gitHubTimes[:], func(name string) bool {
		_, why := timeOf(cells[name])
		return why == ""
	})
	category, event, ok := strings.Cut(cells["action"], ".")
	return timed && ok && isWord(category) && isWord(strings.ReplaceAll(event, ".", "_"))
}

// isWholeGitHub tells a cell that is a whole record.
func (m *mapper) isWholeGitHub() bool {
	timed := slices.ContainsFunc(gitHubTimes[:], func(name string) bool { return m.top(name) > 0 })
	return timed && m.isString(m.top("action"))
}
