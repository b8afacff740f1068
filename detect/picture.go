package detect

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"breachwindow/queries"
)

// What reports draw and explain with, beyond the answer: no verdict rests on it.

// readDays reads how often each secret was used per day.
func readDays(ctx context.Context, db Querier, r *Result) error {
	type dayOf struct {
		secret string
		day    UseDay
	}
	days, err := collect(ctx, db, `
		SELECT u.secret, strftime(CAST(u.time AS DATE), '%Y-%m-%d') AS day,
		  count(*) FILTER (WHERE u.expected),
		  count(*) FILTER (WHERE NOT u.expected),
		  count(*) FILTER (WHERE u.expected IS NULL),
		  count(*) FILTER (WHERE u.outcome = 'failure'),
		  count(*) FILTER (WHERE u.depth > 0),
		  count(*) FILTER (WHERE u.depth = 0 AND u.phase = 'after')
		FROM uses u
		JOIN windows w ON w.secret = u.secret
		WHERE u.time >= w.exposed_at - INTERVAL '30' DAY
		GROUP BY u.secret, CAST(u.time AS DATE)
		ORDER BY u.secret, CAST(u.time AS DATE)`,
		func(rows *sql.Rows) (d dayOf, err error) {
			err = rows.Scan(&d.secret, &d.day.Day, &d.day.Expected, &d.day.Unexpected, &d.day.Untold,
				&d.day.Failed, &d.day.Derived, &d.day.After)
			return d, err
		})
	if err != nil {
		return fmt.Errorf("uses per day: %w", err)
	}
	of := map[string][]UseDay{}
	for _, d := range days {
		of[d.secret] = append(of[d.secret], d.day)
	}
	for i := range r.Secrets {
		r.Secrets[i].Days = append([]UseDay{}, of[r.Secrets[i].ID]...)
	}
	return nil
}

// readOrigins reads from where the secrets were used since their windows opened.
func readOrigins(ctx context.Context, db Querier, r *Result) (err error) {
	before := map[string]bool{}
	for _, s := range r.Secrets {
		before[s.ID] = s.Uses.Before > 0
	}
	r.Origins, err = collect(ctx, db, `
		SELECT u.secret, u.network, coalesce(u.country, '') AS country,
		  coalesce(min(u.organisation), ''), coalesce(min(u.labels), ''),
		  count(DISTINCT u.ip) FILTER (WHERE u.time >= u.exposed_at),
		  count(*) FILTER (WHERE u.phase = 'before'),
		  count(*) FILTER (WHERE u.phase <> 'before'),
		  count(*) FILTER (WHERE u.phase <> 'before' AND NOT u.expected),
		  min(u.time) FILTER (WHERE u.phase <> 'before'),
		  max(u.time) FILTER (WHERE u.phase <> 'before')
		FROM uses u
		WHERE u.network IS NOT NULL
		GROUP BY u.secret, u.network, coalesce(u.country, '')
		HAVING count(*) FILTER (WHERE u.phase <> 'before') > 0
		ORDER BY u.secret, u.network, coalesce(u.country, '')`,
		func(rows *sql.Rows) (o Origin, err error) {
			var labels string
			err = rows.Scan(&o.Secret, &o.Network, &o.Country, &o.Organisation, &labels, &o.Addresses,
				&o.Before, &o.Uses, &o.Unexpected, &o.FirstSeen, &o.LastSeen)
			o.Baseline = before[o.Secret]
			o.FirstSeen, o.LastSeen = o.FirstSeen.UTC(), o.LastSeen.UTC()
			o.Labels = labelsIn(labels)
			return o, err
		})
	if err != nil {
		return fmt.Errorf("origins: %w", err)
	}
	return nil
}

// readSettings reads the thresholds that are not the program's own.
func readSettings(ctx context.Context, db Querier, r *Result) (err error) {
	r.Settings, err = collect(ctx, db, `
		SELECT name, value, default_value, meaning FROM settings
		WHERE value <> default_value ORDER BY name`,
		func(rows *sql.Rows) (s Setting, err error) {
			err = rows.Scan(&s.Name, &s.Value, &s.Default, &s.Meaning)
			return s, err
		})
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return nil
}

// readFiles returns the paths of the files that were read, by their ids.
func readFiles(ctx context.Context, db Querier) (map[string]string, error) {
	type file struct{ id, path string }
	files, err := collect(ctx, db, `SELECT CAST(id AS VARCHAR), path FROM files`,
		func(rows *sql.Rows) (f file, err error) {
			err = rows.Scan(&f.id, &f.path)
			return f, err
		})
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	paths := map[string]string{}
	for _, f := range files {
		paths[f.id] = f.path
	}
	return paths, nil
}

// textsOf returns the detections that made the findings, sorted by id.
func textsOf(qs []queries.Query, findings []Finding) []QueryText {
	found := map[string]bool{}
	for _, f := range findings {
		found[f.Query] = true
	}
	out := []QueryText{}
	for _, q := range qs {
		if found[q.ID] {
			out = append(out, QueryText{
				ID: q.ID, Title: q.Title, Description: q.Description, Level: q.Level,
				Attack: append([]string{}, q.Attack...), FalsePositives: q.FalsePositives,
				References: append([]string{}, q.References...), SQL: q.SQL,
			})
		}
	}
	slices.SortFunc(out, func(a, b QueryText) int { return strings.Compare(a.ID, b.ID) })
	return out
}
