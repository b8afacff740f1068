-- An exposed secret was used from an address published for this incident.
--
-- Shared VPN exits also carry other people's traffic; on an exposed secret the coincidence is
-- not credible. Denied calls count: someone held the secret and tried it. Only an entry of the
-- customer's list that names the address itself speaks against it, no network around it. Addresses
-- of low confidence, such as exits of Tor, are told by any/use-with-indicator.
--
-- level: critical
-- sources: cloudtrail, github, circleci
-- attack: T1078.004
-- needs: ip
-- group: credential
-- false positives: a responder testing from the same VPN provider
-- references: https://circleci.com/blog/jan-4-2023-incident-report/
SELECT
  u.secret AS secret,
  u.source AS event_source,
  u.event_id AS event_id,
  u.time AS time,
  u.credential AS credential,
  u.actor AS actor,
  u.action AS action,
  u.target AS target,
  u.ip AS ip,
  u.file AS file,
  u.pos AS pos,
  h.indicator AS indicator,
  h.type AS type,
  h.confidence AS confidence,
  h.indicator_source AS indicator_source,
  u.outcome AS outcome,
  u.depth AS depth
FROM uses u
JOIN hits h ON h.file = u.file AND h.pos = u.pos AND h.type IN ('ip', 'network')
WHERE h.confidence <> 'low'
  AND u.phase IN ('window', 'after')
  AND NOT u.listed_by_address
ORDER BY u.time, u.source, u.event_id, u.secret
