-- Secrets were read from Secrets Manager.
--
-- Each is exposed from now on and must be rotated too; the attribute read names them. A batch
-- names filters where it names no secrets. Builds read secrets daily, so only unexpected uses of
-- exposed secrets are read.
--
-- level: high
-- sources: cloudtrail
-- attack: T1555.006
-- group: credential
-- false positives: a build that got a new secret in the window
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.secretsmanager-retrieve-secrets/, https://attack.mitre.org/techniques/T1555/006/
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
  coalesce(
    json_extract_scalar(a.details, '$.requestParameters.secretId'),
    json_format(json_extract(a.details, '$.requestParameters.secretIdList')),
    json_format(json_extract(a.details, '$.requestParameters.filters'))) AS read
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'secretsmanager.amazonaws.com'
  AND a.action IN ('GetSecretValue', 'BatchGetSecretValue')
  AND a.secret IS NOT NULL
  AND a.outcome = 'success'
ORDER BY a.time, a.event_id, a.secret
