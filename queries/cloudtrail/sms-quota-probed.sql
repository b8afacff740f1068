-- A key asked how many text messages the account may send.
--
-- Text messages are what stolen keys are sold for; builds do not ask. Unexpected uses of exposed
-- secrets only.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1580
-- group: credential, outcome, level
-- false positives: a notification system with the exposed key
-- references: https://traildiscover.cloud, https://attack.mitre.org/techniques/T1580/
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
  AND a.service = 'sns.amazonaws.com'
  AND a.action IN ('GetSMSAttributes', 'GetSMSSandboxAccountStatus', 'ListSMSSandboxPhoneNumbers',
    'ListOriginationNumbers')
  AND a.secret IS NOT NULL
ORDER BY a.time, a.event_id, a.secret
