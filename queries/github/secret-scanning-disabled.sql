-- Secret scanning, push protection or alerts on dependencies were switched off.
--
-- What would have told of a leaked secret is silent afterwards. For a whole organisation or
-- enterprise this is rare and is told whoever did it. Single repositories lose it in daily work,
-- some when they are made: those are told of an exposed secret, or of somebody who never did it
-- before the incident.
--
-- level: high
-- sources: github
-- attack: T1562.001
-- group: actor
-- false positives: a licence that runs out, a move to another scanner
-- references: https://attack.mitre.org/techniques/T1562/001/
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
  a.pos AS pos
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'github'
  AND regexp_like(a.action, 'secret_scanning|push_protection|advanced_security|dependabot_'
    || '|^repository_vulnerability_alerts')
  AND regexp_like(a.action, '(\.|_)disabled?(_|$)')
  -- Switches of how it works rather than whether, and exceptions that end.
  AND NOT regexp_like(a.action,
    'custom_message|bypass_list|validity_checks|extended_metadata|policy|user_namespace')
  AND (a.secret IS NOT NULL OR h.done_before = false
    OR NOT regexp_like(a.action, '^(repo\.|repository_)'))
ORDER BY a.time, a.event_id, a.secret
