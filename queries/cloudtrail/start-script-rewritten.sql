-- The start script of a machine was rewritten.
--
-- It runs as root when the machine starts again; see cloudtrail/start-script-run. The log keeps
-- no script. Daily business elsewhere, so only unexpected uses of exposed secrets are read.
--
-- level: high
-- sources: cloudtrail
-- attack: T1059
-- group: credential, outcome, level
-- false positives: a deployment with the exposed key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ec2-user-data/
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
  AND a.service = 'ec2.amazonaws.com'
  AND a.action = 'ModifyInstanceAttribute'
  AND a.secret IS NOT NULL
  AND (json_extract(a.details, '$.requestParameters.userData') IS NOT NULL
    OR json_extract_scalar(a.details, '$.requestParameters.attribute') = 'userData')
ORDER BY a.time, a.event_id, a.secret
