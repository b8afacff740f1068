-- A repository or organisation was transferred, or a copy of it was exported.
--
-- What leaves the organisation leaves its rules and its log. It happens seldom, so it is told
-- whoever did it; repo.transfer alone, which the side that receives logs, only of an exposed
-- secret.
--
-- level: high
-- sources: github
-- attack: T1537, T1020
-- group: actor
-- false positives: a project that is handed over, a move to another host
-- references: https://attack.mitre.org/techniques/T1537/
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
  github_field(a.details, 'old_user') AS old_user,
  github_field(a.details, 'visibility') AS visibility
FROM acts a
WHERE a.source = 'github'
  AND (a.action IN ('repo.transfer_start', 'repo.transfer_outgoing', 'org.transfer_outgoing',
      'org.transfer', 'migration.create', 'migration.download')
    OR (a.action = 'repo.transfer' AND a.secret IS NOT NULL))
ORDER BY a.time, a.event_id, a.secret
