-- A key was turned into a sign-in at the console by a program.
--
-- AWS's own portals ask for sign-in tokens with a user agent of their own (Jersey); tools of
-- thieves do it from Python or curl. With the token anyone is in the console for hours. Daily
-- business elsewhere, so only unexpected uses of exposed secrets are read.
--
-- level: high
-- sources: cloudtrail
-- attack: T1021.007
-- group: credential, outcome, level
-- false positives: a company's own sign-in page; a person's aws-vault
-- references: https://github.com/SigmaHQ/sigma/blob/master/rules/cloud/aws/cloudtrail/aws_console_getsignintoken.yml, https://attack.mitre.org/techniques/T1021/007/
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
  a.agent AS agent
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'signin.amazonaws.com'
  AND a.action = 'GetSigninToken'
  AND a.secret IS NOT NULL
  AND coalesce(a.agent, '') NOT LIKE '%Jersey/%'
ORDER BY a.time, a.event_id, a.secret
