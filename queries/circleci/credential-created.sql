-- A credential was made inside CircleCI.
--
-- Project tokens and SSH keys made in the window let an intruder stay. The log names only who,
-- not from where, and a person's login is a weak tie to a stolen personal token.
--
-- level: medium
-- sources: circleci
-- attack: T1098.001
-- group: actor
-- false positives: rotation itself, which makes new tokens and keys
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
  a.outcome AS outcome
FROM acts a
WHERE a.source = 'circleci'
  AND a.action IN ('project.api_token.create', 'project.ssh_key.create', 'checkout-key.create')
ORDER BY a.time, a.event_id, a.secret
