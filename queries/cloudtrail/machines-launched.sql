-- Machines were launched, or someone tried to.
--
-- To mine at the victim's cost. Graphics cards, whole machines and many at once (setting
-- large_launch_instances) weigh high even where they were denied: quotas and policies stop most.
-- Every deployment launches machines: unexpected uses of exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1496
-- group: credential, outcome, level
-- false positives: a deployment with the exposed key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ec2-launch-unusual-instances/, https://attack.mitre.org/techniques/T1496/
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
  CASE
    WHEN (regexp_like(coalesce(
        json_extract_scalar(a.details, '$.requestParameters.instanceType'),
        json_extract_scalar(a.details, '$.requestParameters.instanceType.value'),
        json_extract_scalar(a.details,
          '$.requestParameters.launchSpecification.instanceType'), ''),
      '^(p[2-9]|g[3-9]|inf|trn|dl[0-9]|vt|x[12]|u-|hpc|f[12]\.)|(metal|[0-9]{2}xlarge|[89]xlarge)')
    OR coalesce(TRY_CAST(json_extract_scalar(a.details,
        '$.requestParameters.instancesSet.items[0].maxCount') AS DOUBLE), 0)
      >= (SELECT t.value FROM settings t WHERE t.name = 'large_launch_instances')) THEN 'high'
    WHEN a.outcome = 'success' THEN 'medium'
    ELSE 'low'
  END AS level,
  coalesce(
    json_extract_scalar(a.details, '$.requestParameters.instanceType'),
    json_extract_scalar(a.details, '$.requestParameters.instanceType.value'),
    json_extract_scalar(a.details, '$.requestParameters.launchSpecification.instanceType')) AS type,
  a.region AS region
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'ec2.amazonaws.com'
  AND a.action IN ('RunInstances', 'RequestSpotInstances', 'RequestSpotFleet', 'CreateFleet',
    'StartInstances')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
