-- Buckets or objects were deleted, or made unreadable for ransom.
--
-- Without versions nothing comes back; with a key of the thief's own, or one of another account,
-- objects are locked by copying them over themselves; a note says what it costs. Most of it only
-- trails with data events show. Builds delete daily: unexpected uses of exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1485, T1486
-- group: credential, outcome, level
-- false positives: a build that cleans up
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.impact.s3-ransomware-batch-deletion/, https://www.halcyon.ai/blog/abusing-aws-native-services-ransomware-encrypting-s3-buckets-with-sse-c
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
  CASE WHEN a.outcome = 'success' THEN 'high' ELSE 'medium' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 's3.amazonaws.com'
  AND a.secret IS NOT NULL
  AND (a.action IN ('DeleteBucket', 'DeleteObject', 'DeleteObjects')
    OR (a.action = 'PutBucketVersioning' AND json_extract_scalar(a.details,
      '$.requestParameters.VersioningConfiguration.Status') = 'Suspended')
    OR (a.action IN ('PutObject', 'CopyObject') AND (
      json_extract_scalar(a.details,
        '$.requestParameters.x-amz-server-side-encryption-customer-algorithm') IS NOT NULL
      OR regexp_like(replace(json_extract_scalar(a.details,
          '$.requestParameters.x-amz-server-side-encryption-aws-kms-key-id'), a.account, 'own'),
        ':[0-9]{12}:')
      OR regexp_like(lower(json_extract_scalar(a.details, '$.requestParameters.key')),
        '(^|/)[^/]*(how[_ -]?to[_ -]?(decrypt|restore|recover)|ransom|(files|data)[_ -]encrypted|'
        || 'decrypt[_ -]?(instructions|files|your)|restore[_ -]?(files|your))[^/]*$'))))
ORDER BY a.time, a.event_id, a.secret
