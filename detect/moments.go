package detect

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Moment is a step of a secret's story: it was minted, used, denied, rotated, used again. Uses that
// follow each other and are alike are one moment.
type Moment struct {
	Time       time.Time `json:"time"`
	Until      time.Time `json:"until"` // the last event of it
	Secret     string    `json:"secret"`
	What       string    `json:"what"`       // window opens, used, denied, minted, disabled, finding …
	Credential string    `json:"credential"` // that acted, or was made or ended
	Did        string    `json:"did"`
	Actor      string    `json:"actor"`
	IP         string    `json:"ip"`
	Place      string    `json:"place"` // country and organisation
	Events     int64     `json:"events"`
	Event      string    `json:"event"` // the first one's id, or the finding's
}

// FindingMoment begins What of a finding; its level follows.
const FindingMoment = "finding, "

// MomentFilter chooses moments; the zero value chooses all. An address or an actor chooses what has
// one: uses, mintings, revocations and findings.
type MomentFilter struct {
	Secret       string
	Actor        string // a glob with *, in whatever case of letters
	IPFrom, IPTo string // a range of [geo.Info].Address
	From, To     time.Time
	Last         int // only the last ones; 0: all
}

// Moments returns what happened to the secrets, in order of time, and how many moments before these
// the filter's Last leaves out. What was found is taken from findings, those of the last result.
func Moments(
	ctx context.Context, db Querier, findings []Finding, f MomentFilter,
) (out []Moment, left int64, err error) {
	all := int64(0)
	acted := f.Actor != "" || f.IPFrom != ""
	for _, part := range []struct {
		name, query string
		marks       bool // of the window, which nobody made
	}{
		{"windows", windowMoments, true},
		{"minted", mintedMoments, false},
		{"ended", endedMoments, false},
		{"uses", useMoments, false},
	} {
		if part.marks && acted {
			continue
		}
		query := chosenEvents + part.query
		if f.Last > 0 {
			query = fmt.Sprintf(lastMoments, query, f.Last)
		}
		found, err := collect(ctx, db, query, scanCounted,
			f.Secret, likePattern(f.Actor), f.IPFrom, f.IPTo, nullTime(f.From), nullTime(f.To))
		if err != nil {
			return nil, 0, fmt.Errorf("timeline: %s: %w", part.name, err)
		}
		n := int64(len(found))
		for _, m := range found {
			n = max(n, m.of)
			out = append(out, m.Moment)
		}
		all += n
	}
	found, err := findingMoments(ctx, db, findings, f)
	if err != nil {
		return nil, 0, fmt.Errorf("timeline: findings: %w", err)
	}
	out, all = append(out, found...), all+int64(len(found))
	slices.SortStableFunc(out, func(a, b Moment) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Secret, b.Secret), a.Until.Compare(b.Until),
			cmp.Compare(a.What, b.What), cmp.Compare(a.Credential, b.Credential),
			cmp.Compare(a.Event, b.Event))
	})
	if f.Last > 0 && len(out) > f.Last {
		out = out[len(out)-f.Last:]
	}
	return out, all - int64(len(out)), nil
}

// lastMoments are the last of a query's moments, in the order of Moments, and of how many. A secret
// that a build uses all day has a million: a terminal shows two hundred.
const lastMoments = `
SELECT m.*, count(*) OVER () FROM (%s
) AS m(time, until, secret, what, credential, did, actor, ip, place, events, event)
ORDER BY time DESC, secret DESC, until DESC, what DESC, credential DESC, event DESC LIMIT %d`

// likePattern turns a glob with * into a LIKE pattern in lower case with \ as escape.
func likePattern(glob string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `*`, `%`).Replace(strings.ToLower(glob))
}

func nullTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// countedMoment is one of several, if their number is asked for.
type countedMoment struct {
	Moment
	of int64
}

func scanCounted(rows *sql.Rows) (m countedMoment, err error) {
	columns, err := rows.Columns()
	if err != nil {
		return m, err
	}
	into := []any{
		&m.Time, &m.Until, &m.Secret, &m.What, &m.Credential, &m.Did, &m.Actor, &m.IP,
		&m.Place, &m.Events, &m.Event, &m.of,
	}
	err = rows.Scan(into[:len(columns)]...)
	m.Time, m.Until = m.Time.UTC(), m.Until.UTC()
	return m, err
}

// chosenEvents begins each query. It names the arguments; chosen are the rows of a relation with
// the columns secret, actor, ip and time that the filter lets pass.
const chosenEvents = `
WITH asked AS (
  SELECT CAST(? AS VARCHAR) AS secret, CAST(? AS VARCHAR) AS actor, CAST(? AS VARCHAR) AS ip_from,
    CAST(? AS VARCHAR) AS ip_to, CAST(? AS TIMESTAMP) AS from_time, CAST(? AS TIMESTAMP) AS to_time
),
addresses AS (
  SELECT i.ip AS ip FROM ips i, asked a WHERE i.address >= a.ip_from AND i.address <= a.ip_to
)`

// asked is the filter's condition on the relation m.
const asked = `
  (a.secret = '' OR m.secret = a.secret)
  AND (a.actor = '' OR lower(m.actor) LIKE a.actor ESCAPE '\')
  AND (a.ip_from = '' OR m.ip IN (SELECT x.ip FROM addresses x))
  AND (a.from_time IS NULL OR m.time >= a.from_time)
  AND (a.to_time IS NULL OR m.time < a.to_time)`

const windowMoments = `
SELECT m.time AS time, m.time AS until, m.secret, m.what, '', m.did, '', '', '', 0, ''
FROM (
  SELECT secret, exposed_at AS time, 'window opens' AS what, '' AS did, NULL AS actor, NULL AS ip
  FROM windows WHERE exposed_at IS NOT NULL
  UNION ALL
  SELECT secret, rotated_at, 'declared rotated', '', NULL, NULL FROM windows WHERE rotated_at IS NOT NULL
  UNION ALL
  SELECT secret, vendor_revoked_at, 'vendor revoked', 'all of its kind', NULL, NULL FROM windows
  WHERE vendor_revoked_at IS NOT NULL
  UNION ALL
  SELECT secret, ends, 'window closes', 'rotation ' || rotation, NULL, NULL FROM windows WHERE ends IS NOT NULL
) m, asked a
WHERE` + asked

const mintedMoments = `
SELECT m.time AS time, m.time AS until, m.secret, 'minted', m.credential, m.how || ' by ' || m.parent,
  coalesce(m.actor, ''), coalesce(m.ip, ''), coalesce(concat_ws(' ', i.country, i.organisation), ''), 1, m.event
FROM (
  SELECT DISTINCT c.secret AS secret, c.credential AS credential, c.parent AS parent, c.how AS how,
    c.minted_at AS time, c.event AS event, first(e.actor ORDER BY e.file, e.pos) AS actor,
    first(e.ip ORDER BY e.file, e.pos) AS ip
  FROM credentials c
  JOIN events e ON e.event_id = c.event AND e.time = c.minted_at
  WHERE c.depth > 0
  GROUP BY c.secret, c.credential, c.parent, c.how, c.minted_at, c.event
) m
LEFT JOIN ips i ON i.ip = m.ip, asked a
WHERE` + asked

const endedMoments = `
SELECT m.time AS time, m.time AS until, m.secret, m.how, m.credential, '', coalesce(m.actor, ''), coalesce(m.ip, ''),
  coalesce(concat_ws(' ', i.country, i.organisation), ''), 1, m.event
FROM (
  SELECT DISTINCT c.secret AS secret, r.credential AS credential, r.how AS how, r.at AS time,
    r.actor AS actor, e.ip AS ip, r.event AS event
  FROM revocations r
  JOIN (SELECT DISTINCT secret, credential FROM credentials) c ON c.credential = r.credential
  LEFT JOIN events e ON e.file = r.file AND e.pos = r.pos AND e.event_id = r.event
) m
LEFT JOIN ips i ON i.ip = m.ip, asked a
WHERE` + asked

// Uses are one moment while they follow each other in the secret's story and are alike: of expected
// ones it is enough that they are; of others who, from where, and whether it was denied.
const useMoments = `,
chosen AS (
  SELECT m.*,
    m.credential || CASE WHEN m.expected THEN ' expected' ELSE concat_ws(' ', '', m.expected, m.outcome, m.ip,
      m.actor) END || ' ' || m.phase AS alike
  FROM uses m, asked a
  WHERE` + asked + `
),
steps AS (
  SELECT c.*,
    row_number() OVER (PARTITION BY c.secret ORDER BY c.time, c.source, c.event_id, c.credential)
      - row_number() OVER (
          PARTITION BY c.secret, c.alike ORDER BY c.time, c.source, c.event_id, c.credential) AS step
  FROM chosen c
)
SELECT min(s.time), max(s.time), s.secret,
  CASE
    WHEN bool_and(s.phase = 'before') THEN 'used before'
    WHEN bool_and(s.expected) THEN 'used, expected'
    WHEN bool_and(s.outcome = 'failure') THEN 'denied'
    WHEN bool_and(s.expected IS NULL) THEN 'used, cannot tell by whom'
    ELSE 'used' END
  || CASE WHEN bool_or(s.phase = 'after') THEN ', after its window' ELSE '' END,
  min(s.credential),
  array_to_string(list_sort(list(DISTINCT s.action))[1:3], ', ')
    || CASE WHEN count(DISTINCT s.action) > 3 THEN ' +' || (count(DISTINCT s.action) - 3) ELSE '' END,
  coalesce(min(s.actor), '') || CASE WHEN count(DISTINCT s.actor) > 1
    THEN ' +' || (count(DISTINCT s.actor) - 1) ELSE '' END,
  coalesce(min(s.ip), '') || CASE WHEN count(DISTINCT s.ip) > 1
    THEN ' +' || (count(DISTINCT s.ip) - 1) ELSE '' END,
  CASE WHEN count(DISTINCT s.ip) = 1
    THEN coalesce(concat_ws(' ', min(s.country), min(s.organisation)), '') ELSE '' END,
  count(*), arg_min(s.event_id, (s.time, s.source, s.event_id))
FROM steps s
GROUP BY s.secret, s.alike, s.step`

// findingMoments are the findings, when each was first seen.
func findingMoments(
	ctx context.Context, db Querier, findings []Finding, f MomentFilter,
) (out []Moment, err error) {
	within := func([]string) bool { return true }
	if f.IPFrom != "" {
		known, err := collect(ctx, db, `SELECT i.ip FROM ips i WHERE i.address BETWEEN ? AND ?`,
			func(rows *sql.Rows) (ip string, err error) {
				err = rows.Scan(&ip)
				return ip, err
			}, f.IPFrom, f.IPTo)
		if err != nil {
			return nil, err
		}
		within = func(ips []string) bool {
			return slices.ContainsFunc(ips, func(ip string) bool { return slices.Contains(known, ip) })
		}
	}
	for _, x := range findings {
		switch {
		case f.Secret != "" && x.Secret != f.Secret, !within(x.IPs),
			!f.From.IsZero() && x.FirstSeen.Before(f.From), !f.To.IsZero() && !x.FirstSeen.Before(f.To):
			continue
		}
		if f.Actor != "" && !slices.ContainsFunc(x.Actors, func(s string) bool { return globbed(f.Actor, s) }) {
			continue
		}
		out = append(out, Moment{
			Time: x.FirstSeen, Until: x.LastSeen, Secret: x.Secret,
			What: FindingMoment + string(x.Level), Credential: x.Credential,
			Did:   strings.TrimSuffix(x.Title, ".") + " (" + x.Query + ")",
			Actor: few(x.Actors), IP: few(x.IPs), Events: x.Count, Event: x.ID,
		})
	}
	return out, nil
}

// few names the first of a list and counts the others.
func few(list []string) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	return fmt.Sprintf("%s +%d", list[0], len(list)-1)
}

// globbed tells whether a text matches a glob with *, in whatever case of letters.
func globbed(glob, text string) bool {
	parts := strings.Split(strings.ToLower(glob), "*")
	text = strings.ToLower(text)
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	if len(parts) == 1 {
		return rest == ""
	}
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
