-- A root session in a member account was opened.
--
-- AssumeRoot of the organisation's management account; it may do what no policy of the member
-- account forbids. Rare and telling whoever does it, so it is also told where it is tied to no
-- secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1548.005
-- group: credential, outcome, level
-- false positives: an administrator who mends a locked bucket policy
-- references: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
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
  json_extract_scalar(a.details, '$.requestParameters.targetPrincipal') AS member
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'sts.amazonaws.com'
  AND a.action = 'AssumeRoot'
ORDER BY a.time, a.event_id, a.secret
