-- Objects of a bucket are deleted after a week or less.
--
-- On a trail's bucket the evidence deletes itself; the attribute says whether the log knows the
-- bucket as a trail's. Short lives are daily business for scratch data: unexpected uses of
-- exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1562.008
-- group: credential, outcome, level
-- false positives: a new rule for scratch data
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.defense-evasion.cloudtrail-lifecycle-rule/
WITH trails (bucket) AS (
  -- One action each, so that details are read of these calls only.
  SELECT json_extract_scalar(e.details, '$.requestParameters.s3BucketName')
  FROM events e
  WHERE e.service = 'cloudtrail.amazonaws.com' AND e.action = 'CreateTrail'
  UNION ALL
  SELECT json_extract_scalar(e.details, '$.requestParameters.s3BucketName')
  FROM events e
  WHERE e.service = 'cloudtrail.amazonaws.com' AND e.action = 'UpdateTrail'
)
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
  json_extract_scalar(a.details, '$.requestParameters.bucketName') AS bucket,
  EXISTS (
    SELECT 1 FROM trails t
    WHERE t.bucket = json_extract_scalar(a.details, '$.requestParameters.bucketName')
  ) AS trail_bucket
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 's3.amazonaws.com'
  AND a.action IN ('PutBucketLifecycle', 'PutBucketLifecycleConfiguration')
  AND a.secret IS NOT NULL
  AND regexp_like(json_format(json_extract(a.details, '$.requestParameters')),
    '"Expiration"\s*:\s*\{[^}]*"Days"\s*:\s*"?[1-7]"?\s*[,}]')
  AND regexp_like(json_format(json_extract(a.details, '$.requestParameters')),
    '"Status"\s*:\s*"Enabled"')
ORDER BY a.time, a.event_id, a.secret
