-- A key was denied, changed its own rights, and was let in.
--
-- The call that was denied succeeds after a policy was written into the key's own user or role,
-- attached to it, a version of a policy swapped, or a group joined. The setting
-- escalation_minutes says how close the steps must be. Each step is a row.
--
-- level: critical
-- sources: cloudtrail
-- attack: T1098.003
-- group: call
-- false positives: a developer who repairs his own rights
-- references: https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/, https://attack.mitre.org/techniques/T1098/003/
WITH mine AS (
  SELECT a.secret AS secret, a.source AS source, a.event_id AS event_id, a.time AS time,
    a.credential AS credential, a.actor AS actor, a.action AS action, a.target AS target,
    a.ip AS ip, a.file AS file, a.pos AS pos, a.outcome AS outcome, a.error AS error,
    to_unixtime(a.time) AS at, a.service || ' ' || a.action AS call
  FROM acts a
  WHERE a.source = 'cloudtrail'
    AND a.secret IS NOT NULL
),
changes AS (
  SELECT a.secret AS secret, a.time AS time, to_unixtime(a.time) AS at, a.file AS file,
    a.pos AS pos,
    (SELECT t.value * 60 FROM settings t WHERE t.name = 'escalation_minutes') AS seconds
  FROM acts a
  WHERE a.source = 'cloudtrail'
    AND a.secret IS NOT NULL
    AND a.service = 'iam.amazonaws.com'
    AND a.outcome = 'success'
    AND (a.action IN ('CreatePolicyVersion', 'SetDefaultPolicyVersion')
      OR (a.action IN ('PutUserPolicy', 'PutRolePolicy', 'AttachUserPolicy', 'AttachRolePolicy',
        'AddUserToGroup') AND (
        json_extract_scalar(a.details, '$.requestParameters.userName')
          = regexp_extract(a.actor, ':user/(.*/)?([^/]+)$', 2)
        OR json_extract_scalar(a.details, '$.requestParameters.roleName')
          = regexp_extract(a.actor, ':assumed-role/([^/]+)/', 1))))
),
chains AS (
  SELECT d.secret AS secret, d.call AS call, d.file AS denied_file, d.pos AS denied_pos,
    c.file AS change_file, c.pos AS change_pos, g.file AS done_file, g.pos AS done_pos
  FROM changes c
  JOIN mine d ON d.secret = c.secret AND d.outcome = 'failure' AND d.time <= c.time
    AND c.at - d.at <= c.seconds
    AND regexp_like(d.error, 'AccessDenied|UnauthorizedOperation|NotAuthorized')
  JOIN mine g ON g.secret = d.secret AND g.call = d.call AND g.outcome = 'success'
    AND g.time >= c.time AND g.at - c.at <= c.seconds
),
steps AS (
  SELECT s.secret AS secret, s.call AS call, '1 denied' AS step, s.denied_file AS file,
    s.denied_pos AS pos
  FROM chains s
  UNION
  SELECT s.secret, s.call, '2 own rights changed', s.change_file, s.change_pos FROM chains s
  UNION
  SELECT s.secret, s.call, '3 let in', s.done_file, s.done_pos FROM chains s
)
SELECT
  m.secret AS secret,
  m.source AS event_source,
  m.event_id AS event_id,
  m.time AS time,
  m.credential AS credential,
  m.actor AS actor,
  m.action AS action,
  m.target AS target,
  m.ip AS ip,
  m.file AS file,
  m.pos AS pos,
  s.call AS call,
  s.step AS step
FROM steps s
JOIN mine m ON m.secret = s.secret AND m.file = s.file AND m.pos = s.pos
ORDER BY m.time, m.event_id, m.secret
