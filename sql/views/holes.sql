-- The parts of each exposed secret's window that the watched scopes do not cover, or in which their
-- log names nobody's credential. to_time is NULL where the window is still open.
CREATE VIEW holes AS
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
  WHERE date_diff('second', s.exposed_at, j.first_time) > j.gap_seconds
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
  JOIN scopes j ON j.source = w.source AND j.scope = w.judged_by
  JOIN silences g ON g.source = j.source AND g.scope = j.scope AND g.seconds > j.gap_seconds
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
  WHERE s.ends IS NULL
    OR (s.ends > s.exposed_at AND date_diff('second', j.last_time, s.ends) > j.gap_seconds)
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
