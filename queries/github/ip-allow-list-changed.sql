-- The list of allowed addresses was switched off or changed.
--
-- A stolen token that the list kept out works afterwards. To switch it off is rare and is told
-- whoever did it; entries come and go, so those are told of an exposed secret, or of somebody who
-- never touched the list before the incident.
--
-- level: high
-- sources: github
-- attack: T1562.007, T1098
-- group: actor
-- false positives: a new office or runner
-- references: https://attack.mitre.org/techniques/T1562/007/
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
  github_field(a.details, 'ip_allow_list_entry') AS entry
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'github'
  AND (regexp_like(a.action, '^ip_allow_list\.disable')
    OR a.action = 'ip_allow_list.update_ip_allowlist_configuration'
    OR (a.action IN ('ip_allow_list_entry.create', 'ip_allow_list_entry.update',
        'ip_allow_list_entry.destroy')
      AND (a.secret IS NOT NULL OR h.done_before = false)))
ORDER BY a.time, a.event_id, a.secret
