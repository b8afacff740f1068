-- The quarantine policy that AWS attached was removed.
--
-- It denies what thieves do first, so they remove it; so does an owner who does not read mail.
-- Rare and telling whoever does it, so it is also told where it is tied to no secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1562.001
-- group: credential, outcome, level
-- false positives: an owner who rotated the key and tidies up
-- references: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
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
  AND a.action IN ('DetachUserPolicy', 'DeleteUserPolicy')
  AND regexp_like(
    coalesce(json_extract_scalar(a.details, '$.requestParameters.policyArn'),
      json_extract_scalar(a.details, '$.requestParameters.policyName')),
    '^(arn:aws[a-z-]*:iam::aws:policy/)?AWSCompromisedKeyQuarantine|^AWSExposedCredentialPolicy')
ORDER BY a.time, a.event_id, a.secret
