-- A credential minted by another: one row per event that made one, denied calls mint nothing.
-- What the log does not say in so many words is inferred, and how says so: which keys a console
-- login made, and which session a call made whose answer is not in the log.
CREATE VIEW grants AS
SELECT
  e.credential AS parent,
  e.minted AS child,
  e.action AS how,
  e.time AS at,
  -- The log's own expiry; NULL for long-term keys. A sign-in's is not said, and is twelve hours at
  -- most.
  coalesce(
    aws_time(json_extract_scalar(e.details, '$.responseElements.credentials.expiration')),
    CASE WHEN e.action = 'GetSigninToken' THEN e.time + INTERVAL '12' HOUR END) AS expires,
  e.source AS source,
  e.event_id AS event,
  e.file AS file,
  e.pos AS pos
FROM events e
WHERE e.minted IS NOT NULL
  AND e.credential IS NOT NULL
  AND e.minted <> e.credential
  AND e.outcome = 'success'
UNION ALL
-- A password for the console: whoever set it can log in as that user.
SELECT
  e.credential,
  'password:' || e.account || '/' || e.target,
  e.action,
  e.time,
  CAST(NULL AS TIMESTAMP),
  e.source,
  e.event_id,
  e.file,
  e.pos
FROM events e
WHERE e.source = 'cloudtrail'
  AND e.service = 'iam.amazonaws.com'
  AND e.action IN ('CreateLoginProfile', 'UpdateLoginProfile')
  AND e.credential IS NOT NULL
  AND e.target IS NOT NULL
  AND e.outcome = 'success'
UNION ALL
-- A console session lasts at most twelve hours (IAM user guide, "Signing in").
SELECT
  'password:' || l.user_name,
  l.session,
  'ConsoleLogin',
  l.time,
  l.time + INTERVAL '12' HOUR,
  'cloudtrail',
  l.event,
  l.file,
  l.pos
FROM logins l
WHERE l.user_name IS NOT NULL
UNION ALL
-- A sign-in token is good for a login within fifteen minutes (IAM user guide, "Enabling custom
-- identity broker access"), by the identity that asked for it.
SELECT
  e.credential,
  l.session,
  'GetSigninToken, inferred',
  l.time,
  l.time + INTERVAL '12' HOUR,
  e.source,
  e.event_id,
  e.file,
  e.pos
FROM events e
JOIN logins l ON l.actor = e.actor AND l.account = e.account
  AND l.time >= e.time AND l.time < e.time + INTERVAL '15' MINUTE
WHERE e.source = 'cloudtrail'
  AND e.action = 'GetSigninToken'
  AND e.credential IS NOT NULL
  AND e.outcome = 'success'
UNION ALL
-- One login makes many keys and no event says so: they have its identity and, to a few seconds,
-- its time as the date of their creation.
SELECT
  k.session,
  k.child,
  'ConsoleLogin, inferred',
  k.at,
  k.at + INTERVAL '12' HOUR,
  'cloudtrail',
  k.event,
  k.file,
  k.pos
FROM (
  SELECT DISTINCT
    l.session AS session, e.credential AS child, l.time AS at, l.event AS event, l.file AS file,
    l.pos AS pos
  FROM logins l
  JOIN events e ON e.actor = l.actor
  WHERE e.source = 'cloudtrail'
    AND e.credential LIKE 'ASIA%'
    AND e.session IS NOT NULL
    AND abs(date_diff('second', l.time, aws_time(e.session))) <= 5
) k
UNION ALL
-- A call that made a session, whose answer the log leaves out: the session that begins at that
-- moment under the name that it asked for. None lives longer than the services allow.
SELECT
  c.parent,
  c.child,
  c.how || ', inferred',
  c.at,
  c.at + CASE c.how WHEN 'AssumeRole' THEN INTERVAL '12' HOUR ELSE INTERVAL '36' HOUR END,
  'cloudtrail',
  c.event,
  c.file,
  c.pos
FROM (
  SELECT DISTINCT
    a.credential AS parent, e.credential AS child, a.action AS how, a.time AS at,
    a.event_id AS event, a.file AS file, a.pos AS pos
  FROM (
    SELECT
      m.credential AS credential,
      m.action AS action,
      m.time AS time,
      m.event_id AS event_id,
      m.file AS file,
      m.pos AS pos,
      CASE m.action
        WHEN 'AssumeRole' THEN 'arn:' || regexp_extract(m.target, '^arn:([^:]*):iam::', 1)
          || ':sts::' || regexp_extract(m.target, ':iam::([0-9]*):role/', 1)
          || ':assumed-role/' || regexp_extract(m.target, ':role/.*?([^/]+)$', 1)
          || '/' || json_extract_scalar(m.details, '$.requestParameters.roleSessionName')
        WHEN 'GetFederationToken' THEN 'arn:' || regexp_extract(m.actor, '^arn:([^:]*):iam::', 1)
          || ':sts::' || m.account || ':federated-user/'
          || json_extract_scalar(m.details, '$.requestParameters.name')
        ELSE m.actor
      END AS actor
    FROM events m
    WHERE m.source = 'cloudtrail'
      AND m.service = 'sts.amazonaws.com'
      AND m.action IN ('AssumeRole', 'GetFederationToken', 'GetSessionToken')
      AND m.credential IS NOT NULL
      AND m.minted IS NULL
      AND m.outcome = 'success'
  ) a
  JOIN events e ON e.actor = a.actor
  WHERE e.source = 'cloudtrail'
    AND e.credential LIKE 'ASIA%'
    AND e.credential <> a.credential
    AND e.session IS NOT NULL
    AND abs(date_diff('second', a.time, aws_time(e.session))) <= 2
) c
UNION ALL
-- What GitHub lets one make that lasts: it acts under no name that a log would join, but it is
-- there until it is removed.
SELECT
  m.parent,
  m.child,
  m.how,
  m.at,
  CAST(NULL AS TIMESTAMP),
  'github',
  m.event,
  m.file,
  m.pos
FROM made_on_github m
WHERE m.is_new AND m.parent IS NOT NULL AND m.child IS NOT NULL
