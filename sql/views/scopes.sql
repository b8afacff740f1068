-- What the logs show of each scope, and how long a silence must be to count as a gap: longer
-- than the setting's hours, and clearly longer than is usual there, or than the setting's most (a
-- log exported each Monday is silent as a rule). Usual is the longest silence that comes three
-- times and in two weeks of three: nights and weekends do, holes do not. A region of an account that has no rhythm of its own
-- (few hours a day, on few days) is judged by the whole account (judged_by), since one trail
-- delivers all regions; but not us-east-1: IAM's and the global STS's calls are logged there.
-- Spans that digests prove to be silent are covered.
CREATE VIEW scopes AS
SELECT
  a.source AS source,
  a.scope AS scope,
  a.account AS account,
  a.region AS region,
  a.events AS events,
  a.days AS days,
  a.first_time AS first_time,
  a.last_time AS last_time,
  CASE
    WHEN a.source = 'cloudtrail' AND a.region <> 'us-east-1'
      AND (a.hours = 0 OR a.hours <
        a.days * (SELECT t.value FROM settings t WHERE t.name = 'coverage_busy_hours'))
      AND (a.days < (SELECT t.value FROM settings t WHERE t.name = 'coverage_busy_days')
        OR a.days * 2 < date_diff('day', date_trunc('day', a.first_time), a.last_time) + 1)
      THEN a.account || '/*'
    ELSE a.scope
  END AS judged_by,
  usual.seconds AS usual_seconds,
  greatest(
    (SELECT t.value FROM settings t WHERE t.name = 'coverage_gap_hours') * 3600,
    least(
      coalesce(usual.seconds, 0)
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
    count(CASE WHEN v.events > 0 THEN 1 END) AS hours,
    count(DISTINCT CASE WHEN v.events > 0 THEN date_trunc('day', v.hour) END) AS days,
    min(v.first_time) AS first_time,
    max(v.last_time) AS last_time
  FROM (
    SELECT w.source AS source, w.scope AS scope, w.account AS account, w.region AS region,
      w.hour AS hour, w.events AS events, w.first_time AS first_time, w.last_time AS last_time
    FROM activity w
    UNION ALL
    SELECT 'cloudtrail', q.account || '/' || q.region, q.account, q.region,
      date_trunc('hour', q.from_time), 0, q.from_time, q.to_time
    FROM silent q
  ) v
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
      date_diff('day', min(s.from_time) OVER (PARTITION BY s.source, s.scope),
        max(s.to_time) OVER (PARTITION BY s.source, s.scope)) AS days,
      row_number() OVER (
        PARTITION BY s.source, s.scope ORDER BY s.seconds DESC, s.from_time) AS place
    FROM silences s
  ) r
  WHERE r.place = greatest(3, CAST(floor(r.days * 2 / 21) AS INTEGER) + 1)
) usual ON usual.source = a.source AND usual.scope = a.scope
