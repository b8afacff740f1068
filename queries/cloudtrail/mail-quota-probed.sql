-- A key asked how much mail the account may send.
--
-- Mail quotas are what stolen keys are sold for; builds do not ask. Unexpected uses of exposed
-- secrets only, since mail systems ask daily.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1580
-- group: credential, outcome, level
-- false positives: a mail system with the exposed key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.discovery.ses-enumerate/, https://traildiscover.cloud
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
  CASE WHEN a.outcome = 'success' THEN 'medium' ELSE 'low' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'ses.amazonaws.com'
  AND a.action IN ('GetSendQuota', 'GetAccount', 'ListIdentities', 'ListEmailIdentities',
    'GetAccountSendingEnabled', 'GetIdentityVerificationAttributes', 'GetSendStatistics')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
