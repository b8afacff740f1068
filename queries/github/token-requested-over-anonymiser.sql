-- A token for the organisation was requested from an anonymising network.
--
-- A fine-grained token asks for access to the organisation's repositories. Members do that from
-- where they work; an address that was published for the incident, or that is known as an exit of
-- Tor or of a VPN, is none. So it is told whoever did it.
--
-- level: high
-- sources: github
-- attack: T1098.001
-- needs: ip
-- group: actor
-- false positives: a member who works through the same VPN
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
  i.indicator AS indicator,
  i.labels AS labels,
  github_field(a.details, 'user_programmatic_access_name') AS token_name
FROM acts a
JOIN ips i ON i.ip = a.ip
WHERE a.source = 'github'
  AND a.action = 'personal_access_token.request_created'
  AND (i.indicator IS NOT NULL
    OR regexp_like(coalesce(lower(i.labels), ''), '(^|, *)(tor|vpn|proxy)( *,|$)'))
ORDER BY a.time, a.event_id, a.secret
