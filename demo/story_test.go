package demo_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	breach   = utc("2022-12-16 00:00:00")
	lastLog  = utc("2023-02-06 00:00:00")
	firstLog = utc("2022-11-15 00:00:00")
)

func TestCounts(t *testing.T) {
	all := events(t)
	kept := unique(all)
	if len(kept) < 3500 || len(kept) > 5000 {
		t.Errorf("%d events, want 3500 to 5000", len(kept))
	}
	count := func(some []event) map[string]int {
		n := map[string]int{}
		for _, e := range some {
			n[e.source]++
		}
		return n
	}
	read, events := count(all), count(kept)
	for source, least := range map[string]int{"cloudtrail": 3000, "github": 500, "circleci": 700} {
		repeated := read[source] - events[source]
		if events[source] < least {
			t.Errorf("%s: %d events, want at least %d", source, events[source], least)
		}
		if (repeated > 0) != (source != "cloudtrail") {
			t.Errorf("%s: %d duplicates", source, repeated)
		}
		t.Logf("%s: %d events, %d duplicates", source, events[source], repeated)
	}
	for _, e := range kept {
		if e.at.Before(firstLog) || !e.at.Before(lastLog) {
			t.Errorf("%s event %s at %s", e.source, e.id, e.at)
		}
	}
}

// TestCoverage checks that the logs are whole where they must be, and not where they must not.
func TestCoverage(t *testing.T) {
	seen := map[string]map[time.Time]bool{}
	for _, e := range events(t) {
		scope := e.source + " " + e.region
		if seen[scope] == nil {
			seen[scope] = map[time.Time]bool{}
		}
		seen[scope][e.at.Truncate(time.Hour)] = true
	}
	for _, c := range []struct {
		scope       string
		from, until time.Time
		every       time.Duration
		whole       bool // else: nothing at all
	}{
		{"cloudtrail us-east-1", firstLog, lastLog, time.Hour, true},
		{"cloudtrail eu-west-1", firstLog, lastLog, 4 * time.Hour, true},
		{"github web", firstLog, lastLog, 24 * time.Hour, true},
		{"github git", firstLog, utc("2022-12-11 00:00:00"), 24 * time.Hour, true},
		{"github git", utc("2022-12-11 00:00:00"), utc("2022-12-29 00:00:00"), 24 * time.Hour, false},
		{"github git", utc("2022-12-29 00:00:00"), lastLog, 24 * time.Hour, true},
		{
			"circleci ", utc("2022-12-01 00:00:00"), utc("2023-02-01 00:00:00"),
			24 * time.Hour, true,
		},
	} {
		for from := c.from; from.Before(c.until); from = from.Add(c.every) {
			heard := false
			for hour := from; hour.Before(from.Add(c.every)); hour = hour.Add(time.Hour) {
				heard = heard || seen[c.scope][hour]
			}
			if heard != c.whole {
				t.Errorf("%s: from %s, events: %v", c.scope, from, heard)
			}
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d scopes, want 5", len(seen))
	}
}

// credentialOf is what the logs call a secret.
func credentialOf(t *testing.T, id string) string {
	t.Helper()
	s := inventory(t)[id]["identifier"]
	if raw, err := hex.DecodeString(s); err == nil && len(raw) == 32 {
		return base64.StdEncoding.EncodeToString(raw)
	}
	if fingerprint, ok := strings.CutPrefix(s, "SHA256:"); ok {
		return fingerprint + "="
	}
	return s
}

func uses(all []event, credential string, from, until time.Time) []event {
	var some []event
	for _, e := range all {
		if e.credential == credential && !e.at.Before(from) && e.at.Before(until) {
			some = append(some, e)
		}
	}
	return some
}

// habit is what an expected use must have in common with one before the breach. The three
// together are stricter than any reading of "network, agent family and action seen before".
func habit(e event) string {
	network := ""
	if ip, err := netip.ParseAddr(e.ip); err == nil {
		bits := 24
		if ip.Is6() {
			bits = 48
		}
		network = netip.PrefixFrom(ip, bits).Masked().String()
	}
	family, _, _ := strings.Cut(e.agent, "/")
	return strings.Join([]string{network, family, e.action, e.region}, " | ")
}

// TestHabits finds, for each secret, the uses from the breach on that no earlier use explains.
func TestHabits(t *testing.T) {
	all := unique(events(t))
	for id, c := range map[string]struct {
		before, after int // at least
		strange       int
		from          []string // where the strange uses come from
	}{
		"aws-deploy": {120, 100, 23, []string{
			"178.249.214.10", "89.36.78.75", "secretsmanager.amazonaws.com",
		}},
		"aws-terraform":  {120, 60, 3, []string{"192.0.2.14"}},
		"aws-backup":     {30, 0, 0, nil},
		"aws-legacy":     {60, 100, 0, nil},
		"aws-reports":    {90, 90, 0, nil},
		"aws-partner":    {0, 0, 0, nil},
		"gh-bot":         {25, 10, 0, nil},
		"gh-release":     {30, 10, 4, []string{"178.249.214.10", "198.18.44.87"}},
		"deploy-key-web": {26, 8, 0, nil},
	} {
		credential := credentialOf(t, id)
		before := uses(all, credential, firstLog, breach)
		after := uses(all, credential, breach, lastLog)
		known := map[string]bool{}
		for _, e := range before {
			known[habit(e)] = true
		}
		var strange []event
		for _, e := range after {
			if !known[habit(e)] {
				strange = append(strange, e)
				if !slices.Contains(c.from, e.ip) {
					t.Errorf("%s: unexplained use at %s: %s", id, e.at, habit(e))
				}
			}
		}
		if len(before) < c.before || len(after) < c.after || len(strange) != c.strange {
			t.Errorf("%s: %d uses before, %d after, %d of them strange; want %d, %d, %d",
				id, len(before), len(after), len(strange), c.before, c.after, c.strange)
		}
	}
	if n := len(uses(all, credentialOf(t, "aws-backup"), breach, lastLog)); n != 0 {
		t.Errorf("aws-backup: %d uses from the breach on", n)
	}
	if n := len(uses(all, "login:rsandhu-contract", breach, lastLog)); n != 0 {
		t.Errorf("circleci-personal: its login acted %d times from the breach on", n)
	}
}

// TestHandRunIsOnTheList: what aws-terraform did from head office is named in case.yaml.
func TestHandRunIsOnTheList(t *testing.T) {
	for _, e := range uses(unique(events(t)), credentialOf(t, "aws-terraform"), breach, lastLog) {
		if e.ip == "192.0.2.14" && e.actor != "arn:aws:iam::418273645091:user/ci-terraform" {
			t.Errorf("actor %s", e.actor)
		}
	}
	if !strings.Contains(string(file(t, "case.yaml")), "192.0.2.14") {
		t.Error("case.yaml does not name the address")
	}
}

func TestRotations(t *testing.T) {
	all := unique(events(t))
	const admin = "arn:aws:iam::418273645091:user/secadmin"
	for _, c := range []struct {
		id, action, actor, target string // target: "" is the secret's credential
		at, declared              time.Time
	}{
		{
			"aws-deploy", "DeleteAccessKey", admin, "",
			utc("2023-01-05 14:02:00"), utc("2023-01-05 14:04:00"),
		},
		{
			"aws-terraform", "UpdateAccessKey", admin,
			credentialOf(t, "aws-terraform") + " Inactive",
			utc("2023-01-05 13:25:40"), utc("2023-01-05 13:55:00"),
		},
		{
			"aws-terraform", "DeleteAccessKey", admin, "",
			utc("2023-01-05 13:52:05"), utc("2023-01-05 13:55:00"),
		},
		{
			"gh-bot", "org_credential_authorization.revoke", "larkspur-secadmin", "",
			utc("2023-01-05 15:10:00"), utc("2023-01-05 15:15:00"),
		},
		{
			"deploy-key-web", "public_key.delete", "larkspur-secadmin",
			inventory(t)["deploy-key-web"]["identifier"],
			utc("2023-01-05 15:31:20"), utc("2023-01-05 15:35:00"),
		},
	} {
		credential := credentialOf(t, c.id)
		target := c.target
		if target == "" {
			target = credential
		}
		found := slices.ContainsFunc(all, func(e event) bool {
			return e.action == c.action && e.actor == c.actor && e.target == target && !e.failed &&
				e.at.Truncate(time.Second).Equal(c.at)
		})
		if !found {
			t.Errorf("%s: no %s at %s", c.id, c.action, c.at)
		}
		declared, err := time.Parse(time.RFC3339, inventory(t)[c.id]["rotated_at"])
		if err != nil || !declared.Equal(c.declared) {
			t.Errorf("%s: declared %s (%v), want %s", c.id, declared, err, c.declared)
		}
		if n := len(uses(all, credential, c.at, lastLog)); n != 0 {
			t.Errorf("%s: %d uses after its end", c.id, n)
		}
	}
	for _, id := range []string{"gh-release", "aws-backup", "aws-partner"} {
		declared, err := time.Parse(time.RFC3339, inventory(t)[id]["rotated_at"])
		if err != nil {
			t.Error(err)
		}
		if n := len(uses(all, credentialOf(t, id), declared, lastLog)); n != 0 {
			t.Errorf("%s: %d uses after the declared rotation", id, n)
		}
	}
	for _, id := range []string{"aws-backup", "aws-legacy", "aws-reports", "gh-release"} {
		credential := credentialOf(t, id)
		for _, e := range all {
			if strings.HasPrefix(e.target, credential) {
				t.Errorf("%s: nothing must prove its end, but %s at %s", id, e.action, e.at)
			}
		}
	}
}

// TestForgottenCopy: the declared day of aws-reports ends, and the old machine goes on.
func TestForgottenCopy(t *testing.T) {
	later := uses(unique(events(t)), credentialOf(t, "aws-reports"), utc("2023-01-06 00:00:00"), lastLog)
	for _, e := range later {
		if e.ip != "192.0.2.61" || e.failed {
			t.Errorf("use at %s from %s, failed: %v", e.at, e.ip, e.failed)
		}
	}
	if len(later) != 31 {
		t.Errorf("%d uses after the declared day, want one a day: 31", len(later))
	}
}

// TestUnexposedKey: aws-new did not exist before secadmin made it.
func TestUnexposedKey(t *testing.T) {
	all := unique(events(t))
	key := credentialOf(t, "aws-new")
	created := utc("2023-01-10 09:12:00")
	if n := len(uses(all, key, firstLog, created)); n != 0 {
		t.Errorf("%d uses before it was created", n)
	}
	if n := len(uses(all, key, created, lastLog)); n < 20 {
		t.Errorf("%d uses after it was created", n)
	}
	if !slices.ContainsFunc(all, func(e event) bool { return e.minted == key && e.at.Equal(created) }) {
		t.Error("no event creates it")
	}
}
