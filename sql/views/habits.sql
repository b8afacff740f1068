-- Who did what before the incident, in logs that name people rather than credentials. done_before
-- tells an act that its actor is used to from one that he never did; it is NULL where the log does
-- not reach back far enough to tell. Names have no case.
CREATE VIEW habits AS
SELECT
  d.source AS source,
  d.account AS account,
  d.actor AS actor,
  d.action AS action,
  CASE
    WHEN d.first_time < n.starts THEN true
    WHEN n.starts IS NULL OR date_diff('day', reach.first_time, n.starts)
      < (SELECT t.value FROM settings t WHERE t.name = 'habit_days') THEN CAST(NULL AS BOOLEAN)
    ELSE false
  END AS done_before
FROM (
  SELECT e.source AS source, coalesce(lower(e.account), '-') AS account,
    coalesce(lower(e.actor), '-') AS actor, e.action AS action, min(e.time) AS first_time
  FROM events e
  WHERE e.source IN ('github', 'circleci')
  GROUP BY e.source, coalesce(lower(e.account), '-'), coalesce(lower(e.actor), '-'), e.action
) d
CROSS JOIN incident n
JOIN (
  -- Git events are kept for days, the others for months: these are what can show a habit.
  SELECT e.source AS source, coalesce(lower(e.account), '-') AS account,
    min(e.time) AS first_time
  FROM events e
  WHERE e.source IN ('github', 'circleci') AND (e.region IS NULL OR e.region <> 'git')
  GROUP BY e.source, coalesce(lower(e.account), '-')
) reach ON reach.source = d.source AND reach.account = d.account
