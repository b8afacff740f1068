-- Who ended an exposed secret since its window opened: its owner's responders, in all likelihood.
-- Never what an exposed credential or anything made with one did, for an intruder may shut the owner
-- out, unless the case names that very credential. An act that names no credential counts if no
-- exposed secret acts in that name (same_name). named is true if the case names who it was.
CREATE VIEW rotations AS
SELECT
  x.secret AS secret,
  v.actor AS actor,
  v.by_credential AS credential,
  min(v.how) AS how,
  v.at AS at,
  v.source AS source,
  v.event AS event,
  e.ip AS ip,
  bool_or(by_name.value IS NOT NULL OR by_key.value IS NOT NULL) AS named,
  bool_or(own.actor IS NOT NULL) AS same_name,
  v.file AS file,
  v.pos AS pos
FROM revocations v
JOIN exposed_credentials x
  ON x.credential = v.credential AND x.match NOT IN ('login', 'repository')
JOIN spans s ON s.secret = x.secret
JOIN events e ON e.file = v.file AND e.pos = v.pos
LEFT JOIN (
  SELECT DISTINCT u.source AS source, lower(u.actor) AS actor FROM uses u WHERE u.actor IS NOT NULL
) own ON own.source = v.source AND own.actor = lower(v.actor)
LEFT JOIN (SELECT DISTINCT lower(r.value) AS value FROM responders r) by_name
  ON by_name.value = lower(v.actor)
LEFT JOIN (SELECT DISTINCT r.value AS value FROM responders r) by_key
  ON by_key.value = v.by_credential
LEFT JOIN (
  SELECT DISTINCT c.credential AS credential
  FROM credentials c
  WHERE c.match NOT IN ('login', 'repository')
) stolen ON stolen.credential = v.by_credential
WHERE v.how <> 're-enabled'
  AND v.at >= s.exposed_at
  AND v.actor IS NOT NULL
  AND (by_key.value IS NOT NULL
    OR (stolen.credential IS NULL AND (v.by_credential IS NOT NULL OR own.actor IS NULL)))
GROUP BY x.secret, v.actor, v.by_credential, v.at, v.source, v.event, e.ip, v.file, v.pos
