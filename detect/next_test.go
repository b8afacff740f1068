package detect

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"
)

// This test is inside the package because the steps are one pure function of what the database says.
func TestNext(t *testing.T) {
	at := func(day int) *time.Time {
		v := time.Date(2023, 1, day, 0, 0, 0, 0, time.UTC)
		return &v
	}
	key := func(rotation string, change func(*facts)) facts {
		f := facts{exposed: true, SecretAnswer: SecretAnswer{
			ID: "deploy", Kind: "aws-access-key", Rotation: rotation, ExposedAt: at(1), Owner: "Ann",
		}}
		f.key = sql.NullString{String: "AKIAIOSFODNN7EXAMPLE", Valid: true}
		f.user = sql.NullString{String: "arn:aws:iam::111122223333:user/eng/ci", Valid: true}
		f.asOf, f.watched = at(20), 1
		if change != nil {
			change(&f)
		}
		return f
	}
	made := func(child, target string, ends *time.Time) Minting {
		return Minting{Child: child, Target: target, How: "CreateAccessKey", Ends: ends}
	}
	for _, c := range []struct {
		name    string
		facts   facts
		verdict Verdict
		minted  []Minting
		read    []Exposure
		want    []string // a part of each step, in order
	}{
		{name: "never exposed", facts: facts{}, want: nil},
		{
			name: "alive", facts: key("missing", nil),
			want: []string{"End it now. aws iam update-access-key --user-name ci --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive"},
		},
		{
			name: "no user in the logs", facts: key("missing", func(f *facts) { f.user = sql.NullString{} }),
			want: []string{"the user is in: aws iam get-access-key-last-used --access-key-id AKIAIOSFODNN7EXAMPLE"},
		},
		{
			name: "a user whose name a shell would read", want: []string{"aws iam update-access-key --access-key-id"},
			facts: key("missing", func(f *facts) { f.user.String = "arn:aws:iam::1:user/x;reboot" }),
		},
		{name: "claimed", facts: key("claimed", nil), want: []string{"Make sure that it is dead, no log proves it."}},
		{name: "confirmed", facts: key("confirmed", func(f *facts) { f.RevokedAt = at(9) }), want: nil},
		{
			name: "contradicted by a late proof", want: []string{"Make sure that it is dead now."},
			facts: key("contradicted", func(f *facts) { f.RevokedAt = at(9) }),
		},
		{
			name: "rotated while the vendor was breached", want: []string{"is exposed too. Rotate that as well"},
			facts: key("confirmed", func(f *facts) { f.RevokedAt, f.cutOff = at(3), at(5) }),
		},
		{
			name: "rotated at the cut-off", want: nil,
			facts: key("confirmed", func(f *facts) { f.RevokedAt, f.cutOff = at(5), at(5) }),
		},
		{
			name: "what it made", facts: key("confirmed", func(f *facts) { f.RevokedAt = at(9) }),
			minted: []Minting{
				made("AKIAI44QH8DHBEXAMPLE", "backdoor", nil), made("AKIAJJJJJJJJJJJREMOV", "x", at(10)),
				made("password:111122223333/eve", "eve", nil), made("hook:7", "acme/api", nil),
				{Child: "ASIAIOSFODNN7ROLE001", How: "AssumeRole", Target: "arn:aws:iam::1:role/ops/admin", Ends: at(21)},
				{Child: "ASIAIOSFODNN7ROLE002", How: "AssumeRole", Target: "arn:aws:iam::1:role/over", Ends: at(20)},
				{Child: "ASIAIOSFODNN7SESSION", How: "GetSessionToken", Ends: at(21)},
			},
			want: []string{
				"aws iam delete-access-key --user-name backdoor --access-key-id AKIAI44QH8DHBEXAMPLE.",
				"aws iam delete-login-profile --user-name eve.", "number 7 of acme/api",
				"Revoke the sessions of role admin", "1 more that it made last",
			},
		},
		{
			name: "what it read", facts: key("confirmed", func(f *facts) { f.RevokedAt = at(9) }),
			read: []Exposure{{Name: "db", Certain: true}, {Name: "by the build, perhaps"}},
			want: []string{"1 value under exposed next"},
		},
		{
			name: "suspicious", facts: key("confirmed", func(f *facts) { f.RevokedAt = at(9) }),
			verdict: Suspicious, want: []string{"Ask Ann whether"},
		},
		{
			name: "a key whose account is not known", want: []string{
				"Get the CloudTrail log of its account, which aws sts get-access-key-info --access-key-id AKIAIOSFODNN7EXAMPLE prints.",
			},
			facts: key("confirmed", func(f *facts) { f.RevokedAt, f.watched = at(9), 0 }),
		},
		{
			name: "a key of which only the end is known", want: nil,
			facts: key("confirmed", func(f *facts) {
				f.RevokedAt, f.watched, f.key = at(9), 0, sql.NullString{}
			}),
		},
		{
			name: "no GitHub log", want: []string{"gh api --paginate '/orgs/ORG/audit-log?include=all'"},
			facts: key("confirmed", func(f *facts) {
				f.RevokedAt, f.watched, f.Kind = at(9), 0, "github-token"
			}),
		},
		{
			name: "gaps", want: []string{
				"Get the CloudTrail log of 1/eu-west-1 from 2023-01-02 00:00:00Z to today: out of its trail's bucket; without a trail the last 90 days by aws cloudtrail lookup-events --region eu-west-1",
				"Get the git events of acme from 2023-01-02 00:00:00Z to 2023-01-03 00:00:00Z",
				"gh api --paginate '/orgs/acme/audit-log?include=web'",
			},
			facts: key("confirmed", func(f *facts) {
				f.RevokedAt = at(9)
				f.holes = []hole{
					{source: "github", scope: "acme/web", from: *at(2), to: at(3)},
					{source: "github", scope: "acme/git", from: *at(2), to: at(3)},
					{source: "cloudtrail", scope: "1/eu-west-1", from: *at(2), to: at(3)},
					{source: "cloudtrail", scope: "1/eu-west-1", from: *at(5)},
				}
			}),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := c.facts.SecretAnswer
			a.Verdict = c.verdict
			got := next(c.facts, a, c.minted, c.read)
			ok := len(got) == len(c.want)
			for i := 0; ok && i < len(got); i++ {
				ok = strings.Contains(got[i], c.want[i])
			}
			if !ok {
				t.Errorf("got %q\nwant parts %q", got, c.want)
			}
		})
	}
	// Each kind says how it ends.
	for _, kind := range []string{
		"aws-access-key", "github-token", "github-oauth-grant", "github-app-key", "ssh-key",
		"circleci-project-token", "circleci-personal-token", "circleci-runner-token", "other",
	} {
		f := facts{exposed: true, watched: 1, SecretAnswer: SecretAnswer{Kind: kind, Rotation: "missing"}}
		if got := next(f, f.SecretAnswer, nil, nil); len(got) != 1 || !strings.HasPrefix(got[0], "End it now. ") {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

func TestRankSecrets(t *testing.T) {
	found := map[string][]Finding{
		"high":   {{Query: "a/x", Level: High}},
		"medium": {{Query: "a/x", Level: Medium}, {Query: "any/rotation-missing", Level: Critical}},
		"twice":  {{Query: "a/x", Level: Medium}, {Query: "a/y", Level: Medium}},
	}
	one := func(id string, v Verdict, rotation string, window int64) SecretAnswer {
		return SecretAnswer{ID: id, Verdict: v, Rotation: rotation, Uses: UseCounts{Window: window}}
	}
	want := []SecretAnswer{
		one("dead", Compromised, "confirmed", 0),
		one("still-works", Suspicious, "contradicted", 0),
		one("high", Suspicious, "claimed", 0),
		one("twice", Suspicious, "claimed", 0),
		one("medium", Suspicious, "claimed", 9),
		one("often", Suspicious, "claimed", 3),
		one("seldom-a", Suspicious, "claimed", 2),
		one("seldom-b", Suspicious, "claimed", 2),
		one("clear", Unused, "missing", 0),
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	rankSecrets(got, found)
	for i := range want {
		if got[i].ID != want[i].ID {
			t.Errorf("place %d: %s, want %s", i, got[i].ID, want[i].ID)
		}
	}
}
