-- An organisation's workflows were deleted.
--
-- They show which build was given which secrets. It happens when an organisation is given up, and
-- hardly ever else. The log names only who, so nothing here is tied to a secret, and it weighs a
-- level less.
--
-- level: high
-- sources: circleci
-- attack: T1070
-- group: actor, level
-- false positives: an organisation that is given up
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
  AND a.action = 'org.workflows.deleted'
ORDER BY a.time, a.event_id, a.secret
