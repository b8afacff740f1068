-- The names of secrets in Secrets Manager were listed.
--
-- Builds know the name of their secret; who lists them looks for one. Daily business elsewhere,
-- so only unexpected uses of exposed secrets are read.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1555.006
-- group: credential, outcome, level
-- false positives: an inventory tool with the exposed key
-- references: https://github.com/Yamato-Security/suzaku-rules, https://attack.mitre.org/techniques/T1555/006/
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
  a.outcome AS outcome,
  CASE WHEN a.outcome = 'success' THEN 'medium' ELSE 'low' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'secretsmanager.amazonaws.com'
  AND a.action = 'ListSecrets'
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
