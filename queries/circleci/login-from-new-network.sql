-- Somebody logged in to CircleCI from a network that was never seen of him.
--
-- Only CircleCI Server logs logins, and exports of 2023 have no addresses, so most logs are blind
-- to it. It speaks of a person only whose addresses before the incident are known. The log names
-- only who, so nothing here is tied to a secret, and it weighs a level less.
--
-- level: medium
-- sources: circleci
-- attack: T1078
-- needs: ip, circleci user.logged_in
-- group: actor, network
-- false positives: travel, a new provider
-- references: https://circleci.com/docs/audit-logs/
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
  i.network AS network,
  i.country AS country
FROM acts a
JOIN ips i ON i.ip = a.ip
WHERE a.source = 'circleci'
  AND a.action = 'user.logged_in'
  AND a.outcome = 'success'
  -- Where the log knows addresses of that person, and this network is not among them.
  AND EXISTS (
    SELECT 1 FROM events e
    JOIN ips k ON k.ip = e.ip
    CROSS JOIN incident n
    WHERE e.source = 'circleci' AND lower(e.actor) = lower(a.actor) AND e.time < n.starts)
  AND NOT EXISTS (
    SELECT 1 FROM events e
    JOIN ips k ON k.ip = e.ip
    CROSS JOIN incident n
    WHERE e.source = 'circleci' AND lower(e.actor) = lower(a.actor) AND e.time < n.starts
      AND k.network = i.network)
ORDER BY a.time, a.event_id, a.secret
