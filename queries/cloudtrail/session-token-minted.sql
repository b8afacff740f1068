-- A session token was made from a long-term key.
--
-- It works for up to 36 hours, also after the key is deleted. Tools that ask for a second factor
-- make one daily: unexpected uses of exposed secrets only.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1550.001
-- group: credential, outcome, level
-- false positives: a person who signs in with a second factor
-- references: https://github.com/SigmaHQ/sigma/blob/master/rules/cloud/aws/cloudtrail/aws_sts_getsessiontoken_misuse.yml
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
  a.minted AS minted
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'sts.amazonaws.com'
  AND a.action = 'GetSessionToken'
  AND a.secret IS NOT NULL
  AND a.credential LIKE 'AKIA%'
ORDER BY a.time, a.event_id, a.secret
