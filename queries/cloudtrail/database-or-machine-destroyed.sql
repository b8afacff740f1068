-- Databases, machines, snapshots or backups were deleted.
--
-- Backups are deleted first. Deployments delete daily: unexpected uses of exposed secrets only,
-- and only what succeeded.
--
-- level: high
-- sources: cloudtrail
-- attack: T1485
-- group: credential
-- false positives: a deployment that takes something down
-- references: https://attack.mitre.org/techniques/T1485/
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
  a.pos AS pos
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.secret IS NOT NULL
  AND a.outcome = 'success'
  AND ((a.service = 'rds.amazonaws.com' AND a.action IN ('DeleteDBInstance', 'DeleteDBCluster',
      'DeleteDBSnapshot', 'DeleteDBClusterSnapshot', 'DeleteGlobalCluster'))
    OR (a.service = 'ec2.amazonaws.com' AND a.action IN ('TerminateInstances', 'DeleteSnapshot',
      'DeleteVolume', 'DeregisterImage'))
    OR (a.service = 'backup.amazonaws.com' AND a.action IN ('DeleteRecoveryPoint',
      'DeleteBackupVault', 'DeleteBackupPlan'))
    OR (a.service = 'dynamodb.amazonaws.com' AND a.action IN ('DeleteTable', 'DeleteBackup')))
ORDER BY a.time, a.event_id, a.secret
