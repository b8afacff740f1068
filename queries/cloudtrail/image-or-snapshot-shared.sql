-- A snapshot or an image was shared with another account, or with everyone.
--
-- The data leave without a single byte in the log. Rare and telling whoever does it, so it is
-- also told where it is tied to no secret. Which accounts are the company's own the log does not
-- say: the attribute shared_with names them.
--
-- level: high
-- sources: cloudtrail
-- attack: T1537
-- group: credential, outcome, level
-- false positives: images for the company's other accounts
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.exfiltration.ec2-share-ebs-snapshot/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.exfiltration.ec2-share-ami/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.exfiltration.rds-share-snapshot/
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
    json_format(json_extract(a.details, '$.requestParameters.launchPermission.add')),
    json_format(json_extract(a.details, '$.requestParameters.createVolumePermission.add')),
    json_format(json_extract(a.details, '$.requestParameters.valuesToAdd'))) AS shared_with
FROM acts a
WHERE a.source = 'cloudtrail'
  AND ((a.service = 'ec2.amazonaws.com'
      AND a.action IN ('ModifySnapshotAttribute', 'ModifyImageAttribute'))
    OR (a.service = 'rds.amazonaws.com'
      AND a.action IN ('ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute')))
  AND regexp_like(replace(coalesce(
      json_format(json_extract(a.details, '$.requestParameters.launchPermission.add')),
      json_format(json_extract(a.details, '$.requestParameters.createVolumePermission.add')),
      json_format(json_extract(a.details, '$.requestParameters.valuesToAdd'))), a.account, 'own'),
    '"(all|[0-9]{12})"')
ORDER BY a.time, a.event_id, a.secret
