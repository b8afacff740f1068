package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestChain walks from each AWS key in the inventory to what it minted.
func TestChain(t *testing.T) {
	all := unique(events(t))
	minted := map[string]event{} // by child
	for _, e := range all {
		if e.minted == "" || e.credential == "" {
			continue // a service's own sessions
		}
		if _, again := minted[e.minted]; again {
			t.Errorf("%s is minted twice", e.minted)
		}
		minted[e.minted] = e
	}
	depth := map[string]int{credentialOf(t, "aws-deploy"): 0}
	for range minted {
		for child, by := range minted {
			if d, ok := depth[by.credential]; ok {
				depth[child] = d + 1
			}
		}
	}
	var made []string
	for _, e := range all {
		if d, ok := depth[e.minted]; ok && e.minted != "" {
			made = append(made, e.action+strings.Repeat("+", d))
			if used := uses(all, e.minted, e.at, lastLog); len(used) == 0 {
				t.Errorf("%s minted at %s is never used", e.action, e.at)
			}
			if before := uses(all, e.minted, firstLog, e.at); len(before) > 0 {
				t.Errorf("%s minted at %s was used before", e.action, e.at)
			}
		}
	}
	if diff := cmp.Diff([]string{"AssumeRole+", "CreateAccessKey++", "GetSessionToken+++"}, made); diff != "" {
		t.Errorf("minted (-want +got):\n%s", diff)
	}
	for id := range inventory(t) {
		credential := credentialOf(t, id)
		for child, by := range minted {
			if id != "aws-deploy" && by.credential == credential {
				t.Errorf("%s minted %s", id, child)
			}
		}
	}
	checkLives(t, all, minted, depth)
}

// checkLives: a session dies within its time; the created key lives past the rotation.
func checkLives(t *testing.T, all []event, minted map[string]event, depth map[string]int) {
	t.Helper()
	for credential, d := range depth {
		if d == 0 {
			continue
		}
		at := minted[credential].at
		used := uses(all, credential, at, lastLog)
		last := used[len(used)-1].at
		switch d {
		case 1:
			if last.After(at.Add(time.Hour)) {
				t.Errorf("session used at %s, an hour after %s", last, at)
			}
		case 2:
			after := uses(all, credential, utc("2023-01-05 14:04:00"), lastLog)
			if len(after) < 10 || last.Before(utc("2023-01-25 00:00:00")) {
				t.Errorf("created key: %d uses after the rotation, last %s", len(after), last)
			}
		case 3:
			if last.After(at.Add(12 * time.Hour)) {
				t.Errorf("session token used at %s, made at %s", last, at)
			}
		}
	}
}

func TestIntruderTriesTheDeployKey(t *testing.T) {
	key := credentialOf(t, "aws-deploy")
	evening := uses(unique(events(t)), key, utc("2022-12-21 22:00:00"), utc("2022-12-22 02:00:00"))
	var did []string
	denied := 0
	for _, e := range evening {
		if e.failed {
			denied++
		} else {
			did = append(did, e.action)
		}
	}
	for _, want := range []string{"GetCallerIdentity", "ListBuckets", "GetSecretValue", "AssumeRole"} {
		if !slices.Contains(did, want) {
			t.Errorf("no %s among %v", want, did)
		}
	}
	if first := evening[0]; first.action != "GetCallerIdentity" || first.ip != "178.249.214.10" {
		t.Errorf("began with %s from %s", first.action, first.ip)
	}
	if denied < 10 {
		t.Errorf("%d refusals, want at least 10", denied)
	}
}

func TestIntruderClones(t *testing.T) {
	all := unique(events(t))
	night := uses(all, credentialOf(t, "gh-release"), utc("2023-01-02 21:00:00"), utc("2023-01-03 00:00:00"))
	var did []string
	for _, e := range night {
		did = append(did, e.action+" "+e.target+" "+e.ip)
	}
	want := []string{
		"git.clone larkspur-freight/infra 178.249.214.10",
		"git.clone larkspur-freight/edi-gateway 178.249.214.10",
		"repo.download_zip larkspur-freight/legacy-sync 178.249.214.10",
		"git.clone larkspur-freight/billing 198.18.44.87",
	}
	if diff := cmp.Diff(want, did); diff != "" {
		t.Errorf("gh-release (-want +got):\n%s", diff)
	}
	again := uses(all, credentialOf(t, "aws-deploy"), night[0].at, night[0].at.Add(10*time.Minute))
	if len(again) == 0 || again[0].ip != night[0].ip {
		t.Errorf("the deploy key is not used beside it: %v", again)
	}
}

// TestOnlyTheIntruderComesFromThere: the intruder's addresses appear with nobody else.
func TestOnlyTheIntruderComesFromThere(t *testing.T) {
	stolen := map[string]bool{
		credentialOf(t, "aws-deploy"): true, credentialOf(t, "gh-release"): true,
	}
	all := unique(events(t))
	for _, e := range all {
		if stolen[e.credential] && e.minted != "" {
			stolen[e.minted] = true
		}
		switch e.ip {
		case "178.249.214.10", "89.36.78.75", "198.18.44.87":
			if !stolen[e.credential] {
				t.Errorf("%s by %s from %s", e.action, e.actor, e.ip)
			}
		}
	}
}

// TestBuildsAreInsideTheirJobs: while CircleCI's log speaks, every use of a key from CI's
// networks falls into a job that was given it.
func TestBuildsAreInsideTheirJobs(t *testing.T) {
	all := unique(events(t))
	type span struct{ from, until time.Time }
	jobs := map[string]span{}      // by workflow id
	given := map[string][]string{} // context name to workflow ids
	for _, e := range all {
		if e.source != "circleci" || e.payload["workflow"] == nil {
			continue
		}
		workflow, ok := e.payload["workflow"].(map[string]any)["id"].(string)
		if !ok {
			t.Errorf("workflow without an id: %v", e.payload)
		}
		s := jobs[workflow]
		switch e.action {
		case "workflow.job.start":
			s.from = e.at
		case "workflow.job.finish":
			s.until = e.at
		case "context.secrets.accessed":
			name, _ := e.payload["context_name"].(string)
			given[name] = append(given[name], workflow)
		}
		jobs[workflow] = s
	}
	from, until := utc("2022-12-01 00:00:00"), utc("2023-02-01 00:00:00")
	checked := 0
	for _, id := range []string{
		"aws-deploy", "aws-terraform", "aws-reports", "aws-legacy", "aws-new", "gh-bot", "gh-release",
	} {
		context := strings.TrimPrefix(inventory(t)[id]["stored_in"], "context:")
		for _, e := range uses(all, credentialOf(t, id), from, until) {
			if !strings.HasPrefix(e.ip, "198.51.100.") && !strings.HasPrefix(e.ip, "203.0.113.") {
				continue
			}
			checked++
			inside := slices.ContainsFunc(given[context], func(workflow string) bool {
				return !e.at.Before(jobs[workflow].from) && e.at.Before(jobs[workflow].until)
			})
			if !inside {
				t.Errorf("%s: %s at %s is in no job with %s", id, e.action, e.at, context)
			}
		}
	}
	if checked < 500 {
		t.Errorf("only %d uses checked", checked)
	}
}

// TestStranger: one login makes a project token at night and is never seen otherwise.
func TestStranger(t *testing.T) {
	var did []string
	for _, e := range unique(events(t)) {
		if e.actor == "dkessler-lf" {
			did = append(did, e.at.Format(time.DateOnly)+" "+e.action)
		}
	}
	if diff := cmp.Diff([]string{"2022-12-27 project.api_token.create"}, did); diff != "" {
		t.Errorf("stranger (-want +got):\n%s", diff)
	}
}
