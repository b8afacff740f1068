-- A policy was written into a user, a role or a group.
--
-- One that only denies gives nothing and is left out. Inline policies are seen in no list of
-- policies. Written into oneself it is the shortest way to more rights. Deployments write them
-- daily into roles, so they are read for exposed secrets only, except for policies that allow
-- everything.
--
-- level: high
-- sources: cloudtrail
-- attack: T1098.003
-- group: credential, outcome, level
-- false positives: a deployment with the exposed key
-- references: https://attack.mitre.org/techniques/T1098/003/, https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
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
  CASE
    WHEN a.outcome <> 'success' THEN 'medium'
    WHEN (
      (json_extract_scalar(a.details, '$.requestParameters.userName')
        = regexp_extract(a.actor, '[^/]+$') AND a.actor_kind = 'IAMUser')
      OR json_extract_scalar(a.details, '$.requestParameters.roleName')
        = regexp_extract(a.actor, ':assumed-role/([^/]+)/', 1)) THEN 'critical'
    ELSE 'high'
  END AS level,
  json_extract_scalar(a.details, '$.requestParameters.policyName') AS policy,
  EXISTS (SELECT 1 FROM policy_statements p
    WHERE p.file = a.file AND p.pos = a.pos AND p.admin) AS allows_everything
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND a.action IN ('PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy')
  AND (EXISTS (SELECT 1 FROM policy_statements p
      WHERE p.file = a.file AND p.pos = a.pos AND p.admin)
    OR (a.secret IS NOT NULL AND (
      EXISTS (SELECT 1 FROM policy_statements p
        WHERE p.file = a.file AND p.pos = a.pos AND p.effect = 'allow')
      OR NOT EXISTS (SELECT 1 FROM policy_statements p
        WHERE p.file = a.file AND p.pos = a.pos))))
ORDER BY a.time, a.event_id, a.secret
