-- A key listed AI models and ran one minutes later.
--
-- An application knows its model; who looks first and runs then, spends the victim's money. The
-- setting model_run_minutes says how close. Denied runs count. Each step is a row.
--
-- level: high
-- sources: cloudtrail
-- attack: T1526, T1496
-- group: credential
-- false positives: a developer who tries models
-- references: https://www.elastic.co/docs/reference/security/prebuilt-rules/rules/integrations/aws/discovery_bedrock_model_recon_and_invocation_via_long_term_key, https://stratus-red-team.cloud/attack-techniques/AWS/aws.impact.bedrock-invoke-model/
WITH calls AS (
  SELECT a.*, to_unixtime(a.time) AS at,
    CASE WHEN a.action IN ('ListFoundationModels', 'GetFoundationModelAvailability',
      'GetModelInvocationLoggingConfiguration', 'GetUseCaseForModelAccess', 'ListInferenceProfiles')
      THEN '1 looked' ELSE '2 run' END AS step,
    (SELECT t.value * 60 FROM settings t WHERE t.name = 'model_run_minutes') AS seconds
  FROM acts a
  WHERE a.source = 'cloudtrail'
    AND a.service = 'bedrock.amazonaws.com'
    AND a.secret IS NOT NULL
    AND a.action IN ('ListFoundationModels', 'GetFoundationModelAvailability',
      'GetModelInvocationLoggingConfiguration', 'GetUseCaseForModelAccess', 'ListInferenceProfiles',
      'InvokeModel', 'InvokeModelWithResponseStream', 'Converse', 'ConverseStream')
),
near AS (
  SELECT c.*,
    max(CASE WHEN c.step = '1 looked' THEN c.at END) OVER (
      PARTITION BY c.secret, c.credential ORDER BY c.at
      RANGE BETWEEN c.seconds PRECEDING AND CURRENT ROW) AS looked,
    min(CASE WHEN c.step = '2 run' THEN c.at END) OVER (
      PARTITION BY c.secret, c.credential ORDER BY c.at
      RANGE BETWEEN CURRENT ROW AND c.seconds FOLLOWING) AS run
  FROM calls c
)
SELECT
  n.secret AS secret,
  n.source AS event_source,
  n.event_id AS event_id,
  n.time AS time,
  n.credential AS credential,
  n.actor AS actor,
  n.action AS action,
  n.target AS target,
  n.ip AS ip,
  n.file AS file,
  n.pos AS pos,
  n.step AS step,
  n.outcome AS outcome
FROM near n
WHERE n.looked IS NOT NULL
  AND n.run IS NOT NULL
ORDER BY n.time, n.event_id, n.secret
