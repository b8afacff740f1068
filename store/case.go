package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"breachwindow/credential"
	"breachwindow/geo"
	"breachwindow/incident"
	"breachwindow/inventory"
)

// Case is what an investigation brings beside its logs.
type Case struct {
	Incident   *incident.Incident
	Secrets    []inventory.Secret
	Expected   []Expected
	Responders []string // actors or credentials
	Settings   map[string]float64
	Networks   *geo.DB // what is known of addresses; nil: only what they tell themselves
}

// Expected is an entry of the customer's list of expected use; every selector that is set must
// match. From and To are a range of [geo.Info].Address; Agent and Actor are globs with *.
type Expected struct {
	From, To, Agent, Actor, Why string
}

// Setting is a threshold, or a bound, with its default and what it means.
type Setting struct {
	Name    string
	Default float64
	Meaning string
}

// Settings lists what a case can change, by name.
func Settings() []Setting {
	return []Setting{
		{
			"bulk_read_megabytes", 1000,
			"a key that reads this many MB of objects within bulk_read_minutes reads in bulk; our own " +
				"measure, for GuardDuty learns its own per account",
		},
		{"bulk_read_minutes", 60, "see bulk_read_megabytes and bulk_read_objects"},
		{
			"bulk_read_objects", 100,
			"a key that reads this many objects within bulk_read_minutes reads in bulk",
		},
		{
			"circleci_burst_failures", 10,
			"so many refusals of one person within circleci_burst_minutes are told",
		},
		{"circleci_burst_minutes", 60, "how long a burst of acts in CircleCI may last"},
		{
			"circleci_burst_projects", 5,
			"so many projects, followed or added by one person within circleci_burst_minutes, are told",
		},
		{
			"circleci_job_chance", 0.01,
			"a secret without a baseline fits inside a job, from a network of which chance would put " +
				"all days into jobs no more often than this",
		},
		{
			"circleci_job_hours", 5,
			"how long a job runs at most where the log lacks its start or finish (CircleCI's Scale plan)",
		},
		{
			"circleci_job_slack_seconds", 60,
			"a use this close to a job is not told as one outside of any",
		},
		{
			"coverage_busy_days", 5,
			"an AWS region seen on fewer days than this, or on fewer than half of its days, and in " +
				"few hours of them, is judged by its whole account",
		},
		{"coverage_busy_hours", 6, "few hours a day (see coverage_busy_days) are fewer than this"},
		{
			"coverage_gap_factor", 1.5,
			"a gap is longer than this many times the longest silence that is usual in its scope",
		},
		{"coverage_gap_hours", 6, "a gap in a log is longer than this many hours"},
		{
			"coverage_gap_max_hours", 96,
			"a silence longer than this many hours is a gap, however usual in its scope",
		},
		{
			"denied_calls", 10,
			"so many denied calls from one address within denied_minutes are a burst (as in Suzaku's " +
				"aws_cloudtrail_many_access_denied)",
		},
		{"denied_minutes", 10, "see denied_calls"},
		{
			"enumeration_calls", 3,
			"so many kinds of calls that list users, or machines, within enumeration_minutes are an " +
				"enumeration (as in Panther's aws_cloudtrail_account_discovery)",
		},
		{"enumeration_minutes", 10, "see enumeration_calls"},
		{
			"escalation_minutes", 60,
			"a call was denied, a policy changed, the call allowed: each within this many minutes",
		},
		{
			"large_launch_instances", 5,
			"a launch that may make this many machines is a large one",
		},
		{
			"github_burst_hours", 24,
			"how long a burst of reading repositories or of API requests may last, and how long an " +
				"act on GitHub is held to have led to another (Chainguard counts clones by day)",
		},
		{
			"github_burst_repositories", 6,
			"so many private repositories, cloned or downloaded within github_burst_hours, are a " +
				"burst (Google's rule: more than five)",
		},
		{
			"github_list_requests", 3,
			"so many different lists of organisations, repositories or secrets, read through the API, " +
				"are an enumeration; a single one may be a tool's way to work",
		},
		{
			"github_mass_repositories", 10,
			"so many in a burst are a mass clone (Elastic's rule)",
		},
		{
			"github_refused_requests", 10,
			"so many API requests refused within github_burst_hours are a search for what a token opens",
		},
		{
			"habit_days", 7,
			"a log that begins fewer days than this before the incident cannot tell who is new to an act",
		},
		{
			"impossible_travel_km", 100,
			"places nearer to each other than this many kilometres are one: databases place an " +
				"address no better",
		},
		{
			"impossible_travel_kmh", 1000,
			"nobody travels faster than this many kilometres per hour; an airliner cruises at 900",
		},
		{
			memorySetting, defaultMemoryMB,
			"the most memory in MB that the database takes while it loads and answers; what does not " +
				"fit waits in files beside it; 0 is four fifths of the machine's",
		},
		{
			"model_run_minutes", 15,
			"models were listed, then run within this many minutes (as in Elastic's " +
				"discovery_bedrock_model_recon_and_invocation_via_long_term_key)",
		},
		{
			"overlap_minutes", 30,
			"uses from two networks within this many minutes are at once (as in Elastic's " +
				"initial_access_iam_session_token_used_from_multiple_addresses)",
		},
		{
			"propagation_seconds", 60,
			"a use this soon after a deletion is the cloud catching up, not a use after rotation",
		},
		{
			"recon_calls", 3,
			"so many kinds of read-only calls within recon_seconds are a burst (as in Suzaku's " +
				"many_recon_events)",
		},
		{"recon_seconds", 60, "see recon_calls"},
	}
}

// SetCase replaces the incident, the inventory, the customer's lists and the settings. Everything
// that is wrong with their combination is reported together, each with its place.
func (d *DB) SetCase(ctx context.Context, c Case) error {
	if err := c.check(); err != nil {
		return err
	}
	err := inTx(ctx, d.sql, func(tx *sql.Tx) error {
		for _, table := range []string{
			"incident", "secrets", "secret_credentials", "indicators", "expected_list",
			"responders", "settings",
		} {
			//nolint:gosec // G202: the names are the list above
			if _, err := tx.ExecContext(ctx, "DELETE FROM main."+table); err != nil {
				return err
			}
		}
		for _, insert := range []func(context.Context, *sql.Tx) error{
			c.insertIncident, c.insertSecrets, c.insertIndicators, c.insertLists,
		} {
			if err := insert(ctx, tx); err != nil {
				return err
			}
		}
		return insertSettings(ctx, tx, c.Settings)
	})
	if err != nil {
		return err
	}
	d.networks = c.Networks
	memory, ok := c.Settings[memorySetting]
	if !ok {
		memory = defaultMemoryMB
	}
	return limitMemory(ctx, d.sql, memory)
}

// check finds what neither the inventory nor the incident can see alone.
func (c Case) check() error {
	var errs []error
	for _, s := range c.Secrets {
		exposed := c.exposedAt(s)
		if exposed == nil || s.RotatedAt == nil || s.RotatedAt.After(*exposed) {
			continue
		}
		errs = append(errs, &inventory.Error{
			File: s.File, Line: s.Line,
			Msg: fmt.Sprintf("secret %s: rotated_at %s is not after its exposure began, %s",
				s.ID, stamp(s.RotatedAt), stamp(exposed)),
			Hint: "a rotation before the breach ends no window: the vendor held the value that " +
				"replaced it; list that one, or leave rotated_at empty",
		})
	}
	known := map[string]bool{}
	for _, s := range Settings() {
		known[s.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
		switch v := c.Settings[name]; {
		case !known[name]:
			errs = append(errs, fmt.Errorf("settings: unknown setting %q", name))
		case v < 0 || math.IsNaN(v) || math.IsInf(v, 0):
			errs = append(errs, fmt.Errorf("settings: %s: %v: write a number, not below 0", name, v))
		case name == memorySetting && v > 0 && v < leastMemoryMB:
			errs = append(errs, fmt.Errorf("settings: %s: %v: write at least %d, or 0 for no bound",
				name, v, leastMemoryMB))
		}
	}
	return errors.Join(errs...)
}

func stamp(t *time.Time) string { return t.UTC().Format(time.RFC3339) }

// exposedAt is the start of a secret's window: the later of the incident's start and the secret's
// creation. It is nil for a secret that the vendor did not hold when it was breached.
func (c Case) exposedAt(s inventory.Secret) *time.Time {
	in := c.Incident
	if s.CreatedAt != nil && in.CreatedBefore != nil && !s.CreatedAt.Before(*in.CreatedBefore) {
		return nil
	}
	start := in.Starts
	if start == nil {
		begin := time.Unix(0, 0).UTC() // not known: the window is all that the logs hold
		start = &begin
	}
	if s.CreatedAt != nil && s.CreatedAt.After(*start) {
		return s.CreatedAt
	}
	return start
}

func (c Case) insertIncident(ctx context.Context, tx *sql.Tx) error {
	in := c.Incident
	_, err := tx.ExecContext(ctx, `INSERT INTO main.incident VALUES (?, ?, ?, ?, ?, ?)`,
		in.ID, in.Title, in.Starts, in.Ends, in.Disclosed, in.CreatedBefore)
	return err
}

func (c Case) insertSecrets(ctx context.Context, tx *sql.Tx) error {
	secrets := rows{table: "secrets"}
	credentials := rows{table: "secret_credentials"}
	for _, s := range c.Secrets {
		exposed := c.exposedAt(s)
		var vendor *time.Time
		r, ok := c.Incident.VendorRevocation(string(s.Kind), s.Identifier, s.CreatedAt)
		if ok && exposed != nil && r.At.After(*exposed) {
			vendor = &r.At
		}
		end := s.RotatedAt
		if end == nil {
			end = vendor
		}
		if exposed == nil {
			end = nil
		}
		secrets.add(s.ID, string(s.Kind), null(s.Identifier), null(s.Short()), null(s.Name),
			null(s.StoredIn), null(s.Owner), null(s.Account), s.CreatedAt, s.RotatedAt, vendor,
			exposed, end, exposed != nil)
		for _, sc := range s.Credentials {
			credentials.add(s.ID, sc.Value, sc.Match)
		}
		if account, ok := credential.AccountOf(s.Identifier); ok && s.Kind == inventory.AWSAccessKey {
			credentials.add(s.ID, account, "account")
		}
	}
	if err := secrets.insert(ctx, tx); err != nil {
		return err
	}
	return credentials.insert(ctx, tx)
}

// rows are rows to insert many at a time: a statement each costs more than the row.
type rows struct {
	table  string
	values [][]driver.Value
}

func (r *rows) add(values ...driver.Value) { r.values = append(r.values, values) }

func (r *rows) insert(ctx context.Context, tx *sql.Tx) error {
	for chunk := range slices.Chunk(r.values, 500) {
		marks := make([]string, len(chunk))
		var args []any
		for i, values := range chunk {
			marks[i] = "(" + strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ") + ")"
			for _, v := range values {
				args = append(args, v)
			}
		}
		//nolint:gosec // G202: a table of ours and placeholders
		_, err := tx.ExecContext(ctx, "INSERT INTO main."+r.table+" VALUES "+
			strings.Join(marks, ", "), args...)
		if err != nil {
			return fmt.Errorf("insert %s: %w", r.table, err)
		}
	}
	return nil
}

func (c Case) insertIndicators(ctx context.Context, tx *sql.Tx) error {
	for _, i := range c.Incident.Indicators {
		var from, to string
		if i.Type == "ip" || i.Type == "network" {
			var err error
			if from, to, err = geo.Range(i.Value); err != nil {
				return fmt.Errorf("indicator: %w", err)
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO main.indicators VALUES (?, ?, ?, ?, ?, ?)`,
			i.Type, i.Value, null(from), null(to), null(i.Confidence), null(i.Source))
		if err != nil {
			return fmt.Errorf("indicator: %w", err)
		}
	}
	return nil
}

func (c Case) insertLists(ctx context.Context, tx *sql.Tx) error {
	for i, e := range c.Expected {
		_, err := tx.ExecContext(ctx, `INSERT INTO main.expected_list VALUES (?, ?, ?, ?, ?, ?)`,
			i+1, null(e.From), null(e.To), null(like(e.Agent)), null(like(e.Actor)), e.Why)
		if err != nil {
			return fmt.Errorf("expected: %w", err)
		}
	}
	for _, r := range c.Responders {
		if _, err := tx.ExecContext(ctx, `INSERT INTO main.responders VALUES (?)`, r); err != nil {
			return fmt.Errorf("responders: %w", err)
		}
	}
	return nil
}

func insertSettings(ctx context.Context, tx *sql.Tx, set map[string]float64) error {
	for _, s := range Settings() {
		value, ok := set[s.Name]
		if !ok {
			value = s.Default
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO main.settings VALUES (?, ?, ?, ?)`,
			s.Name, value, s.Default, s.Meaning)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
	}
	return nil
}

// like turns a glob with * into a LIKE pattern in lower case with \ as escape.
func like(glob string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `*`, `%`).
		Replace(strings.ToLower(glob))
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}
