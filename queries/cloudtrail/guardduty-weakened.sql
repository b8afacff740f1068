-- GuardDuty was switched off, or told to trust addresses.
--
-- The watchman is sent home; a trusted list makes him blind for one address. Rare and telling
-- whoever does it, so it is also told where it is tied to no secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1562.001
-- group: credential, outcome, level
-- false positives: an administrator who moves GuardDuty to another account
-- references: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_suspend-disable.html, https://attack.mitre.org/techniques/T1562/001/
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
  AND a.service = 'guardduty.amazonaws.com'
  AND (a.action IN ('DeleteDetector', 'CreateIPSet', 'UpdateIPSet', 'DeleteMembers',
      'DisassociateMembers', 'StopMonitoringMembers', 'DisassociateFromAdministratorAccount',
      'DisassociateFromMasterAccount', 'DeletePublishingDestination')
    OR (a.action = 'UpdateDetector'
      AND json_extract_scalar(a.details, '$.requestParameters.enable') = 'false'))
ORDER BY a.time, a.event_id, a.secret
