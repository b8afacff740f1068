-- An identity provider was added or changed.
--
-- Whoever runs the provider signs in as he likes. Rare and telling whoever does it, so it is also
-- told where it is tied to no secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1484.002
-- group: credential, outcome, level
-- false positives: a new single sign-on, or a CI that got OIDC
-- references: https://attack.mitre.org/techniques/T1484/002/
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
  AND a.service = 'iam.amazonaws.com'
  AND a.action IN ('CreateOpenIDConnectProvider', 'CreateSAMLProvider', 'UpdateSAMLProvider',
    'UpdateOpenIDConnectProviderThumbprint')
ORDER BY a.time, a.event_id, a.secret
