-- A command or a shell was run on a machine.
--
-- Over Systems Manager, with administrator's rights and past every firewall. What was typed is
-- not in the log. Daily business elsewhere, so only unexpected uses of exposed secrets are read.
--
-- level: high
-- sources: cloudtrail
-- attack: T1651
-- group: credential, outcome, level
-- false positives: an administrator with the exposed key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ssm-send-command/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ssm-start-session/
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
  json_extract_scalar(a.details, '$.requestParameters.documentName') AS document
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'ssm.amazonaws.com'
  AND a.action IN ('SendCommand', 'StartSession', 'ResumeSession')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
