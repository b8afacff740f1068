-- A private repository was cloned.
--
-- Code is what such thieves take first, and it holds the next secrets. Uses that the baseline
-- explains are not here; in a log without addresses nothing tells the thief from the build.
--
-- level: high
-- sources: github
-- attack: T1213.003
-- group: credential
-- false positives: a developer's or a new runner's first clone in the window
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
  u.agent_family AS agent
FROM acts u
WHERE u.source = 'github'
  AND u.secret IS NOT NULL
  AND u.action IN ('git.clone', 'repo.download_zip')
  AND github_private(u.details)
ORDER BY u.time, u.event_id, u.secret
