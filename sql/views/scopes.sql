-- What the logs show of each scope, and how long a silence must be to count as a gap: longer
-- than the setting's hours, and clearly longer than is usual there (the third-longest silence, so
-- that nights and weekends are no gaps but a single hole is), or than the setting's most: a log
-- exported each Monday is silent as a rule. A quiet region of an account, seen
-- in few hours a day, is judged by the whole account (judged_by), but for us-east-1: IAM's and the
-- global STS's calls are logged there, so it must speak for itself.
CREATE VIEW scopes AS
SELECT
  a.source AS source,
  a.scope AS scope,
  a.account AS account,
  a.region AS region,
  a.events AS events,
  a.first_time AS first_time,
  a.last_time AS last_time,
  CASE
    WHEN a.source = 'cloudtrail' AND a.region <> 'us-east-1' AND a.hours <
      a.days * (SELECT t.value FROM settings t WHERE t.name = 'coverage_busy_hours')
      THEN a.account || '/*'
    ELSE a.scope
  END AS judged_by,
  greatest(
    (SELECT t.value FROM settings t WHERE t.name = 'coverage_gap_hours') * 3600,
    least(
      coalesce(third.seconds, 0)
        * (SELECT t.value FROM settings t WHERE t.name = 'coverage_gap_factor'),
      (SELECT t.value FROM settings t WHERE t.name = 'coverage_gap_max_hours') * 3600)
  ) AS gap_seconds
FROM (
  SELECT
    v.source AS source,
    v.scope AS scope,
    v.account AS account,
    v.region AS region,
    sum(v.events) AS events,
    count(*) AS hours,
    count(DISTINCT date_trunc('day', v.hour)) AS days,
    min(v.first_time) AS first_time,
    max(v.last_time) AS last_time
  FROM activity v
  GROUP BY v.source, v.scope, v.account, v.region
  UNION ALL
  SELECT
    v.source,
    v.account || '/*',
    v.account,
    CAST(NULL AS VARCHAR),
    sum(v.events),
    count(DISTINCT v.hour),
    count(DISTINCT date_trunc('day', v.hour)),
    min(v.first_time),
    max(v.last_time)
  FROM activity v
  WHERE v.source = 'cloudtrail'
  GROUP BY v.source, v.account
) a
LEFT JOIN (
  SELECT r.source AS source, r.scope AS scope, r.seconds AS seconds
  FROM (
    SELECT
      s.source AS source,
      s.scope AS scope,
      s.seconds AS seconds,
      row_number() OVER (
        PARTITION BY s.source, s.scope ORDER BY s.seconds DESC, s.from_time) AS place
    FROM silences s
  ) r
  WHERE r.place = 3
) third ON third.source = a.source AND third.scope = a.scope
