-- A database or a machine was exported or copied.
--
-- The copy leaves by another way than the application. Backups do it daily, so it is read for
-- exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1567.002
-- group: credential, outcome, level
-- false positives: a backup with the exposed key
-- references: https://attack.mitre.org/techniques/T1567/002/, https://attack.mitre.org/techniques/T1537/
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
  coalesce(
    json_extract_scalar(a.details, '$.requestParameters.s3BucketName'),
    json_extract_scalar(a.details, '$.requestParameters.s3Bucket'),
    json_extract_scalar(a.details, '$.requestParameters.exportToS3.s3Bucket')) AS bucket
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.secret IS NOT NULL
  AND ((a.service = 'rds.amazonaws.com' AND a.action IN ('StartExportTask', 'CreateDBSnapshot',
      'CreateDBClusterSnapshot', 'CopyDBSnapshot'))
    OR (a.service = 'dynamodb.amazonaws.com' AND a.action = 'ExportTableToPointInTime')
    OR (a.service = 'ec2.amazonaws.com' AND a.action IN ('CreateInstanceExportTask',
      'CreateStoreImageTask', 'ExportImage', 'CreateSnapshot', 'CreateSnapshots')))
ORDER BY a.time, a.event_id, a.secret
