-- A managed policy got another version.
--
-- All who have the policy get other rights at once, and its name stays. Deployments do it daily,
-- so it is read for exposed secrets only, except for versions that allow everything.
--
-- level: high
-- sources: cloudtrail
-- attack: T1098.003
-- group: credential, outcome, level
-- false positives: a deployment with the exposed key
-- references: https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
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
  CASE WHEN a.outcome = 'success' THEN 'high' ELSE 'medium' END AS level,
  json_extract_scalar(a.details, '$.requestParameters.policyArn') AS policy,
  EXISTS (SELECT 1 FROM policy_statements p
    WHERE p.file = a.file AND p.pos = a.pos AND p.admin) AS allows_everything
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND a.action IN ('CreatePolicyVersion', 'SetDefaultPolicyVersion')
  AND (a.secret IS NOT NULL
    OR EXISTS (SELECT 1 FROM policy_statements p
      WHERE p.file = a.file AND p.pos = a.pos AND p.admin))
ORDER BY a.time, a.event_id, a.secret
