-- Two factors or single sign-on are no longer required.
--
-- A stolen password or session opens more afterwards. Whole organisations and enterprises do this
-- hardly ever, so it is told whoever did it. New settings of the identity provider may point sign-
-- in elsewhere or only renew a certificate, and a person who drops the own second factor opens one
-- account: those weigh less.
--
-- level: critical
-- sources: github
-- attack: T1556, T1562.001
-- group: actor, level
-- false positives: a move to another identity provider
-- references: https://attack.mitre.org/techniques/T1556/
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
  CASE
    WHEN a.action LIKE '%.update_saml_provider_settings' THEN 'medium'
    WHEN a.action = 'two_factor_authentication.disabled' THEN 'high'
    ELSE 'critical'
  END AS level
FROM acts a
WHERE a.source = 'github'
  AND a.action IN (
    'org.disable_two_factor_requirement', 'business.disable_two_factor_requirement',
    'org.disable_saml', 'business.disable_saml', 'business.disable_oidc', 'sso_lockdown.disable',
    'org.update_saml_provider_settings', 'business.update_saml_provider_settings',
    'two_factor_authentication.disabled')
ORDER BY a.time, a.event_id, a.secret
