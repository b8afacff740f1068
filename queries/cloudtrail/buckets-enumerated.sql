-- A key listed buckets or how they are guarded.
--
-- Looked over before data are taken or destroyed. Every organisation shows it daily, so only
-- unexpected uses of exposed secrets are read.
--
-- level: low
-- sources: cloudtrail
-- attack: T1619
-- group: credential, outcome, level
-- false positives: a deployment tool that reads the state of its buckets
-- references: https://github.com/SigmaHQ/sigma/blob/master/rules/cloud/aws/cloudtrail/aws_enum_listing.yml, https://attack.mitre.org/techniques/T1619/
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
  CASE WHEN a.outcome = 'success' THEN 'low' ELSE 'informational' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 's3.amazonaws.com'
  AND a.action IN ('ListBuckets', 'GetBucketAcl', 'GetBucketPolicy', 'GetBucketPolicyStatus',
    'GetBucketLocation', 'GetBucketVersioning', 'GetBucketLogging',
    'GetBucketEncryption', 'GetBucketReplication', 'GetBucketPublicAccessBlock',
    'GetAccountPublicAccessBlock')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
