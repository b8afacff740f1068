-- An exposed secret was used from a network or country that it never came from before.
--
-- A network is the AS number where it is known, else the /24 or /48. Only secrets with a
-- baseline can show it. A new address in a cloud that was used before is not among them: the log
-- cannot tell whose it is, and the verdict says so.
--
-- level: medium
-- sources: cloudtrail, github
-- attack: T1078.004
-- needs: ip
-- group: credential, network
-- false positives: a build that moved to other runners in the window
-- references: https://www.elastic.co/guide/en/security/current/prebuilt-rules.html
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
  u.network AS network,
  u.country AS country,
  CASE WHEN b.value IS NULL THEN 'network' ELSE 'country' END AS new
FROM unexpected_uses u
LEFT JOIN baseline b
  ON b.secret = u.secret AND b.derived = (u.depth > 0) AND b.what = 'network'
  AND b.value = u.network
LEFT JOIN baseline c
  ON c.secret = u.secret AND c.derived = (u.depth > 0) AND c.what = 'country'
  AND c.value = u.country
WHERE u.phase = 'window'
  AND u.has_baseline
  AND u.network IS NOT NULL
  AND EXISTS (
    SELECT 1 FROM baseline k
    WHERE k.secret = u.secret AND k.derived = (u.depth > 0) AND k.what = 'network')
  AND (b.value IS NULL OR (u.country IS NOT NULL AND c.value IS NULL))
ORDER BY u.time, u.source, u.event_id, u.secret
