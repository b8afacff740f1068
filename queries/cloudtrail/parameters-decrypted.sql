-- Encrypted parameters were read from the Parameter Store.
--
-- Each is exposed from now on and must be rotated too; target and read name them. Reading without
-- decryption shows ciphertext only. Daily business elsewhere, so only unexpected uses of exposed
-- secrets are read.
--
-- level: high
-- sources: cloudtrail
-- attack: T1555.006
-- group: credential
-- false positives: a build that got a new parameter in the window
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.ssm-retrieve-securestring-parameters/, https://attack.mitre.org/techniques/T1555/006/
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
    json_extract_scalar(a.details, '$.requestParameters.name'),
    json_extract_scalar(a.details, '$.requestParameters.path'),
    json_format(json_extract(a.details, '$.requestParameters.names'))) AS read
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'ssm.amazonaws.com'
  AND a.action IN ('GetParameter', 'GetParameters', 'GetParametersByPath', 'GetParameterHistory')
  AND a.secret IS NOT NULL
  AND a.outcome = 'success'
  AND json_extract_scalar(a.details, '$.requestParameters.withDecryption') = 'true'
ORDER BY a.time, a.event_id, a.secret
