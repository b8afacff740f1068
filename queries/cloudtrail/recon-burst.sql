-- A key asked several different questions about the account within a minute.
--
-- Tools that look around in an account call many read-only APIs in one go. Only the kinds of
-- calls count, not their number: a build polls one call all day. The settings recon_calls and
-- recon_seconds say how many and how fast. Every organisation shows such bursts daily, so only
-- unexpected uses of exposed secrets are read.
--
-- level: high
-- sources: cloudtrail
-- attack: T1526
-- group: credential
-- false positives: a developer's console or an inventory tool with the exposed key
-- references: https://github.com/Yamato-Security/suzaku-rules, https://www.elastic.co/docs/reference/security/prebuilt-rules/rules/integrations/aws/discovery_multiple_discovery_api_calls_via_cli
WITH calls AS (
  SELECT a.*, to_unixtime(a.time) AS at, s.seconds AS seconds, s.enough AS enough,
    CASE WHEN to_unixtime(a.time) - lag(to_unixtime(a.time)) OVER (
      PARTITION BY a.secret, a.credential, a.action ORDER BY a.time, a.event_id) <= s.seconds
      THEN 0 ELSE 1 END AS fresh
  FROM acts a
  CROSS JOIN (
    SELECT max(CASE WHEN t.name = 'recon_calls' THEN t.value END) AS enough,
      max(CASE WHEN t.name = 'recon_seconds' THEN t.value END) AS seconds
    FROM settings t
  ) s
  WHERE a.source = 'cloudtrail'
    AND a.secret IS NOT NULL
    AND (a.action = 'GetCallerIdentity'
      OR regexp_like(a.action, '^(List|Describe)[A-Z]')
      OR a.action IN ('GetAccountSummary', 'GetAccountAuthorizationDetails', 'GetUser',
        'GetSendQuota', 'GetAccount', 'GetSMSAttributes', 'GetCredentialReport',
        'GetBucketAcl', 'GetBucketPolicy', 'GetServiceQuota', 'GetCostAndUsage'))
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
