-- An application's secret was made, replaced, or the application handed over.
--
-- With its own secret an intruder speaks for the application in every organisation that installed
-- it. Owners replace such secrets after a breach, so without a secret it is told only of somebody
-- who never did it before the incident.
--
-- level: high
-- sources: github
-- attack: T1098.001
-- group: actor
-- false positives: rotation itself
-- references: https://attack.mitre.org/techniques/T1098/001/
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
  coalesce(github_field(a.details, 'integration'), github_field(a.details, 'name'),
    github_field(a.details, 'oauth_application_name')) AS application
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'github'
  AND a.action IN ('integration.generate_client_secret', 'integration.transfer',
    'oauth_application.generate_client_secret', 'oauth_application.reset_secret',
    'oauth_application.transfer')
  AND (a.secret IS NOT NULL OR h.done_before = false)
ORDER BY a.time, a.event_id, a.secret
