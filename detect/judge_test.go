package detect

import (
	"database/sql"
	"strings"
	"testing"
	"time"
)

// This test is inside the package because the rules are one pure function of what the database
// says; cmd/breachwindow holds the same rules against real logs.

func TestJudge(t *testing.T) {
	finding := func(query string, level Level) Finding {
		return Finding{ID: query + "#" + string(level), Query: query, Level: level, Title: "A title."}
	}
	low := finding("any/use-in-window", Low)
	medium := finding("any/use-unexpected", Medium)
	high := finding("cloudtrail/access-key-created", High)
	again := high
	again.ID = "another group of the same detection"
	late := finding("any/use-after-rotation", High)
	critical := finding("any/use-from-indicator", Critical)
	gap := []hole{{source: "cloudtrail", scope: "1/us-east-1", why: "gap"}}

	for _, c := range []struct {
		name     string
		facts    facts
		findings []Finding
		verdict  Verdict
		because  string
	}{
		{name: "nothing", verdict: Unused, because: "No use between"},
		{name: "a low finding", facts: used(2, 2), findings: []Finding{low}, verdict: Used},
		{name: "one medium", findings: []Finding{low, medium}, verdict: Suspicious, because: "medium: A title ("},
		{name: "one high", findings: []Finding{high}, verdict: Suspicious},
		{name: "a high and a medium", findings: []Finding{high, medium}, verdict: Suspicious},
		{name: "one detection twice", findings: []Finding{high, again}, verdict: Suspicious},
		{name: "two detections", findings: []Finding{high, late}, verdict: Compromised},
		{name: "one critical", findings: []Finding{critical}, verdict: Compromised},
		{
			name: "rotation alone", verdict: Unused, findings: []Finding{
				finding("any/rotation-missing", High), finding("any/rotation-contradicted", Critical),
			},
		},
		{
			name: "a gap and a finding", facts: facts{holes: gap}, findings: []Finding{medium},
			verdict: Suspicious, because: "has a gap",
		},
		{name: "a gap and uses", facts: facts{SecretAnswer: used(2, 2).SecretAnswer, holes: gap}, verdict: Unknown},
		{name: "a gap", facts: facts{holes: gap}, verdict: Unknown, because: "The log of cloudtrail 1/us-east-1 has a gap"},
		{name: "uses that nobody can tell", facts: facts{untold: 3}, verdict: Unknown, because: "3 uses in the window"},
		{name: "sessions' uses", facts: facts{derivedUntold: 1}, verdict: Unknown, because: "1 use by credentials"},
		{
			name: "a log that is not there", facts: facts{missing: []string{"logs/b"}}, verdict: Unknown,
			because: "A log of the case is missing or could not be read whole, and a use may be in it: logs/b;",
		},
		{
			name: "logs that are not there", verdict: Unknown,
			facts:   facts{missing: []string{"a", "b", "c", "d", "e"}},
			because: "5 logs of the case are missing or could not be read whole, and a use may be in it: a, b, c and 2 more;",
		},
		{
			name: "files that were not recognised", verdict: Unknown,
			facts:   facts{strange: []string{"logs/a.txt", "b", "c", "d"}},
			because: "4 files could not be recognised and may be a log that shows a use: logs/a.txt, b, c and 1 more.",
		},
		{name: "rejects", facts: facts{rejects: 1}, verdict: Unknown, because: "1 record in the logs"},
		{
			name: "nameless events", verdict: Unknown, because: "2 events in the log of github acme (git events) may be",
			facts: facts{nameless: []nameless{{
				source: "github", scope: "acme/git", why: "an event without credential", events: 2,
			}}},
		},
		{name: "used", facts: used(3, 3), verdict: Used, because: "3 uses in the window, every one expected;"},
		{
			name: "used by sessions", facts: facts{derivedUses: 4}, verdict: Used,
			because: "so are all 4 by credentials made with it",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := c.facts
			f.exposed, f.Kind, f.Identifier, f.joinable, f.watched = true, "aws-access-key", "AKIA…", 1, 2
			got := judge(f, c.findings)
			if got.Verdict != c.verdict {
				t.Errorf("verdict %s, want %s", got.Verdict, c.verdict)
			}
			if text := strings.Join(got.Because, "\n"); text == "" || !strings.Contains(text, c.because) {
				t.Errorf("because %q, want it to say %q", text, c.because)
			}
			if len(got.Findings) != len(c.findings) {
				t.Errorf("it names %q", got.Findings)
			}
		})
	}
}

func used(window, expected int64) (f facts) {
	f.Uses.Window, f.Uses.Expected = window, expected
	return f
}

func TestUnexposed(t *testing.T) {
	got := judge(facts{}, nil)
	if got.Verdict != Unexposed || len(got.Because) != 1 {
		t.Errorf("verdict %s because %q", got.Verdict, got.Because)
	}
}

// What no log can show is never cleared, whatever the coverage.
func TestDoubtsByKind(t *testing.T) {
	for _, c := range []struct {
		kind, identifier  string
		joinable, watched int64
		want              string
	}{
		{"other", "x", 0, 0, "No log that this program reads"},
		{"circleci-project-token", "x", 0, 0, "No log that this program reads"},
		{"circleci-runner-token", "x", 0, 0, "No log that this program reads"},
		{"circleci-personal-token", "alice", 1, 0, "names who acted, not which token"},
		{"aws-access-key", "", 0, 2, "not in the inventory"},
		{"aws-access-key", "AKIA…", 1, 0, "account of this key is not known"},
		{"github-token", "sha256:…", 1, 0, "No GitHub log was loaded"},
		{"ssh-key", "MD5:…", 0, 2, "cannot be joined"},
		{"github-token", "sha256:…", 1, 2, ""},
	} {
		f := facts{joinable: c.joinable, watched: c.watched}
		f.Kind, f.Identifier = c.kind, c.identifier
		got := strings.Join(doubts(f), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s %q: doubts %q, want %q", c.kind, c.identifier, got, c.want)
		}
	}
}

// Many holes are counted, not listed.
func TestHoleSentences(t *testing.T) {
	from := time.Date(2022, 12, 20, 0, 0, 0, 0, time.UTC)
	to := from.Add(time.Hour)
	var f facts
	for _, why := range []string{"no log", "before the log", "gap", "after the log", "open", "gap"} {
		h := hole{source: "github", scope: "acme/git", why: why, from: from, to: &to}
		if why == "open" {
			h.to = nil
		}
		f.holes = append(f.holes, h)
	}
	got := holeSentences(f)
	if len(got) != maxHoles+1 || !strings.HasPrefix(got[maxHoles], "2 gaps more") {
		t.Errorf("%d sentences, the last %q", len(got), got[len(got)-1])
	}
	for i, s := range got[:maxHoles] {
		if !strings.Contains(s, "github acme (git events)") || !strings.Contains(s, "2022-12-20 00:00:00Z") {
			t.Errorf("sentence %d does not say where and when: %q", i, s)
		}
	}
	if s := holeSentence(f.holes[4]); !strings.Contains(s, "still open") {
		t.Errorf("an open window is told as %q", s)
	}
}

func TestRotationBecause(t *testing.T) {
	moment := func(hour int) *time.Time {
		t := time.Date(2023, 1, 5, hour, 0, 0, 0, time.UTC)
		return &t
	}
	text := func(s string) sql.NullString { return sql.NullString{String: s, Valid: true} }
	base := func(rotation string, declared, revoked *time.Time) facts {
		f := facts{howRevoked: text("deleted"), revokedBy: text("secadmin"), revokedEv: text("e1")}
		f.Rotation, f.RotatedAt, f.RevokedAt, f.ExposedAt = rotation, declared, revoked, moment(0)
		f.WindowEnd = revoked
		return f
	}
	late := base("contradicted", moment(10), moment(12))
	late.lateUse, late.lateUses, late.lateEvent = moment(11), sql.NullInt64{Int64: 2, Valid: true}, text("e2")
	alive := base("contradicted", moment(10), nil)
	alive.enabledAt, alive.enabledEv = moment(11), text("e3")
	lateVendor := base("contradicted", nil, nil)
	lateVendor.WindowEnd, lateVendor.lateUse = moment(7), moment(9)
	lateVendor.lateUses, lateVendor.lateEvent = sql.NullInt64{Int64: 1, Valid: true}, text("e4")
	old := lateVendor
	old.RotatedAt, old.enabledAt = moment(8), &time.Time{}

	for _, c := range []struct {
		name  string
		facts facts
		want  []string
	}{
		{"confirmed", base("confirmed", nil, moment(9)), []string{"deleted at 2023-01-05 09:00:00Z by secadmin [e1]"}},
		{"claimed", base("claimed", moment(10), nil), []string{"Declared for 2023-01-05 10:00:00Z"}},
		{"missing", base("missing", nil, nil), []string{"rotate it now"}},
		{"late", late, []string{"worked 2 times after that, first at 2023-01-05 11:00:00Z [e2]", "only at 2023-01-05 12:00:00Z [e1]"}},
		{"alive", alive, []string{"enabled again at 2023-01-05 11:00:00Z [e3]"}},
		{"after the vendor's", lateVendor, []string{"Its end at 2023-01-05 07:00:00Z"}},
		{"enabled long ago", old, []string{"worked once"}},
	} {
		got := rotationBecause(c.facts)
		if len(got) != len(c.want) {
			t.Errorf("%s: %q", c.name, got)
			continue
		}
		for i := range got {
			if !strings.Contains(got[i], c.want[i]) {
				t.Errorf("%s: %q, want it to say %q", c.name, got[i], c.want[i])
			}
		}
	}
}

// The id of a finding depends on each part, and on where one part ends.
func TestFindingID(t *testing.T) {
	seen := map[string][]string{}
	for _, parts := range [][]string{
		{"case", "any/use", "deploy"},
		{"case", "any/use", "deploy", ""},
		{"case", "any/usedeploy", ""},
		{"other", "any/use", "deploy"},
		{"case", "any/use", "deploy", "credential", "AKIA"},
		{"case", "any/use", "deploy", "credential", "ASIA"},
	} {
		id := findingID(parts)
		if old, ok := seen[id]; ok {
			t.Errorf("%q and %q have the same id", old, parts)
		}
		seen[id] = parts
		if len(id) != 16 {
			t.Errorf("id %q", id)
		}
	}
}

func TestLowerLevel(t *testing.T) {
	for level, want := range map[Level]Level{
		Critical: High, High: Medium, Medium: Low, Low: Informational, Informational: Informational,
	} {
		if got := level.lower(); got != want {
			t.Errorf("%s lowered is %s, want %s", level, got, want)
		}
	}
}

// A log that is missing says nothing about what no log can show.
func TestMissingLogs(t *testing.T) {
	for watched, want := range map[int64]bool{0: false, 1: true} {
		f := facts{watched: watched, missing: []string{"logs/b"}}
		f.Kind = "other"
		if got := strings.Join(doubts(f), "\n"); strings.Contains(got, "logs/b") != want {
			t.Errorf("%d scopes watched: %q", watched, got)
		}
	}
}
