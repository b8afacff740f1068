-- An AWS access key was made, or someone tried to make one.
--
-- A long-term key outlives every rotation of the secret that made it. Attempts that were denied
-- show intent; they are findings of their own, at level medium. A key for another user (whose) takes
-- over that user's rights; without a name in the request it is one's own. Rare and telling whoever
-- does it, so it is also told where it is tied to no secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1098.001
-- group: credential, outcome, level
-- false positives: a responder who replaces a key and is not on the case's list
-- references: https://attack.mitre.org/techniques/T1098/001/
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
  CASE WHEN coalesce(json_extract_scalar(a.details, '$.requestParameters.userName'),
      json_extract_scalar(a.details, '$.responseElements.accessKey.userName'),
      regexp_extract(a.actor, '[^/]+$')) = regexp_extract(a.actor, '[^/]+$')
    THEN 'own' ELSE 'another' END AS whose,
  a.minted AS minted
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND a.action = 'CreateAccessKey'
ORDER BY a.time, a.event_id, a.secret
