package detect

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// facts is what the database says of one secret, before it is judged.
type facts struct {
	SecretAnswer
	exposed    bool
	vendorAt   *time.Time
	howRevoked sql.NullString
	revokedBy  sql.NullString
	revokedEv  sql.NullString
	enabledAt  *time.Time
	enabledEv  sql.NullString
	lateUse    *time.Time
	lateUses   sql.NullInt64
	lateEvent  sql.NullString
	account    sql.NullString
	addresses  []Address      // what is known of those that its findings name, sorted
	key        sql.NullString // the access key id, where there is one
	user       sql.NullString // the ARN of the IAM user whose key it is, as the logs have it
	cutOff     *time.Time     // of the exposure: what was stored before it is lost
	asOf       *time.Time     // the last event of all logs

	untold         int64 // uses in the window of which the log cannot say whose they were
	untoldInJobs   int64 // of these, inside a CircleCI job that had it, from a network that may be anybody's
	untoldShared   int64 // of these, from a network which anybody can rent
	sharedUses     int64 // expected uses from such a network
	newHours       int64 // expected uses in the window, in hours in which it never was used before
	newWeekHours   bool  // these are hours of the week, not of the day
	baselineDays   int64 // on which it was used before its window
	placeless      int64 // uses in the window without a source address
	tailOnly       bool  // all of its uses are joined by a masked key's end
	derivedUses    int64 // by derived credentials in their windows
	derivedUntold  int64
	derivedStrange int64         // that are not expected
	triaged        []triagedUses // what is expected only by a decision
	gone           []Decision    // that confirmed findings which are not found any more
	joinable       int64         // credentials that a log of uses can name
	watched        int64         // scopes whose coverage matters
	holes          []hole
	nameless       []nameless
	caveats        []string // what its logs cannot show at all
	rejects        int64    // records that were lost in files that could show a use
	strange        []string // files that were not recognised
	missing        []string // logs that are not there or not whole
	early          int64    // events of it before it was created, by the inventory
}

// hole is a part of a window that a scope's logs do not cover.
type hole struct {
	secret, source, scope, why string
	from                       time.Time
	to                         *time.Time
}

// nameless is what the log leaves unnamed: events that may be uses, or what came of one.
type nameless struct {
	secret, source, scope, why string
	events                     int64
}

// readSecrets answers for every secret.
func readSecrets(ctx context.Context, db Querier, r *Result) error {
	all, err := collect(ctx, db, answersQuery, scanFacts)
	if err != nil {
		return fmt.Errorf("secrets: %w", err)
	}
	holes, err := readHoles(ctx, db)
	if err != nil {
		return err
	}
	unnamed, err := readNameless(ctx, db)
	if err != nil {
		return err
	}
	caveats, err := readSecretCaveats(ctx, db)
	if err != nil {
		return err
	}
	triaged, err := readTriagedUses(ctx, db)
	if err != nil {
		return err
	}
	var blocking []string
	for _, p := range r.Problems {
		if p.Blocks {
			blocking = append(blocking, p.Path)
		}
	}
	var strange []string
	for _, in := range r.Inputs {
		if in.Form == "unknown" {
			strange = append(strange, in.Path)
		}
	}
	found := perSecret(r.Findings, func(f Finding) string { return f.Secret })
	minted := perSecret(r.Lineage, func(m Minting) string { return m.Secret })
	exposed := perSecret(r.ExposedNext, func(e Exposure) string { return e.Secret })
	r.Secrets = make([]SecretAnswer, 0, len(all))
	for _, f := range all {
		f.holes, f.nameless, f.caveats = holes[f.ID], unnamed[f.ID], caveats[f.ID]
		f.missing, f.strange, f.addresses = blocking, strange, r.Addresses
		f.triaged, f.Triage = triaged[f.ID], onSecret(r.Triage, f.ID)
		f.gone = confirmedGone(r.Triage, f.ID)
		a := judge(f, found[f.ID])
		a.Next = next(f, a, minted[f.ID], exposed[f.ID])
		a.Next = append(a.Next, nameResponders(a, r.Responders)...)
		r.Secrets = append(r.Secrets, a)
	}
	rankSecrets(r.Secrets, found)
	return nil
}

// readHoles reads which parts of each secret's window the logs do not cover.
func readHoles(ctx context.Context, db Querier) (map[string][]hole, error) {
	all, err := collect(ctx, db, `
		SELECT secret, source, scope, why, from_time, to_time FROM holes
		ORDER BY secret, source, scope, from_time, why`,
		func(rows *sql.Rows) (h hole, err error) {
			err = rows.Scan(&h.secret, &h.source, &h.scope, &h.why, &h.from, &h.to)
			h.from, h.to = h.from.UTC(), utc(h.to)
			return h, err
		})
	if err != nil {
		return nil, fmt.Errorf("coverage: %w", err)
	}
	return perSecret(all, func(h hole) string { return h.secret }), nil
}

// readNameless reads what the logs leave unnamed for each secret.
func readNameless(ctx context.Context, db Querier) (map[string][]nameless, error) {
	all, err := collect(ctx, db, `
		SELECT secret, source, scope, why, events FROM nameless
		UNION ALL
		SELECT secret, source, scope, why, events FROM excerpts
		ORDER BY secret, source, scope, why`,
		func(rows *sql.Rows) (n nameless, err error) {
			err = rows.Scan(&n.secret, &n.source, &n.scope, &n.why, &n.events)
			return n, err
		})
	if err != nil {
		return nil, fmt.Errorf("events without credential: %w", err)
	}
	return perSecret(all, func(n nameless) string { return n.secret }), nil
}

// readSecretCaveats reads, as sentences, what the logs watched for each secret can never show.
func readSecretCaveats(ctx context.Context, db Querier) (map[string][]string, error) {
	type caveat struct{ secret, source, scope, what string }
	all, err := collect(ctx, db, `
		SELECT DISTINCT w.secret, c.source, c.scope, c.what
		FROM watched w
		JOIN secrets s ON s.id = w.secret
		JOIN caveats c ON c.source = w.source AND c.scope = w.account
		WHERE c.what = 'no data events' OR (c.what = 'no API requests' AND s.kind <> 'ssh-key')
		ORDER BY w.secret, c.source, c.scope, c.what`,
		func(rows *sql.Rows) (c caveat, err error) {
			err = rows.Scan(&c.secret, &c.source, &c.scope, &c.what)
			return c, err
		})
	if err != nil {
		return nil, fmt.Errorf("caveats: %w", err)
	}
	out := map[string][]string{}
	for _, c := range all {
		out[c.secret] = append(out[c.secret], caveatSentence(c.source, c.scope, c.what))
	}
	return out, nil
}

// perSecret parts a list by the secret that each of it is about, in the list's order.
func perSecret[T any](list []T, secret func(T) string) map[string][]T {
	parts := map[string][]T{}
	for _, x := range list {
		parts[secret(x)] = append(parts[secret(x)], x)
	}
	return parts
}

// answersQuery reads a secret's row, its window and the counts of its uses. Rejects count when
// they are in a log that could show a use, whatever the times around them: the lost record's is
// not known. In a file of no one source (form mixed, an archive) they may be of any. Names of a secret
// are known whether it was exposed or not: what acted, or was made, before the inventory says that it
// was created tells that the inventory is wrong. The record of its making has its second.
const answersQuery = `
WITH
known AS (
  SELECT secret, credential FROM secret_credentials WHERE match IN ('exact', 'fingerprint', 'token_id')
  UNION
  SELECT c.secret, n.hash FROM secret_credentials c JOIN token_names n ON n.id = c.credential
  WHERE c.match = 'token_id'
  UNION
  SELECT c.secret, n.id FROM secret_credentials c JOIN token_names n ON n.hash = c.credential
  WHERE c.match = 'exact'
  UNION
  SELECT c.secret, k.credential
  FROM secret_credentials c
  JOIN (
    SELECT credential FROM events WHERE credential LIKE 'AKIA%'
    UNION
    SELECT minted FROM events WHERE minted LIKE 'AKIA%'
  ) k ON substr(k.credential, 17) = c.credential
  WHERE c.match = 'tail'
),
seen AS (
  SELECT credential, time FROM events
  UNION ALL
  SELECT minted, time + INTERVAL 1 MINUTE FROM events WHERE minted IS NOT NULL
)
SELECT
  s.id, s.kind, s.short, s.name, s.stored_in, s.owner, s.account, s.exposed,
  s.exposed_at, s.rotated_at, s.vendor_revoked_at, w.revoked_at, w.ends, w.rotation,
  w.revoked_how, w.revoked_by, w.revoked_event, w.enabled_at, w.enabled_event, w.late_use, w.late_uses,
  w.late_event,
  coalesce(u.before, 0), coalesce(u.inside, 0), coalesce(u.after, 0), coalesce(u.expected, 0),
  coalesce(u.derived, 0), coalesce(u.untold, 0), coalesce(u.untold_in_jobs, 0),
  coalesce(u.derived_untold, 0), coalesce(u.untold_shared, 0), coalesce(u.shared_uses, 0),
  coalesce(u.days_before, 0), coalesce(u.placeless, 0), coalesce(u.tail_only, false),
  coalesce(u.new_hours, 0), coalesce(u.new_week_hours, false),
  coalesce(u.derived_strange, 0), u.first_use, u.last_use,
  (SELECT count(*) FROM secret_credentials c WHERE c.secret = s.id
    AND c.match IN ('exact', 'tail', 'token_id', 'fingerprint', 'grant', 'app')),
  (SELECT count(*) FROM watched x WHERE x.secret = s.id),
  (SELECT coalesce(sum(f.rejects), 0) FROM files f
    WHERE split_part(f.form, '/', 1) IN (k.source, 'aws', 'archive', 'mixed')
      AND k.source IS NOT NULL),
  (SELECT count(*) FROM known c JOIN seen e ON e.credential = c.credential
    WHERE c.secret = s.id AND e.time < s.created_at),
  (SELECT min(x.credential) FROM exposed_credentials x
    WHERE x.secret = s.id AND x.credential LIKE 'AKIA%' HAVING count(*) = 1),
  (SELECT min(x.actor) FROM uses x
    WHERE x.secret = s.id AND x.depth = 0 AND x.actor LIKE 'arn:aws%:iam::%:user/%'
    HAVING count(DISTINCT x.actor) = 1),
  n.created_before, (SELECT max(f.last_time) FROM files f)
FROM secrets s
CROSS JOIN incident n
JOIN (
  SELECT id, CASE WHEN kind = 'aws-access-key' THEN 'cloudtrail'
    WHEN kind LIKE 'github-%' OR kind = 'ssh-key' THEN 'github' END AS source
  FROM secrets
) k ON k.id = s.id
LEFT JOIN windows w ON w.secret = s.id
LEFT JOIN (
  SELECT
    secret,
    count(*) FILTER (WHERE depth = 0 AND phase = 'before') AS before,
    count(*) FILTER (WHERE depth = 0 AND phase = 'window') AS inside,
    count(*) FILTER (WHERE depth = 0 AND phase = 'after') AS after,
    count(*) FILTER (WHERE depth = 0 AND phase = 'window' AND expected) AS expected,
    count(*) FILTER (WHERE depth = 0 AND phase = 'window' AND expected IS NULL) AS untold,
    count(*) FILTER (WHERE depth = 0 AND phase = 'window' AND expected IS NULL AND job = 'inside'
      AND NOT has_baseline AND network IS NOT NULL) AS untold_in_jobs,
    count(*) FILTER (WHERE depth = 0 AND phase = 'window' AND expected IS NULL
      AND why LIKE '%of a shared network') AS untold_shared,
    count(*) FILTER (WHERE phase <> 'before' AND expected
      AND why LIKE 'fits the baseline, from a network that anybody can rent%') AS shared_uses,
    count(*) FILTER (WHERE phase = 'window' AND expected AND new_hour IS NOT NULL) AS new_hours,
    bool_and(length(new_hour) > 2) FILTER (WHERE phase = 'window' AND expected) AS new_week_hours,
    count(DISTINCT CAST(time AS DATE)) FILTER (WHERE depth = 0 AND phase = 'before')
      AS days_before,
    count(*) FILTER (WHERE depth = 0 AND phase = 'window' AND ip IS NULL) AS placeless,
    bool_and(match = 'tail') FILTER (WHERE depth = 0) AS tail_only,
    count(*) FILTER (WHERE depth > 0 AND phase <> 'before') AS derived,
    count(*) FILTER (WHERE depth > 0 AND phase <> 'before' AND expected IS NULL)
      AS derived_untold,
    count(*) FILTER (WHERE depth > 0 AND phase <> 'before' AND NOT expected) AS derived_strange,
    min(time) FILTER (WHERE depth = 0 AND phase = 'window') AS first_use,
    max(time) FILTER (WHERE depth = 0 AND phase = 'window') AS last_use
  FROM uses GROUP BY secret
) u ON u.secret = s.id
ORDER BY s.id`

func scanFacts(rows *sql.Rows) (f facts, err error) {
	var short, name, storedIn, owner, rotation sql.NullString
	err = rows.Scan(
		&f.ID, &f.Kind, &short, &name, &storedIn, &owner, &f.account, &f.exposed,
		&f.ExposedAt, &f.RotatedAt, &f.vendorAt, &f.RevokedAt, &f.WindowEnd, &rotation,
		&f.howRevoked, &f.revokedBy, &f.revokedEv, &f.enabledAt, &f.enabledEv, &f.lateUse, &f.lateUses,
		&f.lateEvent,
		&f.Uses.Before, &f.Uses.Window, &f.Uses.After, &f.Uses.Expected,
		&f.Uses.Derived, &f.untold, &f.untoldInJobs, &f.derivedUntold, &f.untoldShared, &f.sharedUses,
		&f.baselineDays, &f.placeless, &f.tailOnly, &f.newHours, &f.newWeekHours, &f.derivedStrange,
		&f.FirstUse, &f.LastUse, &f.joinable, &f.watched, &f.rejects, &f.early,
		&f.key, &f.user, &f.cutOff, &f.asOf)
	f.Identifier, f.Name, f.StoredIn = short.String, name.String, storedIn.String
	f.Owner, f.Rotation = owner.String, rotation.String
	f.derivedUses = f.Uses.Derived
	for _, t := range []**time.Time{
		&f.ExposedAt, &f.RotatedAt, &f.vendorAt, &f.RevokedAt, &f.WindowEnd, &f.enabledAt,
		&f.lateUse, &f.FirstUse, &f.LastUse, &f.cutOff, &f.asOf,
	} {
		*t = utc(*t)
	}
	return f, err
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
