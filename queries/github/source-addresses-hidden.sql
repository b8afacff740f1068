-- An organisation or enterprise stopped logging source addresses.
--
-- Without them no use of a stolen token can be told from the build's. An owner who needs that once
-- switches it on; to switch it off in the middle of a breach is rare, so it is told whoever did
-- it.
--
-- level: high
-- sources: github
-- attack: T1562.008
-- group: actor
-- false positives: a privacy decision
-- references: https://attack.mitre.org/techniques/T1562/008/
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
  AND a.action IN ('org.disable_source_ip_disclosure', 'business.disable_source_ip_disclosure')
ORDER BY a.time, a.event_id, a.secret
