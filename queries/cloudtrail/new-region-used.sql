-- A key was used in a region where it never worked before.
--
-- Machines are rented where nobody looks. Global services answer in us-east-1 whatever region was
-- meant, so they say nothing there. Only keys with a baseline can show it.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1535
-- group: credential, region, outcome, level
-- false positives: a build that got a new region in the window
-- references: https://github.com/panther-labs/panther-analysis/blob/develop/rules/aws_cloudtrail_rules/aws_unused_region.yml, https://attack.mitre.org/techniques/T1535/
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
  CASE WHEN a.outcome = 'success' THEN 'medium' ELSE 'low' END AS level,
  a.region AS region
FROM unexpected_uses a
WHERE a.source = 'cloudtrail'
  AND a.secret IS NOT NULL
  AND a.has_baseline
  AND a.region IS NOT NULL
  AND EXISTS (SELECT 1 FROM baseline k WHERE k.secret = a.secret AND k.what = 'region')
  AND NOT EXISTS (
    SELECT 1 FROM baseline k
    WHERE k.secret = a.secret AND k.what = 'region' AND k.value = a.region)
  AND NOT (a.region = 'us-east-1' AND a.service IN ('iam.amazonaws.com', 'sts.amazonaws.com',
    'signin.amazonaws.com', 'organizations.amazonaws.com', 'cloudfront.amazonaws.com',
    'route53.amazonaws.com', 's3.amazonaws.com', 'ce.amazonaws.com', 'support.amazonaws.com',
    'health.amazonaws.com', 'account.amazonaws.com'))
ORDER BY a.time, a.event_id, a.secret
