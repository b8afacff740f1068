-- A request to IAM was so large that the log omits what it said.
--
-- CloudTrail leaves out parameters above 100 KB; a policy padded with white space hides in that.
-- Rare and telling whoever does it, so it is also told where it is tied to no secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1562.008
-- group: credential, outcome, level
-- false positives: a very large SAML document
-- references: https://permiso.io/blog/cloudtrail-logging-evasion-where-policy-size-matters
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
  json_extract_scalar(a.details, '$.requestParameters.originalSize') AS size
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND strpos(a.details, '"omitted"') > 0
  AND json_extract_scalar(a.details, '$.requestParameters.omitted') = 'true'
ORDER BY a.time, a.event_id, a.secret
