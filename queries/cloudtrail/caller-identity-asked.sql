-- A key that never did so asked whose it is.
--
-- The first call of almost every tool that tests stolen keys. It cannot be denied and costs
-- nothing. Each deployment tool makes it too: only unexpected uses of exposed secrets are read,
-- and of these only by keys that did not ask before the window.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1087.004
-- group: credential, outcome
-- false positives: a new deployment tool, or a person who tests the key
-- references: https://www.elastic.co/docs/reference/security/prebuilt-rules/rules/integrations/aws/discovery_new_terms_sts_getcalleridentity, https://attack.mitre.org/techniques/T1087/004/
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
  a.outcome AS outcome
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'sts.amazonaws.com'
  AND a.action = 'GetCallerIdentity'
  AND a.secret IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM baseline k
    WHERE k.secret = a.secret AND k.what = 'action' AND k.value = 'GetCallerIdentity')
ORDER BY a.time, a.event_id, a.secret
