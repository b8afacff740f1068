-- A certificate authority for SSH was added, or certificates are no longer required.
--
-- Whoever holds the authority signs a key for any member's name, and no rotation of tokens ends
-- that. Few organisations have one, so it is told whoever did it.
--
-- level: high
-- sources: github
-- attack: T1098.004
-- group: actor
-- false positives: an organisation that introduces SSH certificates
-- references: https://attack.mitre.org/techniques/T1098/004/
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
  AND a.action IN ('ssh_certificate_authority.create', 'ssh_certificate_requirement.disable')
ORDER BY a.time, a.event_id, a.secret
