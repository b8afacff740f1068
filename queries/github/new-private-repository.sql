-- An exposed secret reached a private repository that it never touched before.
--
-- A build reads the same repositories every day; a thief tries what else the secret opens. From a
-- known network it may be a new project and weighs less.
--
-- level: high
-- sources: github
-- attack: T1213.003, T1078.004
-- group: credential, level
-- false positives: a project that was added to the build
-- references: https://attack.mitre.org/techniques/T1213/003/
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
  CASE WHEN u.network IS NOT NULL AND network.value IS NULL THEN 'high' ELSE 'medium' END AS level
FROM unexpected_uses u
JOIN acts a ON a.secret = u.secret AND a.file = u.file AND a.pos = u.pos
JOIN (SELECT DISTINCT b.secret AS secret, b.derived AS derived
  FROM baseline b WHERE b.what = 'target') known
  ON known.secret = u.secret AND known.derived = (u.depth > 0)
LEFT JOIN baseline repository ON repository.secret = u.secret
  AND repository.derived = (u.depth > 0)
  AND repository.what = 'target' AND repository.value = u.target
LEFT JOIN baseline network ON network.secret = u.secret AND network.derived = (u.depth > 0)
  AND network.what = 'network' AND network.value = u.network
WHERE u.source = 'github'
  AND u.action IN ('git.clone', 'git.fetch', 'git.push', 'repo.download_zip')
  AND repository.value IS NULL
  AND github_private(a.details)
ORDER BY u.time, u.event_id, u.secret
