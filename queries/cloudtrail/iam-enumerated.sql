-- A key listed users, roles and policies.
--
-- Who may do what is asked before the next step is chosen. Tools for compliance ask the same each
-- night, so only unexpected uses of exposed secrets are read; the settings enumeration_calls and
-- enumeration_minutes say how many kinds of calls within how long.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1087.004
-- group: credential
-- false positives: an inventory or compliance tool with the exposed key
-- references: https://attack.mitre.org/techniques/T1087/004/, https://traildiscover.cloud
WITH calls AS (
  SELECT a.*, to_unixtime(a.time) AS at, s.seconds AS seconds, s.enough AS enough,
    CASE WHEN to_unixtime(a.time) - lag(to_unixtime(a.time)) OVER (
      PARTITION BY a.secret, a.credential, a.action ORDER BY a.time, a.event_id) <= s.seconds
      THEN 0 ELSE 1 END AS fresh
  FROM acts a
  CROSS JOIN (
    SELECT max(CASE WHEN t.name = 'enumeration_calls' THEN t.value END) AS enough,
      max(CASE WHEN t.name = 'enumeration_minutes' THEN t.value * 60 END) AS seconds
    FROM settings t
  ) s
  WHERE a.source = 'cloudtrail'
    AND a.secret IS NOT NULL
    AND a.service = 'iam.amazonaws.com'
    AND a.action IN ('ListUsers', 'ListRoles', 'ListPolicies', 'ListAccessKeys', 'ListGroups',
      'GetAccountAuthorizationDetails', 'GetAccountSummary', 'ListAttachedUserPolicies',
      'ListAttachedRolePolicies', 'ListUserPolicies', 'ListGroupsForUser', 'GetUser',
      'GetCredentialReport', 'GenerateCredentialReport', 'GetAccountPasswordPolicy')
),
counted AS (
  SELECT c.*, sum(c.fresh) OVER (PARTITION BY c.secret, c.credential ORDER BY c.at
    RANGE BETWEEN c.seconds PRECEDING AND CURRENT ROW) AS so_far
  FROM calls c
),
bursts AS (
  SELECT c.*, max(c.so_far) OVER (PARTITION BY c.secret, c.credential ORDER BY c.at
    RANGE BETWEEN CURRENT ROW AND c.seconds FOLLOWING) AS busiest
  FROM counted c
)
SELECT
  b.secret AS secret,
  b.source AS event_source,
  b.event_id AS event_id,
  b.time AS time,
  b.credential AS credential,
  b.actor AS actor,
  b.action AS action,
  b.target AS target,
  b.ip AS ip,
  b.file AS file,
  b.pos AS pos,
  b.busiest AS kinds
FROM bursts b
WHERE b.busiest >= b.enough
ORDER BY b.time, b.event_id, b.secret
