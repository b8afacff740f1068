-- An encryption key was disabled, scheduled for deletion, or given another policy.
--
-- All that it encrypts is lost with it. Keys come and go with deployments: unexpected uses of
-- exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1485
-- group: credential, outcome, level
-- false positives: a deployment with the exposed key
-- references: https://attack.mitre.org/techniques/T1485/, https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
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
  (
    SELECT max(p.principal) FROM policy_statements p
    WHERE p.file = a.file AND p.pos = a.pos AND p.outsider) AS lets_in
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'kms.amazonaws.com'
  AND a.action IN ('ScheduleKeyDeletion', 'DisableKey', 'DeleteImportedKeyMaterial', 'PutKeyPolicy',
    'DeleteCustomKeyStore')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
