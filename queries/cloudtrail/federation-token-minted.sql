-- A federation token was made from a key.
--
-- It works for up to 36 hours, also after the key is deleted, and opens the console. A token that
-- may do everything weighs most. Some applications hand such tokens to their users, so it is read
-- for exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1550.001
-- group: credential, outcome, level
-- false positives: an application that federates its users
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.sts-federation-token/, https://www.crowdstrike.com/en-us/blog/how-adversaries-persist-with-aws-user-federation/
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
    WHEN EXISTS (SELECT 1 FROM policy_statements p
        WHERE p.file = a.file AND p.pos = a.pos AND p.admin)
      OR regexp_like(json_format(json_extract(a.details, '$.requestParameters.policyArns')),
        ':policy/(AdministratorAccess|IAMFullAccess|PowerUserAccess)"') THEN 'critical'
    ELSE 'high'
  END AS level,
  json_extract_scalar(a.details, '$.requestParameters.name') AS federated_user,
  a.minted AS minted
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'sts.amazonaws.com'
  AND a.action = 'GetFederationToken'
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
