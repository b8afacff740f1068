-- A key was used with an attack tool or from an attack distribution.
--
-- The user agent names the system and the tool, and few thieves change it. It proves little
-- alone: who is careful has none of these. Staff use some of the tools too, so only unexpected
-- uses of exposed secrets are read.
--
-- level: high
-- sources: cloudtrail
-- attack: T1078.004
-- needs: agent
-- group: credential, outcome
-- false positives: a penetration test; staff who move files with Cyberduck
-- references: https://github.com/SigmaHQ/sigma/blob/master/rules/cloud/aws/cloudtrail/aws_cloudtrail_pua_trufflehog.yml, https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html
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
  a.agent AS agent
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.secret IS NOT NULL
  AND regexp_like(lower(a.agent),
    '(^|[^a-z])(kali|parrot|pentoo|blackarch|trufflehog|pacu|s3 browser|cyberduck)([^a-z]|$)')
ORDER BY a.time, a.event_id, a.secret
