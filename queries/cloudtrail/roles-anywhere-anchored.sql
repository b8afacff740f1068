-- A certificate authority was trusted to assume roles from anywhere.
--
-- IAM Roles Anywhere takes certificates for keys: the owner of the authority never needs a secret
-- again. Rare and telling whoever does it, so it is also told where it is tied to no secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1098.003
-- group: credential, outcome, level
-- false positives: a project that moves to Roles Anywhere
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.rolesanywhere-create-trust-anchor/
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
  CASE WHEN a.outcome = 'success' THEN 'high' ELSE 'medium' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'rolesanywhere.amazonaws.com'
  AND a.action IN ('CreateTrustAnchor', 'CreateProfile', 'UpdateTrustAnchor', 'EnableTrustAnchor',
    'EnableProfile')
ORDER BY a.time, a.event_id, a.secret
