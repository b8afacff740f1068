-- A bucket was opened to outsiders, or set to copy itself.
--
-- By policy, by list, by taking down the guard, or by replication, whose target's owner the log
-- does not say. In larger companies buckets are shared daily: unexpected uses of exposed secrets
-- only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1537
-- group: credential, outcome, level
-- false positives: a new public site
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.exfiltration.s3-backdoor-bucket-policy/, https://attack.mitre.org/techniques/T1537/
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
  (
    SELECT max(p.principal) FROM policy_statements p
    WHERE p.file = a.file AND p.pos = a.pos AND p.outsider) AS lets_in
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 's3.amazonaws.com'
  AND a.secret IS NOT NULL
  AND ((a.action = 'PutBucketPolicy' AND EXISTS (
      SELECT 1 FROM policy_statements p
      WHERE p.file = a.file AND p.pos = a.pos AND p.outsider))
    OR (a.action = 'PutBucketAcl' AND regexp_like(
      json_format(json_extract(a.details, '$.requestParameters')),
      '"(public-read|public-read-write|authenticated-read)"'
      || '|/groups/global/(All|Authenticated)Users'))
    OR a.action IN ('DeleteBucketPublicAccessBlock', 'DeleteAccountPublicAccessBlock',
      'PutBucketReplication')
    OR (a.action IN ('PutBucketPublicAccessBlock', 'PutAccountPublicAccessBlock') AND regexp_like(
      json_format(json_extract(a.details, '$.requestParameters')),
      '"(BlockPublicAcls|IgnorePublicAcls|BlockPublicPolicy|RestrictPublicBuckets)"'
      || '\s*:\s*"?false')))
ORDER BY a.time, a.event_id, a.secret
