-- An exposed secret took many private repositories in a short time.
--
-- So the thieves of April 2022 emptied organisations: list, choose, clone. Each repository counts
-- once, clones and archives together, over all credentials of the secret. What the baseline
-- explains is not counted. Machines that mirror everything do the same all day, so bursts of
-- others are not told.
--
-- level: critical
-- sources: github
-- attack: T1213.003, T1020
-- group: level
-- false positives: a mirror or a scanner that moved to a new network
-- references: https://attack.mitre.org/techniques/T1213/003/
WITH
taken AS (
  SELECT
    a.secret AS secret, a.source AS source, a.event_id AS event_id, a.time AS time,
    a.credential AS credential, a.actor AS actor, a.action AS action, a.target AS target,
    a.ip AS ip, a.file AS file, a.pos AS pos,
    row_number() OVER (PARTITION BY a.secret, lower(a.target) ORDER BY a.time, a.event_id) AS place
  FROM acts a
  WHERE a.source = 'github'
    AND a.secret IS NOT NULL
    AND a.action IN ('git.clone', 'repo.download_zip')
    AND github_private(a.details)
),
-- Each repository once, in the order in which it was first taken.
firsts AS (
  SELECT
    k.secret AS secret, k.source AS source, k.event_id AS event_id, k.time AS time,
    k.credential AS credential, k.actor AS actor, k.action AS action, k.target AS target,
    k.ip AS ip, k.file AS file, k.pos AS pos,
    row_number() OVER (PARTITION BY k.secret ORDER BY k.time, k.event_id) AS n
  FROM taken k
  WHERE k.place = 1
),
limits AS (
  SELECT
    max(CASE WHEN t.name = 'github_burst_hours' THEN t.value END) * 3600 AS seconds,
    max(CASE WHEN t.name = 'github_burst_repositories' THEN t.value END) AS burst,
    max(CASE WHEN t.name = 'github_mass_repositories' THEN t.value END) AS mass
  FROM settings t
),
-- The last repository at which a burst began, up to each.
marked AS (
  SELECT
    f.secret AS secret, f.source AS source, f.event_id AS event_id, f.time AS time,
    f.credential AS credential, f.actor AS actor, f.action AS action, f.target AS target,
    f.ip AS ip, f.file AS file, f.pos AS pos, f.n AS n, l.burst AS burst,
    max(CASE WHEN date_diff('second', f.time, b.time) <= l.seconds THEN f.n END)
      OVER (PARTITION BY f.secret ORDER BY f.n ROWS UNBOUNDED PRECEDING) AS began,
    max(CASE WHEN date_diff('second', f.time, m.time) <= l.seconds THEN 1 ELSE 0 END)
      OVER (PARTITION BY f.secret) AS mass
  FROM firsts f
  CROSS JOIN limits l
  LEFT JOIN firsts b ON b.secret = f.secret AND b.n = f.n + CAST(l.burst AS INTEGER) - 1
  LEFT JOIN firsts m ON m.secret = f.secret AND m.n = f.n + CAST(l.mass AS INTEGER) - 1
)
SELECT
  a.secret AS secret,
  a.source AS event_source,
  a.event_id AS event_id,
  a.time AS time,
  a.credential AS credential,
  a.actor AS actor,
  a.action AS action,
  a.target AS target,
  a.ip AS ip,
  a.file AS file,
  a.pos AS pos,
  CASE WHEN a.mass = 1 THEN 'critical' ELSE 'high' END AS level,
  a.target AS repository
FROM marked a
WHERE a.n < a.began + a.burst
ORDER BY a.time, a.event_id, a.secret
