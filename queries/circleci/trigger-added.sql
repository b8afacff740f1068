-- Something that starts builds, or is told of them, was added in CircleCI.
--
-- A schedule or trigger runs the intruder's build again after he is thrown out; a webhook tells
-- him of every build; another source of the configuration makes the build his. The log names only
-- who, so nothing here is tied to a secret, and it weighs a level less.
--
-- level: medium
-- sources: circleci
-- attack: T1053, T1020
-- group: actor, level
-- false positives: a team that sets up a pipeline
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
    ELSE 'medium'
  END AS level,
  CASE WHEN h.done_before THEN 'no' WHEN h.done_before = false THEN 'yes'
    ELSE 'unknown' END AS new_to_actor
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'circleci'
  AND a.action IN ('webhook.create', 'webhook.update', 'schedule.create', 'trigger.create',
    'config_source.create', 'config_source.update')
ORDER BY a.time, a.event_id, a.secret
