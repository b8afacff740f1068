-- A key asked which AI models the account may use.
--
-- Models are run at the victim's cost. Unexpected uses of exposed secrets only; what follows is
-- cloudtrail/model-probed-then-run.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1526
-- group: credential, outcome, level
-- false positives: a new tool that uses models
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
  CASE WHEN a.outcome = 'success' THEN 'medium' ELSE 'low' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'bedrock.amazonaws.com'
  AND a.action IN ('ListFoundationModels', 'GetFoundationModelAvailability',
    'GetModelInvocationLoggingConfiguration', 'GetUseCaseForModelAccess',
    'ListFoundationModelAgreementOffers', 'ListInferenceProfiles')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
