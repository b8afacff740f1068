-- A project's variables were copied to another project.
--
-- One call puts all secrets of a project where the intruder's own build can print them. Few
-- organisations ever do it. The log names only who, so nothing here is tied to a secret, and it
-- weighs a level less.
--
-- level: high
-- sources: circleci
-- attack: T1552
-- group: actor, level
-- false positives: a project that is split or renamed
-- references: https://circleci.com/docs/audit-logs/
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
  a.outcome AS outcome,
  CASE
    WHEN h.done_before THEN 'low'
    WHEN a.outcome = 'success' THEN 'high'
    ELSE 'medium'
  END AS level,
  CASE WHEN h.done_before THEN 'no' WHEN h.done_before = false THEN 'yes'
    ELSE 'unknown' END AS new_to_actor
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'circleci'
  AND a.action = 'project.env_var.copy'
ORDER BY a.time, a.event_id, a.secret
