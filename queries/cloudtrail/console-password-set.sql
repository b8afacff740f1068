-- A console password was set for a user.
--
-- The console is entered with it long after the key is dead. A password for another user weighs
-- more than one for the key's own; UpdateLoginProfile takes over an account that someone uses.
-- Daily business elsewhere, so only unexpected uses of exposed secrets are read.
--
-- level: high
-- sources: cloudtrail
-- attack: T1098.001
-- group: credential, outcome, level
-- false positives: an administrator with the exposed key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-create-user-login-profile/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.privilege-escalation.iam-update-user-login-profile/
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
    WHEN json_extract_scalar(a.details, '$.requestParameters.userName')
      = regexp_extract(a.actor, '[^/]+$') THEN 'medium'
    ELSE 'high'
  END AS level,
  json_extract_scalar(a.details, '$.requestParameters.userName') AS user_name
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND a.action IN ('CreateLoginProfile', 'UpdateLoginProfile')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
