-- The spans between one event of a scope and the next. An AWS account as a whole is a scope too
-- ("ACCOUNT/*"): its quiet regions are judged by it, since one trail delivers them together.
CREATE VIEW silences AS
SELECT
  h.source AS source,
  h.scope AS scope,
  h.before AS from_time,
  h.first_time AS to_time,
  date_diff('second', h.before, h.first_time) AS seconds
FROM (
  SELECT
    a.source AS source,
    a.scope AS scope,
    a.first_time AS first_time,
    lag(a.last_time) OVER (PARTITION BY a.source, a.scope ORDER BY a.hour) AS before
  FROM (
    SELECT v.source AS source, v.scope AS scope, v.hour AS hour,
      v.first_time AS first_time, v.last_time AS last_time
    FROM activity v
    UNION ALL
    SELECT v.source, v.account || '/*', v.hour, min(v.first_time), max(v.last_time)
    FROM activity v
    WHERE v.source = 'cloudtrail'
    GROUP BY v.source, v.account, v.hour
  ) a
) h
WHERE h.before IS NOT NULL
