-- The administrator's password of Windows machines was asked for.
--
-- It is encrypted to the machine's key pair, but who asks wants in. Scripts that try every
-- machine are denied again and again. Daily business elsewhere, so only unexpected uses of
-- exposed secrets are read.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1555
-- group: credential, outcome, level
-- false positives: an administrator with the exposed key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.ec2-get-password-data/
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
  CASE WHEN a.outcome = 'success' THEN 'medium' ELSE 'low' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'ec2.amazonaws.com'
  AND a.action = 'GetPasswordData'
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
