-- A role was assumed from a role that an exposed key had assumed.
--
-- Step by step away from the key, into other accounts too. Unexpected uses of exposed secrets
-- only.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1550.001
-- group: credential, outcome, level
-- false positives: a deployment that always chained roles
-- references: https://www.elastic.co/docs/reference/security/prebuilt-rules/rules/integrations/aws/privilege_escalation_sts_role_chaining
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
  CASE WHEN a.outcome = 'success' THEN 'medium' ELSE 'low' END AS level,
  json_extract_scalar(a.details, '$.requestParameters.roleArn') AS role,
  a.minted AS minted
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'sts.amazonaws.com'
  AND a.action = 'AssumeRole'
  AND a.secret IS NOT NULL
  AND a.actor_kind = 'AssumedRole'
ORDER BY a.time, a.event_id, a.secret
