-- The parts of each exposed secret's window that the watched scopes do not cover, or in which their
-- log names nobody's credential. to_time is NULL where the window is still open.
CREATE VIEW holes AS
WITH
-- Before its first event and after its last a log proves nothing, not even that it was delivered. It
-- is quiet there if it misses no more of its working hours than the setting has.
edges (source, scope, from_time, to_time, hours) AS (
  SELECT e.source, e.scope, e.from_time, e.to_time, count(*)
  FROM (
    SELECT k.source AS source, k.scope AS scope, k.from_time AS from_time, k.to_time AS to_time,
      n.hour AS hour
    FROM (
      SELECT DISTINCT v.source AS source, v.scope AS scope, v.from_time AS from_time,
        v.to_time AS to_time
      FROM (
        SELECT j.source AS source, j.scope AS scope, s.exposed_at AS from_time,
          j.first_time AS to_time, j.gap_seconds AS gap_seconds
        FROM watched w
        JOIN spans s ON s.secret = w.secret
        JOIN scopes j ON j.source = w.source AND j.scope = w.judged_by
        UNION ALL
        SELECT j.source, j.scope, j.last_time, s.ends, j.gap_seconds
        FROM watched w
        JOIN spans s ON s.secret = w.secret
        JOIN scopes j ON j.source = w.source AND j.scope = w.judged_by
      ) v
      WHERE date_diff('second', v.from_time, v.to_time) <= v.gap_seconds
        AND date_diff('second', v.from_time, v.to_time) > 7200 -- a whole hour lies within
    ) k
    CROSS JOIN UNNEST(sequence(date_trunc('hour', k.from_time) + INTERVAL '1' HOUR,
      date_trunc('hour', k.to_time) - INTERVAL '1' HOUR, INTERVAL '1' HOUR)) AS n (hour)
  ) e
  JOIN busy_hours b ON b.source = e.source AND b.scope = e.scope
    AND b.slot = date_diff('hour', TIMESTAMP '1900-01-01 00:00:00', e.hour) % 168
  GROUP BY e.source, e.scope, e.from_time, e.to_time
  HAVING count(*) > (SELECT t.value FROM settings t WHERE t.name = 'coverage_gap_hours')
)
SELECT
  h.secret AS secret,
  h.source AS source,
  h.scope AS scope,
  h.why AS why,
  h.from_time AS from_time,
  h.to_time AS to_time
FROM (
  SELECT
    w.secret AS secret,
    w.source AS source,
    w.scope AS scope,
    'no log' AS why,
    s.exposed_at AS from_time,
    s.ends AS to_time
  FROM watched w
  JOIN spans s ON s.secret = w.secret
  LEFT JOIN scopes p ON p.source = w.source AND p.scope = w.scope
  WHERE p.scope IS NULL
  UNION ALL
  SELECT
    w.secret,
    w.source,
    w.scope,
    'before the log',
    s.exposed_at,
    CASE WHEN s.ends < j.first_time THEN s.ends ELSE j.first_time END
  FROM watched w
  JOIN spans s ON s.secret = w.secret
  JOIN scopes j ON j.source = w.source AND j.scope = w.judged_by
  LEFT JOIN edges x ON x.source = j.source AND x.scope = j.scope
    AND x.from_time = s.exposed_at AND x.to_time = j.first_time
  WHERE date_diff('second', s.exposed_at, j.first_time) > j.gap_seconds OR x.hours IS NOT NULL
  UNION ALL
  SELECT
    w.secret,
    w.source,
    w.scope,
    'gap',
    CASE WHEN g.from_time < s.exposed_at THEN s.exposed_at ELSE g.from_time END,
    CASE WHEN s.ends < g.to_time THEN s.ends ELSE g.to_time END
  FROM watched w
  JOIN spans s ON s.secret = w.secret
  JOIN outages g ON g.source = w.source AND g.scope = w.judged_by
  WHERE g.to_time > s.exposed_at AND (s.ends IS NULL OR g.from_time < s.ends)
  UNION ALL
  SELECT
    w.secret,
    w.source,
    w.scope,
    CASE WHEN s.ends IS NULL THEN 'open' ELSE 'after the log' END,
    CASE WHEN j.last_time < s.exposed_at THEN s.exposed_at ELSE j.last_time END,
    s.ends
  FROM watched w
  JOIN spans s ON s.secret = w.secret
  JOIN scopes j ON j.source = w.source AND j.scope = w.judged_by
  LEFT JOIN edges x ON x.source = j.source AND x.scope = j.scope
    AND x.from_time = j.last_time AND x.to_time = s.ends
  WHERE s.ends IS NULL
    OR (s.ends > s.exposed_at AND (date_diff('second', j.last_time, s.ends) > j.gap_seconds
      OR x.hours IS NOT NULL))
  UNION ALL
  SELECT
    w.secret,
    w.source,
    w.scope,
    'unnamed',
    CASE WHEN u.from_time < s.exposed_at THEN s.exposed_at ELSE u.from_time END,
    CASE WHEN s.ends < u.to_time THEN s.ends ELSE u.to_time END
  FROM (
    SELECT DISTINCT x.secret AS secret, x.source AS source,
      CASE WHEN x.source = 'cloudtrail' THEN x.account || '/*' ELSE x.scope END AS scope
    FROM watched x
    JOIN secrets k ON k.id = x.secret
    WHERE k.kind <> 'ssh-key'
  ) w
  JOIN spans s ON s.secret = w.secret
  JOIN unnamed u ON u.source = w.source AND u.scope = w.scope
  WHERE u.to_time > s.exposed_at AND (s.ends IS NULL OR u.from_time < s.ends)
) h
WHERE h.to_time IS NULL OR h.to_time > h.from_time
