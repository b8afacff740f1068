-- Per source, scope and day: how many events, and whether the day is covered, that is, lies in
-- the log's span and touches no gap.
CREATE VIEW coverage AS
SELECT
  d.source AS source,
  d.scope AS scope,
  d.day AS day,
  coalesce(n.events, 0) AS events,
  NOT EXISTS (
    SELECT 1 FROM gaps g
    WHERE g.source = d.source AND g.scope = d.scope
      AND g.from_time < d.day + INTERVAL '1' DAY AND g.to_time > d.day
  ) AS covered
FROM (
  SELECT p.source AS source, p.scope AS scope, s.day AS day
  FROM scopes p
  CROSS JOIN UNNEST(sequence(
    date_trunc('day', p.first_time), date_trunc('day', p.last_time), INTERVAL '1' DAY)) AS s (day)
  WHERE p.source <> 'cloudtrail' OR p.region IS NOT NULL
) d
LEFT JOIN (
  SELECT
    v.source AS source,
    v.scope AS scope,
    date_trunc('day', v.hour) AS day,
    sum(v.events) AS events
  FROM activity v
  GROUP BY v.source, v.scope, date_trunc('day', v.hour)
) n ON n.source = d.source AND n.scope = d.scope AND n.day = d.day
