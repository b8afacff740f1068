-- A function was opened to outsiders, or its code or layers were replaced.
--
-- Code that runs with the function's role, called by whoever likes. To open a function to anyone
-- or to another account is rare and is told whoever does it; deployments replace code daily, so
-- that is read for exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1546, T1525
-- group: credential, outcome, level
-- false positives: a deployment with the exposed key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.lambda-backdoor-function/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.lambda-overwrite-code/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.lambda-layer-extension/
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
  json_extract_scalar(a.details, '$.requestParameters.principal') AS principal
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'lambda.amazonaws.com'
  AND ((a.action LIKE 'AddPermission%' AND (
      json_extract_scalar(a.details, '$.requestParameters.principal') = '*'
      OR regexp_like(
        replace(json_extract_scalar(a.details, '$.requestParameters.principal'), a.account, 'own'),
        '^([0-9]{12}|arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:.*)$')))
    OR (a.secret IS NOT NULL AND (
      a.action LIKE 'UpdateFunctionCode%'
      OR a.action LIKE 'PublishLayerVersion%'
      OR (a.action LIKE 'UpdateFunctionConfiguration%' AND json_size(a.details,
        '$.requestParameters.layers') > 0)
      OR ((a.action LIKE 'CreateFunctionUrlConfig%' OR a.action LIKE 'UpdateFunctionUrlConfig%')
        AND json_extract_scalar(a.details, '$.requestParameters.authType') = 'NONE'))))
ORDER BY a.time, a.event_id, a.secret
