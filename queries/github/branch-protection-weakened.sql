-- The protection of a branch was removed or changed.
--
-- It stands between a stolen credential and the code that is shipped. A removal counts most. A
-- change says hardly ever in which direction it goes and weighs less. Both are daily work where
-- infrastructure is managed by code, so without a secret only a removal is told, and only of
-- somebody who never did one before the incident.
--
-- level: high
-- sources: github
-- attack: T1562.001, T1195
-- group: actor, level
-- false positives: a maintainer who reworks the rules of a repository
-- references: https://attack.mitre.org/techniques/T1562/001/
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
  CASE WHEN regexp_like(a.action, '\.(destroy|disable)$') THEN 'high' ELSE 'medium' END AS level,
  coalesce(github_field(a.details, 'branch'), github_field(a.details, 'name')) AS branch
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'github'
  AND (
    (a.action IN ('protected_branch.destroy', 'required_status_check.destroy',
        'repository_branch_protection_evaluation.disable')
      AND (a.secret IS NOT NULL OR h.done_before = false))
    OR (a.secret IS NOT NULL AND a.action <> 'protected_branch.update_name'
      AND regexp_like(a.action, '^protected_branch\.(update_|dismiss|authorized_|branch_allow)')))
ORDER BY a.time, a.event_id, a.secret
