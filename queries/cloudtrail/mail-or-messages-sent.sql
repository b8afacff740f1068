-- Mail or text messages were sent, or senders prepared.
--
-- Spam and phishing in the victim's name. Applications send daily: unexpected uses of exposed
-- secrets only. A message to a topic is no text message.
--
-- level: high
-- sources: cloudtrail
-- attack: T1496
-- group: credential, outcome, level
-- false positives: an application with the exposed key
-- references: https://traildiscover.cloud, https://attack.mitre.org/techniques/T1496/
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
  AND a.secret IS NOT NULL
  AND ((a.service = 'ses.amazonaws.com' AND a.action IN ('SendEmail', 'SendRawEmail',
      'SendBulkEmail', 'SendTemplatedEmail', 'SendBulkTemplatedEmail', 'VerifyEmailIdentity',
      'VerifyDomainIdentity', 'CreateEmailIdentity', 'UpdateAccountSendingEnabled',
      'PutAccountDetails', 'PutAccountSendingAttributes'))
    OR (a.service = 'sns.amazonaws.com' AND (a.action = 'SetSMSAttributes'
      OR (a.action = 'Publish' AND json_extract_scalar(a.details,
        '$.requestParameters.phoneNumber') IS NOT NULL))))
ORDER BY a.time, a.event_id, a.secret
