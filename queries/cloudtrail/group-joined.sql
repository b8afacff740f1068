-- A key put its own user into a group.
--
-- The group's rights are the user's from then on. Denied attempts name no user and count as well.
-- Administrators do it daily for others, so it is read for exposed secrets and their own users
-- only.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1098
-- group: credential, outcome, level
-- false positives: an administrator with the exposed key
-- references: https://www.elastic.co/docs/reference/security/prebuilt-rules/rules/integrations/aws/credential_access_iam_user_addition_to_group
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
  json_extract_scalar(a.details, '$.requestParameters.groupName') AS joined
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND a.action = 'AddUserToGroup'
  AND a.secret IS NOT NULL
  AND coalesce(json_extract_scalar(a.details, '$.requestParameters.userName'),
    regexp_extract(a.actor, '[^/]+$')) = regexp_extract(a.actor, '[^/]+$')
ORDER BY a.time, a.event_id, a.secret
