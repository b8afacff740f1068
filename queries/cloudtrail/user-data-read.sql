-- The start script of a machine was read.
--
-- Start scripts hold secrets. Daily business elsewhere, so only unexpected uses of exposed
-- secrets are read.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1552.005
-- group: credential, outcome, level
-- false positives: a deployment tool that compares start scripts
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.discovery.ec2-download-user-data/
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
  AND a.action = 'DescribeInstanceAttribute'
  AND a.secret IS NOT NULL
  AND json_extract_scalar(a.details, '$.requestParameters.attribute') = 'userData'
ORDER BY a.time, a.event_id, a.secret
