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
	Indicators []incident.Indicator // the customer's own, beside the incident's
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
	list := rows{table: "indicators"}
	for _, i := range incident.Merge(c.Incident.Indicators, c.Indicators) {
		var from, to string
		if i.Type == "ip" || i.Type == "network" {
			var err error
			if from, to, err = geo.Range(i.Value); err != nil {
				return fmt.Errorf("indicator: %w", err)
			}
		}
		list.add(i.Type, i.Value, null(from), null(to), null(i.Confidence), null(i.Source))
	}
	return list.insert(ctx, tx)
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
