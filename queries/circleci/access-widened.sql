-- Who may use a context, a project or the organisation was changed.
--
-- A restriction that falls, a group that is let in, a setting that passes secrets to forks: what
-- was closed is open to the intruder, and to his builds. What the actor did before the incident
-- too weighs little. The log names only who, so nothing here is tied to a secret, and it weighs a
-- level less.
--
-- level: high
-- sources: circleci
-- attack: T1098, T1562.001
-- group: actor, level
-- false positives: an administrator at work
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
    WHEN a.action IN ('context.restriction.delete', 'organization.settings.update') THEN 'high'
    ELSE 'medium'
  END AS level,
  CASE WHEN h.done_before THEN 'no' WHEN h.done_before = false THEN 'yes'
    ELSE 'unknown' END AS new_to_actor
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'circleci'
  AND a.action IN ('context.restriction.delete', 'context.group_add', 'context.group_remove',
    'project.settings.update', 'organization.settings.update', 'role_grant.update',
    'project_group_role_grant.create', 'project_group_role_grant.update')
ORDER BY a.time, a.event_id, a.secret
