-- An IAM user was created.
--
-- A user outlives the rotation of the secret. Where users are managed by tools this is daily, so
-- it is read for exposed secrets; with an admin policy and a key see cloudtrail/admin-user-made.
--
-- level: high
-- sources: cloudtrail
-- attack: T1136.003
-- group: credential, outcome, level
-- false positives: a deployment that makes users
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
  json_extract_scalar(a.details, '$.requestParameters.userName') AS user_name
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND a.action = 'CreateUser'
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
