-- The hours of the week (0 is Monday 00:00 UTC, of 168) in which a scope, or an AWS account as a
-- whole, works: in two weeks of three its log shows something then. Of logs of three weeks at least.
CREATE VIEW busy_hours AS
SELECT
  h.source AS source,
  h.scope AS scope,
  h.slot AS slot
FROM (
  SELECT v.source AS source, v.scope AS scope,
    date_diff('hour', TIMESTAMP '1900-01-01 00:00:00', v.hour) % 168 AS slot,
    count(DISTINCT v.hour) AS turns
  FROM (
    SELECT a.source AS source, a.scope AS scope, a.hour AS hour
    FROM activity a
    UNION ALL
    SELECT a.source, a.account || '/*', a.hour
    FROM activity a
    WHERE a.source = 'cloudtrail'
  ) v
  GROUP BY v.source, v.scope, date_diff('hour', TIMESTAMP '1900-01-01 00:00:00', v.hour) % 168
) h
JOIN scopes p ON p.source = h.source AND p.scope = h.scope
WHERE date_diff('hour', p.first_time, p.last_time) >= 504
  AND h.turns * 3 >= 2 * floor(date_diff('hour', p.first_time, p.last_time) / 168.0)
