-- A self-hosted runner was registered, or a group of runners made or changed.
--
-- The runner gets the secrets of every job that it takes, and it is a foothold in the network
-- where it stands. Autoscalers register runners all day, so without a secret it is told only of
-- somebody who never registered one before the incident, and never of runners for one job.
--
-- level: high
-- sources: github
-- attack: T1543, T1195
-- group: actor
-- false positives: a team that sets up its first runner
-- references: https://attack.mitre.org/techniques/T1543/
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
  github_field(a.details, 'runner_labels') AS labels,
  coalesce(github_field(a.details, 'runner_group_name'),
    github_field(a.details, 'name')) AS group_name
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'github'
  AND (
    (a.secret IS NOT NULL AND regexp_like(a.action, '^(repo|org|enterprise)\.('
      || 'register_self_hosted_runner|configure_self_hosted_jit_runner'
      || '|runner_group_(cre|upd)ated)$'))
    OR (h.done_before = false AND regexp_like(a.action,
      '^(repo|org|enterprise)\.(register_self_hosted_runner|runner_group_created)$')))
ORDER BY a.time, a.event_id, a.secret
