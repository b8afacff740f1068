-- A credential made with an exposed secret was used.
--
-- Sessions and keys minted by an exposed key, any number of steps away and across accounts.
-- Each has its own window: it lives on when the secret is rotated.
--
-- level: medium
-- sources: cloudtrail, github
-- attack: T1550.001
-- group: credential
-- false positives: a build that assumes a role for the first time in the window
-- references: https://www.crowdstrike.com/blog/how-adversaries-persist-with-aws-user-federation/
SELECT
  u.secret AS secret,
  u.source AS event_source,
  u.event_id AS event_id,
  u.time AS time,
  u.credential AS credential,
  u.actor AS actor,
  u.action AS action,
  u.target AS target,
  u.ip AS ip,
  u.file AS file,
  u.pos AS pos,
  u.depth AS depth,
  u.why AS why,
  u.outcome AS outcome
FROM unexpected_uses u
-- What worked after its own end was not ended; what was refused then is the end at work.
WHERE u.depth > 0 AND (u.phase = 'window' OR u.outcome = 'success')
ORDER BY u.time, u.source, u.event_id, u.secret
