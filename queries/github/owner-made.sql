-- Somebody was made an owner or was given an administrative role.
--
-- An owner can do all the rest of this list. Owners are few, so it is told whoever did it. A role
-- of the organisation or enterprise need not be one that administers; it weighs less.
--
-- level: high
-- sources: github
-- attack: T1098.003
-- group: actor, level
-- false positives: an administrator who takes up or hands over the office
-- references: https://attack.mitre.org/techniques/T1098/003/
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
  CASE WHEN a.action LIKE '%role.assign' THEN 'medium' ELSE 'high' END AS level,
  github_field(a.details, 'permission') AS permission,
  github_field(a.details, 'old_permission') AS old_permission
FROM acts a
WHERE a.source = 'github'
  AND (a.action = 'business.add_admin'
    OR a.action IN ('organization_role.assign', 'enterprise_role.assign')
    OR (a.action IN ('org.add_member', 'org.update_member')
      AND lower(github_field(a.details, 'permission')) IN ('admin', 'owner')))
ORDER BY a.time, a.event_id, a.secret
