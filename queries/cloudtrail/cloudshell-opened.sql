-- A CloudShell was opened with an exposed key or its sessions.
--
-- A shell in the account with the session's rights, from AWS's own addresses. People open it
-- daily, so it is read for exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1059.009
-- group: credential, outcome, level
-- false positives: a person with the exposed key
-- references: https://www.elastic.co/docs/reference/security/prebuilt-rules/rules/integrations/aws/execution_cloudshell_environment_created
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
  CASE WHEN a.outcome = 'success' THEN 'high' ELSE 'medium' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'cloudshell.amazonaws.com'
  AND a.action IN ('CreateEnvironment', 'CreateSession')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
