-- Clusters, tasks, functions or groups of machines were made.
--
-- Other ways to compute at the victim's cost, past the limits of single machines. Deployments do
-- it daily: unexpected uses of exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1496
-- group: credential, outcome, level
-- false positives: a deployment with the exposed key
-- references: https://attack.mitre.org/techniques/T1496/
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
  AND a.secret IS NOT NULL
  AND ((a.service = 'ecs.amazonaws.com' AND a.action IN ('CreateCluster', 'RegisterTaskDefinition',
      'CreateService', 'RunTask'))
    OR (a.service = 'lambda.amazonaws.com' AND a.action LIKE 'CreateFunction2015%')
    OR (a.service = 'autoscaling.amazonaws.com' AND a.action = 'CreateAutoScalingGroup')
    OR (a.service = 'eks.amazonaws.com' AND a.action = 'CreateCluster')
    OR (a.service = 'batch.amazonaws.com'
      AND a.action IN ('CreateComputeEnvironment', 'SubmitJob')))
ORDER BY a.time, a.event_id, a.secret
