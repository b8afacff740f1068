-- A credential of one service was made for a user: a password for Git, or an API key for models.
--
-- It is no access key and is overlooked when keys are rotated. The console makes users named
-- BedrockAPIKey for such keys. Rare and telling whoever does it, so it is also told where it is
-- tied to no secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1098.001
-- group: credential, outcome, level
-- false positives: developers who use CodeCommit
-- references: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html
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
  json_extract_scalar(a.details, '$.requestParameters.userName') AS user_name,
  json_extract_scalar(a.details, '$.requestParameters.serviceName') AS for_service
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND (a.action IN ('CreateServiceSpecificCredential', 'ResetServiceSpecificCredential')
    OR (a.action = 'CreateUser'
      AND json_extract_scalar(a.details, '$.requestParameters.userName') LIKE 'BedrockAPIKey-%'))
ORDER BY a.time, a.event_id, a.secret
