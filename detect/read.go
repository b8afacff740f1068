package detect

import (
	"context"
	"database/sql"
	"fmt"
)

func readIncident(ctx context.Context, db Querier, r *Result) error {
	got, err := collect(ctx, db, `SELECT id, title, starts, ends, disclosed FROM incident`,
		func(rows *sql.Rows) (i IncidentSummary, err error) {
			err = rows.Scan(&i.ID, &i.Title, &i.Starts, &i.Ends, &i.Disclosed)
			i.Starts, i.Ends, i.Disclosed = utc(i.Starts), utc(i.Ends), utc(i.Disclosed)
			return i, err
		})
	if err != nil {
		return fmt.Errorf("incident: %w", err)
	}
	if len(got) > 0 {
		r.Incident = got[0]
	}
	return nil
}

// readLineage reads what was minted with each secret since its exposure, used or not.
func readLineage(ctx context.Context, db Querier, r *Result) (err error) {
	r.Lineage, err = collect(ctx, db, `
		SELECT c.secret, c.parent, c.credential, c.how, made.target, c.minted_at, c.expires, c.ends,
		  c.secret_ends IS NOT NULL AND (coalesce(u.late, 0) > 0
		    OR c.ends IS NULL AND c.credential NOT LIKE 'ASIA%'), c.event, coalesce(u.uses, 0)
		FROM credentials c
		LEFT JOIN (
		  SELECT g.event, g.child, min(e.target) AS target
		  FROM grants g JOIN events e ON e.file = g.file AND e.pos = g.pos
		  GROUP BY g.event, g.child
		) made ON made.event = c.event AND made.child = c.credential
		LEFT JOIN (
		  SELECT secret, credential, count(*) AS uses,
		    count(*) FILTER (WHERE outcome = 'success' AND time >= secret_ends) AS late
		  FROM uses GROUP BY secret, credential
		) u ON u.secret = c.secret AND u.credential = c.credential
		WHERE c.depth > 0 AND c.minted_at >= c.secret_exposed_at
		ORDER BY c.secret, c.minted_at, c.credential`,
		func(rows *sql.Rows) (m Minting, err error) {
			var target sql.NullString
			err = rows.Scan(&m.Secret, &m.Parent, &m.Child, &m.How, &target, &m.At, &m.Expires,
				&m.Ends, &m.Outlived, &m.Event, &m.Uses)
			m.Target = target.String
			m.At, m.Expires, m.Ends = m.At.UTC(), utc(m.Expires), utc(m.Ends)
			return m, err
		})
	if err != nil {
		return fmt.Errorf("lineage: %w", err)
	}
	return nil
}

// readExposedNext reads what became exposed by the use of an exposed secret.
func readExposedNext(ctx context.Context, db Querier, r *Result) (err error) {
	r.ExposedNext, err = collect(ctx, db, `
		SELECT secret, what, name, credential, action, first_seen, last_seen, reads, certain, event
		FROM exposed_next ORDER BY secret, NOT certain, what, name`,
		func(rows *sql.Rows) (e Exposure, err error) {
			err = rows.Scan(&e.Secret, &e.What, &e.Name, &e.Credential, &e.Action, &e.FirstSeen,
				&e.LastSeen, &e.Reads, &e.Certain, &e.Event)
			e.FirstSeen, e.LastSeen = e.FirstSeen.UTC(), e.LastSeen.UTC()
			return e, err
		})
	if err != nil {
		return fmt.Errorf("exposed next: %w", err)
	}
	return nil
}

// readProblems reads what the last load found, what keeps secrets from being cleared first.
func readProblems(ctx context.Context, db Querier, r *Result) (err error) {
	r.Problems, err = collect(ctx, db, `
		SELECT what, path, why, blocks FROM problems ORDER BY NOT blocks, path, what, why`,
		func(rows *sql.Rows) (p Problem, err error) {
			err = rows.Scan(&p.What, &p.Path, &p.Why, &p.Blocks)
			return p, err
		})
	if err != nil {
		return fmt.Errorf("problems: %w", err)
	}
	return nil
}

func readInputs(ctx context.Context, db Querier, r *Result) (err error) {
	r.Inputs, err = collect(ctx, db, `
		SELECT path, sha256, form, records, events, duplicates, rejects FROM files
		ORDER BY path, sha256`,
		func(rows *sql.Rows) (i Input, err error) {
			err = rows.Scan(&i.Path, &i.SHA256, &i.Form, &i.Records, &i.Events, &i.Duplicates,
				&i.Rejects)
			return i, err
		})
	if err != nil {
		return fmt.Errorf("inputs: %w", err)
	}
	for _, i := range r.Inputs {
		r.Totals.Files++
		r.Totals.Records += i.Records
		r.Totals.Events += i.Events
		r.Totals.Duplicates += i.Duplicates
		r.Totals.Rejects += i.Rejects
	}
	return nil
}
