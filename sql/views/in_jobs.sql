-- Was a CircleCI job running that had the secret, when it was used? inside: one that had it,
-- as the log says. perhaps: one that may have had it, or just before or after. none: no such job,
-- and the log of jobs covers the time. A use without a row is one of which the log cannot tell.
CREATE VIEW in_jobs AS
WITH
slack AS (
  SELECT max(t.value) AS seconds FROM settings t WHERE t.name = 'circleci_job_slack_seconds'
),
used AS (
  SELECT h.holder AS holder, u.secret AS secret, u.credential AS credential, u.file AS file,
    u.pos AS pos, u.time AS time
  FROM touches u
  JOIN (
    SELECT c.secret AS secret, c.holder AS holder FROM ci_secrets c
    UNION ALL
    SELECT c.secret, c.any_holder FROM ci_secrets c
  ) h ON h.secret = u.secret
),
-- The jobs and the uses in the order of time: the latest end of what began before a use.
line AS (
  SELECT
    r.secret AS secret, r.credential AS credential, r.file AS file, r.pos AS pos, r.at AS at,
    max(r.sure) OVER (PARTITION BY r.holder ORDER BY r.at, r.kind ROWS UNBOUNDED PRECEDING)
      AS sure,
    max(r.may) OVER (PARTITION BY r.holder ORDER BY r.at, r.kind ROWS UNBOUNDED PRECEDING) AS may
  FROM (
    SELECT c.holder AS holder, CAST(NULL AS VARCHAR) AS secret,
      CAST(NULL AS VARCHAR) AS credential, CAST(NULL AS INTEGER) AS file,
      CAST(NULL AS BIGINT) AS pos, c.starts AS at, 0 AS kind, c.ends AS sure,
      CAST(NULL AS DOUBLE) AS may
    FROM ci_times c
    WHERE c.certain
    UNION ALL
    SELECT c.holder, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS INTEGER),
      CAST(NULL AS BIGINT), c.starts - k.seconds, 0, CAST(NULL AS DOUBLE), c.ends + k.seconds
    FROM ci_times c
    CROSS JOIN slack k
    UNION ALL
    SELECT u.holder, u.secret, u.credential, u.file, u.pos, to_unixtime(u.time), 1,
      CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
    FROM used u
  ) r
),
-- Both holders of a use together.
asked AS (
  SELECT n.secret AS secret, n.credential AS credential, n.file AS file, n.pos AS pos,
    max(n.at) AS at, max(n.sure) AS sure, max(n.may) AS may
  FROM line n
  WHERE n.secret IS NOT NULL
  GROUP BY n.secret, n.credential, n.file, n.pos
),
-- The organisations whose jobs are logged, and the spans of which their logs do not tell.
logs AS (
  SELECT p.scope AS scope, to_unixtime(p.first_time) AS first_time,
    to_unixtime(p.last_time) AS last_time
  FROM scopes p
  WHERE p.source = 'circleci'
    AND p.account IN (SELECT coalesce(j.account, '-') FROM jobs j)
),
blanks AS (
  SELECT to_unixtime(g.from_time) AS from_time, to_unixtime(g.to_time) AS to_time
  FROM gaps g
  JOIN logs l ON l.scope = g.scope
  WHERE g.source = 'circleci'
),
reach AS (
  SELECT max(l.first_time) AS first_time, min(l.last_time) AS last_time FROM logs l
)
SELECT
  n.secret AS secret,
  n.credential AS credential,
  n.file AS file,
  n.pos AS pos,
  CASE WHEN n.at <= n.sure THEN 'inside' WHEN n.at <= n.may THEN 'perhaps' ELSE 'none' END AS job
FROM asked n
CROSS JOIN reach r
WHERE (n.at <= n.sure OR n.at <= n.may
    OR (n.at BETWEEN r.first_time AND r.last_time
      AND NOT EXISTS (
        SELECT 1 FROM blanks b WHERE b.from_time < n.at AND n.at < b.to_time)))
