-- A repository or package was deleted, or a repository archived.
--
-- Deleted within minutes of a copy it is ransom; at the least it is harm. An archive can be undone
-- and weighs less. Tidying up is daily work, so without a secret only deleted repositories are
-- told, and only of somebody who never deleted one before the incident.
--
-- level: high
-- sources: github
-- attack: T1485
-- group: actor, level
-- false positives: tidying up
-- references: https://attack.mitre.org/techniques/T1485/
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
  CASE WHEN a.action = 'repo.archived' THEN 'medium' ELSE 'high' END AS level,
  github_field(a.details, 'visibility') AS visibility,
  github_field(a.details, 'package') AS package
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'github'
  AND ((a.action = 'repo.destroy' AND (a.secret IS NOT NULL OR h.done_before = false))
    OR (a.secret IS NOT NULL AND a.action IN ('repo.archived', 'packages.package_deleted',
      'packages.package_version_deleted')))
ORDER BY a.time, a.event_id, a.secret
