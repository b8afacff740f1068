-- Somebody followed or added many projects in CircleCI in a short time.
--
-- To follow a project is to see its builds, and to add one gives it keys. People do one or two; an
-- intruder who looks around does all. The log names only who, so nothing here is tied to a secret,
-- and it weighs a level less.
--
-- level: medium
-- sources: circleci
-- attack: T1526
-- group: actor
-- false positives: a person who moves into a team
-- references: https://circleci.com/docs/audit-logs/
WITH
found AS (
  SELECT
    a.secret AS secret, a.source AS source, a.event_id AS event_id, a.time AS time,
    a.account AS account, a.credential AS credential, a.actor AS actor, a.action AS action,
    a.target AS target, a.ip AS ip, a.file AS file, a.pos AS pos, a.outcome AS outcome,
    row_number() OVER (PARTITION BY a.account, lower(a.actor), lower(a.target)
      ORDER BY a.time, a.event_id) AS place
  FROM acts a
  WHERE a.source = 'circleci'
    AND a.action IN ('project.follow', 'project.add', 'project.setup', 'project.create')
),
numbered AS (
  SELECT
    f.secret AS secret, f.source AS source, f.event_id AS event_id, f.time AS time,
    f.account AS account, f.credential AS credential, f.actor AS actor, f.action AS action,
    f.target AS target, f.ip AS ip, f.file AS file, f.pos AS pos, f.outcome AS outcome,
    row_number() OVER (PARTITION BY f.account, lower(f.actor) ORDER BY f.time, f.event_id) AS n
  FROM found f
  WHERE f.place = 1
),
limits AS (
  SELECT
    max(CASE WHEN t.name = 'circleci_burst_minutes' THEN t.value END) * 60 AS seconds,
    CAST(max(CASE WHEN t.name = 'circleci_burst_projects' THEN t.value END) AS INTEGER) AS least
  FROM settings t
),
-- The last act at which a burst began, up to each.
marked AS (
  SELECT
    f.secret AS secret, f.source AS source, f.event_id AS event_id, f.time AS time,
    f.credential AS credential, f.actor AS actor, f.action AS action, f.target AS target,
    f.ip AS ip, f.file AS file, f.pos AS pos, f.outcome AS outcome, f.n AS n, l.least AS least,
    max(CASE WHEN date_diff('second', f.time, g.time) <= l.seconds THEN f.n END)
      OVER (PARTITION BY f.account, lower(f.actor) ORDER BY f.n ROWS UNBOUNDED PRECEDING) AS began
  FROM numbered f
  CROSS JOIN limits l
  LEFT JOIN numbered g ON coalesce(g.account, '-') = coalesce(f.account, '-')
    AND lower(g.actor) = lower(f.actor) AND g.n = f.n + l.least - 1
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
  a.outcome AS outcome
FROM marked a
WHERE a.n < a.began + a.least
ORDER BY a.time, a.event_id, a.secret
