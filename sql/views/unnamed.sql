-- Spans in which a log names nobody's credential though it does at other times, for so many hours
-- that chance does not explain it, and longer than the longest silence that is no gap: another
-- export, without that column. Of an AWS account as a whole, of an organisation's web events.
CREATE VIEW unnamed AS
WITH
hourly (source, scope, hour, first_time, last_time, named) AS (
  SELECT v.source, v.scope, v.hour, v.first_time, v.last_time, v.named
  FROM activity v
  WHERE v.source = 'github' AND v.region = 'web' AND v.account <> '-'
  UNION ALL
  SELECT v.source, v.account || '/*', v.hour, min(v.first_time), max(v.last_time), sum(v.named)
  FROM activity v
  WHERE v.source = 'cloudtrail'
  GROUP BY v.source, v.account, v.hour
)
SELECT
  r.source AS source,
  r.scope AS scope,
  r.from_time AS from_time,
  r.to_time AS to_time
FROM (
  SELECT n.source AS source, n.scope AS scope, min(n.first_time) AS from_time,
    max(n.last_time) AS to_time, count(*) AS hours
  FROM (
    SELECT h.source AS source, h.scope AS scope, h.first_time AS first_time,
      h.last_time AS last_time, h.named AS named,
      sum(CASE WHEN h.named > 0 THEN 1 ELSE 0 END) OVER (
        PARTITION BY h.source, h.scope ORDER BY h.hour ROWS UNBOUNDED PRECEDING) AS run
    FROM hourly h
  ) n
  WHERE n.named = 0
  GROUP BY n.source, n.scope, n.run
) r
JOIN (
  SELECT h.source AS source, h.scope AS scope,
    CAST(count(CASE WHEN h.named > 0 THEN 1 END) AS DOUBLE) / count(*) AS share
  FROM hourly h
  GROUP BY h.source, h.scope
) u ON u.source = r.source AND u.scope = r.scope
WHERE u.share > 0
  AND power(1 - u.share, r.hours) <= 0.000001
  AND date_diff('second', r.from_time, r.to_time)
    > (SELECT t.value FROM settings t WHERE t.name = 'coverage_gap_max_hours') * 3600
