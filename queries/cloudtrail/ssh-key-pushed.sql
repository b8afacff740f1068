-- An SSH key was pushed to a machine.
--
-- For a minute the machine lets its owner in; the serial console does so without any network.
-- People connect so daily, so it is read for exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1021.004
-- group: credential, outcome, level
-- false positives: an administrator with the exposed key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.lateral-movement.ec2-instance-connect/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.lateral-movement.ec2-serial-console-send-ssh-public-key/
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
  json_extract_scalar(a.details, '$.requestParameters.instanceOSUser') AS login
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'ec2-instance-connect.amazonaws.com'
  AND a.action IN ('SendSSHPublicKey', 'SendSerialConsoleSSHPublicKey')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
