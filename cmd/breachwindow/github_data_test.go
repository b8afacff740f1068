package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"breachwindow/queries"
)

// judgedRecord is a record of the development data: a log of GitHub's, and what a public rule
// says of it, if it is one of the rule's tests.
type judgedRecord struct {
	Source string         `json:"source"`
	Log    map[string]any `json:"log"`
	Truth  *struct {
		Rule     string `json:"rule"`
		Test     string `json:"test"`
		Expected bool   `json:"expected"`
	} `json:"truth"`
}

// unlike are the tests of public rules of which the detections say something else, with the
// reason, where an exposed token did them. Other tests must agree.
const unlike = `
GitHub.Action.Failed: GitHub Action Failed - Monitored Action Configured = a failed build is no act
GitHub.Branch.PolicyOverride = medium (D36): an administrator's daily work
GitHub.Org.AuthChange: SAML Disabled = no action of GitHub's: it is org.disable_saml
GitHub.Org.AuthChange: Two Factor Requirement Enabled = a stricter rule opens nothing
GitHub.Org.AuthChange: OAuth App Restrictions Enabled = a stricter rule opens nothing
GitHub.Org.AuthChange: SAML Enabled = a stricter rule opens nothing, and no action of GitHub's
GitHub.Org.Moderators.Add = moderators hide comments; they reach no code
GitHub.Org.Modified = medium (D44, D60): members come and go
Github.Organization.App.Integration.Installed = medium (D23); see newly-granted-then-taken
Github.Repo.CollaboratorChange = medium (D44): collaborators come and go
Github.Repo.Created = medium (D39), and the record does not say public
GitHub.Repo.HookModified: Webhook Deleted = a webhook that is gone sends nothing
GitHub.Webhook.Modified: Webhook Deleted = a webhook that is gone sends nothing
Github.Repo.VulnerabilityDismissed = one alert that is dismissed; not in the list of behaviours
GitHub.Secret.Scanning.Alert.Created = medium (D52): GitHub found a secret, nobody acted
GitHub.Team.Modified = teams change all day; not in the list of behaviours
GitHub.User.RoleUpdated = the record does not say which role: owners only (D43)
GitHub.Workflow.DispatchByGitHubBot = medium (D28): bots run workflows all day
GitHub.Workflow.PermissionsModified = medium (D32)
GitHub.Action.Failed: Branch Protection Disabled = another behaviour: branch-protection-weakened
Github.Organization.App.Integration.Installed: Repository Archived = that of repository-destroyed
Github.Repo.Created: Repo Archived = another behaviour: repository-destroyed
GitHub.Secret.Scanning.Alert.Created: git.clone-false = another behaviour: private-repository-cloned
`

// TestGitHubData holds the detections against every record of the development data, twice: as
// the record stands, when hardly any names a credential, and as an exposed token's act.
func TestGitHubData(t *testing.T) {
	t.Parallel()
	records := judgedRecords(t)
	asIs, tied := found(t, records, false), found(t, records, true)
	classes := map[string][6]int{} // tests that are true: all, as is, tied; false: the same
	reasons, used := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(strings.TrimSpace(unlike)) {
		test, why, _ := strings.Cut(strings.TrimSpace(line), " = ")
		reasons[test] = why
	}
	var table, others []string
	for i, r := range records {
		hits, plain := tied[i+1], asIs[i+1]
		if r.Truth == nil {
			if len(plain) > 0 {
				others = append(others, fmt.Sprintf("  %-62v %s", r.Log["action"], strings.Join(plain, ", ")))
			}
			continue
		}
		n := classes[r.Truth.Rule]
		from := 3
		if r.Truth.Expected {
			from = 0
		}
		n[from]++
		n[from+1] += min(1, len(plain))
		n[from+2] += min(1, len(hits))
		classes[r.Truth.Rule] = n
		if r.Truth.Expected == (len(hits) > 0) {
			continue
		}
		test := r.Truth.Rule + ": " + strings.TrimPrefix(r.Truth.Test, "GitHub - ")
		key := test
		if reasons[key] == "" {
			key = r.Truth.Rule
		}
		why := reasons[key]
		if why == "" {
			t.Errorf("%s: expected %v, found %q", test, r.Truth.Expected, hits)
		}
		used[key] = true
		table = append(table, fmt.Sprintf("  %-70s expected %-5v found %v: %s",
			test, r.Truth.Expected, hits, why))
	}
	for key := range reasons {
		if !used[key] {
			t.Errorf("%s agrees now: take it off the list", key)
		}
	}
	t.Logf("%s\n\ndisagreements:\n%s\n\nas they stand, records of which nobody says anything:\n%s",
		tableOf(classes), strings.Join(table, "\n"), strings.Join(others, "\n"))
}

// tableOf prints of each rule how many of its tests are true and false, and how many of each the
// detections find.
func tableOf(classes map[string][6]int) string {
	const row = "%-48s %4v %5v %5v   %5v %5v %5v"
	var sums [6]int
	lines := []string{"", fmt.Sprintf(row, "rule", "true", "as is", "tied", "false", "as is", "tied")}
	for _, rule := range slices.Sorted(maps.Keys(classes)) {
		n := classes[rule]
		for i := range n {
			sums[i] += n[i]
		}
		lines = append(lines, fmt.Sprintf(row, rule, n[0], n[1], n[2], n[3], n[4], n[5]))
	}
	all := fmt.Sprintf(row, "all", sums[0], sums[1], sums[2], sums[3], sums[4], sums[5])
	return strings.Join(append(lines, all), "\n")
}

func judgedRecords(t *testing.T) (records []judgedRecord) {
	t.Helper()
	dir := os.Getenv("BREACHWINDOW_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	text, err := os.ReadFile(filepath.Join(dir, "github", "dev.ndjson"))
	if err != nil {
		t.Skipf("NOT CHECKED: what the detections say of real and public records. "+
			"The development data is not at %s; name its folder in BREACHWINDOW_DATA", dir)
	}
	for line := range strings.Lines(string(text)) {
		var r judgedRecord
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	return records
}

// found returns which detections of GitHub's behaviours tell of each record, by its line. tied
// makes each an act of one exposed token from a strange address, and gives it a time.
func found(t *testing.T, records []judgedRecord, tied bool) map[int][]string {
	t.Helper()
	var c testCase
	secrets := map[string]bool{hashOf("exposed"): true}
	for i, r := range records {
		log := maps.Clone(r.Log)
		if h, ok := log["hashed_token"].(string); ok && len(h) >= 43 {
			secrets[h] = true
		}
		if tied {
			log["hashed_token"], log["actor_ip"] = hashOf("exposed"), stranger
			if log["created_at"] == nil && log["@timestamp"] == nil {
				log["created_at"] = 1671526800000
			}
			delete(log, "token_id")
			log["_document_id"] = fmt.Sprint("record-", i)
		}
		c.logs.add("github.json", log)
	}
	for i, h := range slices.Sorted(maps.Keys(secrets)) {
		c.secrets = append(c.secrets,
			fmt.Sprintf("token-%d,github-token,%s,context:x,2019-01-01,,", i, h))
	}
	a := c.write(t)
	writeFile(t, filepath.Join(a.caseDir, "incident.yaml"), []byte(
		"id: any-time\ntitle: Any time\nstarts: 2020-01-01\ncreated_before: 2030-01-01\n"))
	writeFile(t, filepath.Join(a.caseDir, "case.yaml"), []byte(
		"incident: incident.yaml\nsecrets: [secrets.csv]\nlogs: [logs]\n"))
	db := preparedCase(t, a)
	if rejects := rowsOf(t, db, "SELECT reason FROM rejects"); tied && len(rejects) > 0 {
		t.Errorf("rejects: %q", rejects)
	}
	qs, err := queries.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	out := map[int][]string{}
	for _, q := range qs {
		if !strings.HasPrefix(q.ID, "github/") {
			continue
		}
		for _, row := range rowsOf(t, db, "SELECT DISTINCT CAST(q.pos AS VARCHAR) FROM ("+q.SQL+") q") {
			var pos int
			if _, err := fmt.Sscan(row, &pos); err != nil {
				t.Fatal(err)
			}
			out[pos] = append(out[pos], strings.TrimPrefix(q.ID, "github/"))
		}
	}
	return out
}
