-- A webhook was made, or sent elsewhere, with an exposed secret.
--
-- It delivers every push and more to an address of the intruder's choice, without a login. Teams
-- make webhooks all day, so they are told of an exposed secret only.
--
-- level: high
-- sources: github
-- attack: T1020, T1567
-- group: actor, url
-- false positives: an integration that is set up with the same token
-- references: https://attack.mitre.org/techniques/T1020/
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
  github_field(a.details, 'config.url') AS url,
  github_field(a.details, 'hook_id') AS hook,
  github_field(a.details, 'active') AS active
FROM acts a
WHERE a.source = 'github'
  AND a.secret IS NOT NULL
  AND a.action IN ('hook.create', 'hook.config_changed', 'hook.events_changed',
    'hook.active_changed')
ORDER BY a.time, a.event_id, a.secret
