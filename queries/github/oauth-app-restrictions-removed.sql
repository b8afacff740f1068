-- An organisation stopped restricting OAuth applications.
--
-- From then on any member can let any application in, and the application's token outlives every
-- rotation. An organisation does this once, if ever, so it is told whoever did it.
--
-- level: high
-- sources: github
-- attack: T1556
-- group: actor
-- false positives: an organisation that gives the restriction up on purpose
-- references: https://attack.mitre.org/techniques/T1556/
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
  a.pos AS pos
FROM acts a
WHERE a.source = 'github'
  AND a.action = 'org.disable_oauth_app_restrictions'
ORDER BY a.time, a.event_id, a.secret
