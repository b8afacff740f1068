package detect

import (
	"context"
	"database/sql"
	"fmt"
)

// activityOf counts what came from each address, however a log spells it. What a responder did with
// an exposed credential does not make an address his: that may have been stolen from him.
const activityOf = `
	WITH wanted AS (
	  SELECT DISTINCT address FROM ips WHERE ip IN (SELECT unnest(CAST(? AS VARCHAR[])))
	),
	used AS (
	  SELECT u.file AS file, u.pos AS pos,
	    bool_or(u.expected OR u.phase = 'before') AS expected,
	    bool_or(NOT u.expected AND u.phase <> 'before') AS unexpected
	  FROM uses u
	  GROUP BY u.file, u.pos
	),
	seen AS (
	  SELECT i.address AS address,
	    count(*) FILTER (WHERE e.time < n.starts) AS before,
	    count(*) FILTER (WHERE n.starts IS NULL OR e.time >= n.starts) AS since,
	    count(*) FILTER (WHERE u.expected) AS expected,
	    count(*) FILTER (WHERE u.unexpected) AS unexpected,
	    count(*) FILTER (WHERE u.file IS NULL AND (n.starts IS NULL OR e.time >= n.starts))
	      AS others,
	    min(e.time) FILTER (WHERE n.starts IS NULL OR e.time >= n.starts) AS first_seen,
	    max(e.time) FILTER (WHERE n.starts IS NULL OR e.time >= n.starts) AS last_seen,
	    bool_or(u.file IS NULL AND (lower(e.actor) IN (SELECT lower(value) FROM responders)
	      OR e.credential IN (SELECT value FROM responders))) AS responder
	  FROM events e
	  JOIN ips i ON i.ip = e.ip
	  JOIN wanted w ON w.address = i.address
	  CROSS JOIN incident n
	  LEFT JOIN used u ON u.file = e.file AND u.pos = e.pos
	  GROUP BY i.address
	),
	listed AS (
	  SELECT w.address AS address, bool_or(x.ip_from = x.ip_to) AS by_address
	  FROM wanted w
	  JOIN expected_list x ON w.address >= x.ip_from AND w.address <= x.ip_to
	  GROUP BY w.address
	)
	SELECT i.ip, coalesce(i.indicator, ''), coalesce(n.confidence, ''),
	  CASE WHEN l.by_address THEN '` + OwnAddress + `' WHEN NOT l.by_address THEN '` + OwnNetwork + `'
	    WHEN s.responder THEN '` + OwnResponder + `' ELSE '' END,
	  coalesce(s.before, 0), coalesce(s.since, 0), coalesce(s.expected, 0),
	  coalesce(s.unexpected, 0), coalesce(s.others, 0), s.first_seen, s.last_seen
	FROM ips i
	JOIN wanted w ON w.address = i.address
	LEFT JOIN indicators n ON n.value = i.indicator AND n.type IN ('ip', 'network')
	LEFT JOIN seen s ON s.address = i.address
	LEFT JOIN listed l ON l.address = i.address`

// readActivity reads what came from the addresses that the findings name.
func readActivity(ctx context.Context, db Querier, r *Result) error {
	ips := make([]string, 0, len(r.Addresses))
	for _, a := range r.Addresses {
		ips = append(ips, a.IP)
	}
	type active struct {
		ip string
		Activity
	}
	list, err := collect(ctx, db, activityOf, func(rows *sql.Rows) (a active, err error) {
		err = rows.Scan(&a.ip, &a.Indicator, &a.IndicatorConfidence, &a.Own, &a.Before, &a.Since,
			&a.Expected, &a.Unexpected, &a.Others, &a.FirstSeen, &a.LastSeen)
		a.FirstSeen, a.LastSeen = utc(a.FirstSeen), utc(a.LastSeen)
		return a, err
	}, ips)
	if err != nil {
		return fmt.Errorf("activity of addresses: %w", err)
	}
	of := map[string]Activity{}
	for _, a := range list {
		of[a.ip] = a.Activity
	}
	for i := range r.Addresses {
		r.Addresses[i].Activity = of[r.Addresses[i].IP]
	}
	return nil
}
