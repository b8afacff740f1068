-- AI models were run or unlocked, or someone tried to.
--
-- At the victim's cost, or for resale. What asks for access to models, or stops their log,
-- prepares it. Applications run models daily: unexpected uses of exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1496
-- group: credential, outcome, level
-- false positives: an application with the exposed key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.impact.bedrock-invoke-model/
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
  json_extract_scalar(a.details, '$.requestParameters.modelId') AS model
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'bedrock.amazonaws.com'
  AND a.action IN ('InvokeModel', 'InvokeModelWithResponseStream', 'Converse', 'ConverseStream',
    'PutUseCaseForModelAccess', 'CreateFoundationModelAgreement',
    'PutFoundationModelEntitlement', 'DeleteModelInvocationLoggingConfiguration')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
