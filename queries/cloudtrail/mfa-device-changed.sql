-- A second factor was added, exchanged or removed.
--
-- With his own device a thief passes where only the second factor still protects. By a session it
-- weighs as much. People get new phones daily, so it is read for exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1556.006
-- group: credential, outcome, level
-- false positives: a person with a new phone
-- references: https://attack.mitre.org/techniques/T1556/006/
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
  json_extract_scalar(a.details, '$.requestParameters.userName') AS user_name
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND a.action IN ('CreateVirtualMFADevice', 'EnableMFADevice', 'DeactivateMFADevice',
    'DeleteVirtualMFADevice', 'ResyncMFADevice')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
