package store_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"breachwindow/geo"
	"breachwindow/incident"
	"breachwindow/inventory"
	"breachwindow/store"
)

const incidentText = `
starts: 2022-12-16
created_before: 2023-01-05
sources: [{id: s, what: a source}]
`

func setCase(t *testing.T, db *store.DB, c store.Case) {
	t.Helper()
	if err := db.SetCase(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// A secret's window begins with the breach or its creation, whichever is later, and is not there
// for what was created after the vendor had cleaned up.
func TestWindows(t *testing.T) {
	t.Parallel()
	const revoked = `
revocations:
  - {kind: github-token, at: 2023-01-07T07:30:00Z, what: all of them, confidence: high, source: s}
`
	for _, c := range []struct {
		name, incident, secret, want string // exposed, exposed_at, window_end, vendor_revoked_at
	}{
		{
			name: "open", incident: incidentText, secret: "other,x,,",
			want: "true 2022-12-16T00:00:00Z - -",
		},
		{
			name: "rotated", incident: incidentText, secret: "other,x,,2023-01-05T10:00:00Z",
			want: "true 2022-12-16T00:00:00Z 2023-01-05T10:00:00Z -",
		},
		{
			name: "created later", incident: incidentText, secret: "other,x,2022-12-20T08:00:00Z,",
			want: "true 2022-12-20T08:00:00Z - -",
		},
		{
			name: "created before", incident: incidentText, secret: "other,x,2021-12-20T08:00:00Z,",
			want: "true 2022-12-16T00:00:00Z - -",
		},
		{
			name: "a second before the cut-off", incident: incidentText,
			secret: "other,x,2023-01-04T23:59:59Z,", want: "true 2023-01-04T23:59:59Z - -",
		},
		{
			name: "at the cut-off", incident: incidentText,
			secret: "other,x,2023-01-05T00:00:00Z,2023-01-09T00:00:00Z", want: "false - - -",
		},
		{
			name: "revoked by the vendor", incident: incidentText + revoked, secret: "github-token,,,",
			want: "true 2022-12-16T00:00:00Z 2023-01-07T07:30:00Z 2023-01-07T07:30:00Z",
		},
		{
			name: "rotated, then revoked", incident: incidentText + revoked,
			secret: "github-token,,,2023-01-05T10:00:00Z",
			want:   "true 2022-12-16T00:00:00Z 2023-01-05T10:00:00Z 2023-01-07T07:30:00Z",
		},
		{
			name: "nobody knows when it began", incident: "created_before: 2023-01-05\n",
			secret: "other,x,,", want: "true 1970-01-01T00:00:00Z - -",
		},
		{
			name: "no cut-off", incident: "starts: 2022-12-16\n",
			secret: "other,x,2023-03-01T00:00:00Z,", want: "true 2023-03-01T00:00:00Z - -",
		},
	} {
		db := open(t, newPath(t))
		setCase(t, db, store.Case{
			Incident: parseIncident(t, c.incident), Secrets: readSecrets(t, "a,"+c.secret+"\n"),
		})
		got := query(t, db.SQL(),
			"SELECT exposed, exposed_at, window_end, vendor_revoked_at FROM main.secrets")
		if diff := cmp.Diff([]string{c.want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// All that is wrong is told together, with its place, and nothing of the case before is lost.
func TestSetCaseRefuses(t *testing.T) {
	t.Parallel()
	db := open(t, newPath(t))
	in := parseIncident(t, incidentText)
	setCase(t, db, store.Case{Incident: in, Secrets: readSecrets(t, "before,other,x,,\n")})
	err := db.SetCase(t.Context(), store.Case{
		Incident: in,
		Secrets: readSecrets(t, "early,other,x,,2022-12-16T00:00:00Z\n"+
			"fine,other,x,,2022-12-16T00:00:01Z\n"+
			"younger,other,x,2022-12-20T00:00:00Z,2022-12-20T00:00:00Z\n"+
			"safe,other,x,2023-02-01T00:00:00Z,2023-02-01T00:00:01Z\n"),
		Settings: map[string]float64{
			"zzz": 1, "aaa": 1, "coverage_gap_hours": -1, "coverage_gap_factor": math.NaN(),
			"propagation_seconds": math.Inf(1), "coverage_busy_hours": 0,
		},
	})
	if err == nil {
		t.Fatal("no error")
	}
	var got []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		text, _, _ := strings.Cut(line, " is not after")
		got = append(got, text)
	}
	want := []string{
		"secrets.csv:2: secret early: rotated_at 2022-12-16T00:00:00Z",
		"secrets.csv:4: secret younger: rotated_at 2022-12-20T00:00:00Z",
		`settings: unknown setting "aaa"`,
		"settings: coverage_gap_factor: NaN: write a number, not below 0",
		"settings: coverage_gap_hours: -1: write a number, not below 0",
		"settings: propagation_seconds: +Inf: write a number, not below 0",
		`settings: unknown setting "zzz"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var place *inventory.Error
	if !errors.As(err, &place) || place.Line != 2 {
		t.Errorf("no place in %v", err)
	}
	if rows := query(t, db.SQL(), "SELECT id FROM main.secrets"); len(rows) != 1 || rows[0] != "before" {
		t.Errorf("secrets are now %q", rows)
	}
}

// A case replaces the one before in every table.
func TestSetCaseReplaces(t *testing.T) {
	t.Parallel()
	db := open(t, newPath(t))
	in := parseIncident(t, incidentText+
		"indicators:\n  - {type: ip, value: 203.0.113.7, confidence: high, source: s}\n"+
		"  - {type: domain, value: a.example, confidence: high, source: s}\n")
	full := store.Case{
		Incident: in, Secrets: readSecrets(t, "a,aws-access-key,AKIAIOSFODNN7EXAMPLE,,\nb,other,x,,\n"),
		Expected:   []store.Expected{{From: "00", To: "ff", Agent: "aws-cli*", Actor: `a_%\`, Why: "ours"}},
		Responders: []string{"secadmin"}, Settings: map[string]float64{"coverage_gap_hours": 12},
	}
	counts := `
		SELECT (SELECT count(*) FROM main.incident), (SELECT count(*) FROM main.secrets),
		  (SELECT count(*) FROM main.secret_credentials), (SELECT count(*) FROM main.indicators),
		  (SELECT count(*) FROM main.expected_list), (SELECT count(*) FROM main.responders),
		  (SELECT value FROM main.settings WHERE name = 'coverage_gap_hours')`
	for _, c := range []struct {
		set  store.Case
		want string
	}{
		{full, "1 2 1 2 1 1 12"},
		{full, "1 2 1 2 1 1 12"},
		{store.Case{Incident: parseIncident(t, incidentText)}, "1 0 0 0 0 0 6"},
	} {
		setCase(t, db, c.set)
		if got := query(t, db.SQL(), counts); got[0] != c.want {
			t.Errorf("%s, want %s", got[0], c.want)
		}
		for _, row := range query(t, db.SQL(), "SELECT agent, actor FROM main.expected_list") {
			if want := `aws-cli% a\_\%\\`; row != want {
				t.Errorf("patterns %s, want %s", row, want)
			}
		}
	}
}

// Every address that acted is known by its network and by the indicator that names it, in
// whatever form it was logged; what no event has any more goes.
func TestAddresses(t *testing.T) {
	t.Parallel()
	var lines string
	for i, ip := range []string{
		"203.0.113.7", "::ffff:203.0.113.7", "::FFFF:cb00:7107", "203.0.113.8", "198.51.100.255",
		"198.51.101.0", "2001:db8:5:6::1", "2001:DB8:5:0006:0::1", "2001:db9::1",
		"AWS Internal", "s3.amazonaws.com", "203.0.113.07",
	} {
		lines += trail(string(rune('a'+i)), `,"sourceIPAddress":"`+ip+`"`)
	}
	f := newFolder(t, lines)
	db := open(t, newPath(t))
	in := parseIncident(t, incidentText+`indicators:
  - {type: ip, value: "::ffff:203.0.113.7", confidence: high, source: s}
  - {type: network, value: 198.51.100.0/24, confidence: high, source: s}
  - {type: network, value: "2001:db8::/32", confidence: high, source: s}
`)
	setCase(t, db, store.Case{Incident: in})
	load(t, db, f.files(), store.LoadOptions{})
	derive := func(want ...string) {
		t.Helper()
		for range 2 { // a second time changes nothing
			if err := db.Derive(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := query(t, db.SQL(), "SELECT ip, network, indicator IS NOT NULL FROM main.ips ORDER BY ip")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	}
	derive(
		"198.51.100.255 198.51.100.0/24 true",
		"198.51.101.0 198.51.101.0/24 false",
		"2001:DB8:5:0006:0::1 2001:db8:5::/48 true",
		"2001:db8:5:6::1 2001:db8:5::/48 true",
		"2001:db9::1 2001:db9::/48 false",
		"203.0.113.7 203.0.113.0/24 true",
		"203.0.113.8 203.0.113.0/24 false",
		"::FFFF:cb00:7107 203.0.113.0/24 true",
		"::ffff:203.0.113.7 203.0.113.0/24 true",
	)
	var none *geo.DB
	first, ok, err := none.Lookup("::ffff:203.0.113.7")
	rows := query(t, db.SQL(), "SELECT DISTINCT address FROM main.ips WHERE network = '203.0.113.0/24' "+
		"AND indicator IS NOT NULL")
	if err != nil || !ok || len(rows) != 1 || rows[0] != first.Address {
		t.Errorf("one address has the forms %q", rows)
	}

	f.write(t, "a", trail("a", `,"sourceIPAddress":"203.0.113.8"`))
	load(t, db, f.files(), store.LoadOptions{})
	setCase(t, db, store.Case{Incident: parseIncident(t, incidentText+
		"indicators: [{type: ip, value: 203.0.113.8, confidence: high, source: s}]\n")})
	derive("203.0.113.8 203.0.113.0/24 true")
}

// Of several indicators that name an address the surest counts, whoever gave it; what two say of the
// same is one row, with both sources.
func TestSurestIndicator(t *testing.T) {
	t.Parallel()
	f := newFolder(t, trail("a", `,"sourceIPAddress":"203.0.113.7"`)+
		trail("b", `,"sourceIPAddress":"203.0.113.9"`)+trail("c", `,"sourceIPAddress":"198.51.100.9"`))
	db := open(t, newPath(t))
	in := parseIncident(t, incidentText+`indicators:
  - {type: ip, value: 203.0.113.7, confidence: low, source: s}
  - {type: network, value: 203.0.113.0/28, confidence: medium, source: s}
  - {type: ip, value: 203.0.113.9, confidence: medium, source: s}
`)
	setCase(t, db, store.Case{Incident: in, Indicators: []incident.Indicator{
		{Type: "ip", Value: "203.0.113.9", Confidence: "high", Source: "own.csv:2"},
		{Type: "network", Value: "198.51.100.0/24", Confidence: "low", Source: "own.csv:3"},
	}})
	load(t, db, f.files(), store.LoadOptions{})
	if err := db.Derive(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"198.51.100.9 198.51.100.0/24 low own.csv:3",
		"203.0.113.7 203.0.113.0/28 medium s",
		"203.0.113.9 203.0.113.9 high s, own.csv:2",
	}
	got := query(t, db.SQL(), `SELECT value, indicator, confidence, source FROM main.indicator_values
		WHERE field = 'ip' ORDER BY value`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Views of an earlier program, of whatever kind they were, become this program's.
func TestDeriveRenewsViews(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	db := open(t, path)
	setCase(t, db, store.Case{Incident: parseIncident(t, incidentText)})
	if err := db.Derive(t.Context()); err != nil {
		t.Fatal(err)
	}
	const kinds = `SELECT table_name, table_type FROM information_schema.tables
		WHERE table_schema = 'main' ORDER BY ALL`
	want := query(t, db.SQL(), kinds)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	execute(
		t, path, "DROP VIEW main.in_window", "CREATE TABLE main.in_window (old INTEGER)",
		"DROP TABLE main.uses", "CREATE VIEW main.uses AS SELECT 1 AS old", "DROP VIEW main.exposed_next",
	)
	again := open(t, path)
	if err := again.Derive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, query(t, again.SQL(), kinds)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if rows := query(t, again.SQL(), "SELECT uses.event_id FROM main.uses, main.in_window"); len(rows) != 0 {
		t.Errorf("rows %q", rows)
	}
}
