-- A role was assumed with an exposed key.
--
-- The session has the role's rights and outlives the key. A role of another account is named in
-- the attribute. Every organisation assumes roles all day: unexpected uses of exposed secrets
-- only.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1550.001
-- group: credential, outcome, level
-- false positives: a build that got a new role in the window
-- references: https://attack.mitre.org/techniques/T1550/001/
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
  json_extract_scalar(a.details, '$.requestParameters.roleArn') AS role,
  CASE
    WHEN regexp_extract(json_extract_scalar(a.details, '$.requestParameters.roleArn'),
      ':([0-9]{12}):', 1) <> a.account
    THEN regexp_extract(json_extract_scalar(a.details, '$.requestParameters.roleArn'),
      ':([0-9]{12}):', 1)
  END AS other_account,
  a.minted AS minted
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'sts.amazonaws.com'
  AND a.action = 'AssumeRole'
  AND a.secret IS NOT NULL
  AND coalesce(a.actor_kind, '') <> 'AssumedRole'
ORDER BY a.time, a.event_id, a.secret
