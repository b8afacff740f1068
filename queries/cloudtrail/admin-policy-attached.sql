-- A policy that allows everything was attached to a user, a role or a group.
--
-- Full rights for whoever holds that identity. Rare and telling whoever does it, so it is also
-- told where it is tied to no secret. Denied attempts name no policy and are read for exposed
-- secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1098.003
-- group: credential, outcome, level
-- false positives: a new administrator
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-create-admin-user/
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
  json_extract_scalar(a.details, '$.requestParameters.policyArn') AS policy
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND a.action IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy')
  AND ((a.secret IS NOT NULL AND a.outcome = 'failure'
      AND json_extract_scalar(a.details, '$.requestParameters.policyArn') IS NULL)
    OR regexp_like(json_extract_scalar(a.details, '$.requestParameters.policyArn'),
      '/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$'))
ORDER BY a.time, a.event_id, a.secret
