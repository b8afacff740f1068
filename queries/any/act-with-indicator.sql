-- Somebody acted with something that was published for this incident, tied to no listed secret.
--
-- An intruder's address with a key that the inventory lacks, a repository that his tool makes, an
-- application through which he came. Reading counts as well. Common tools (indicators of low
-- confidence, if they are no addresses) are left out: they are in every log.
--
-- level: high
-- sources: cloudtrail, github, circleci
-- attack: T1078
-- group: credential, actor, indicator, level
-- false positives: other users of a shared exit, the ordinary work of an application
-- references: https://attack.mitre.org/techniques/T1078/
SELECT
  CAST(NULL AS VARCHAR) AS secret,
  w.source AS event_source,
  w.event_id AS event_id,
  w.time AS time,
  w.credential AS credential,
  w.actor AS actor,
  w.action AS action,
  w.target AS target,
  w.ip AS ip,
  w.file AS file,
  w.pos AS pos,
  h.indicator AS indicator,
  h.type AS type,
  h.confidence AS confidence,
  h.indicator_source AS indicator_source,
  CASE
    WHEN h.confidence = 'high' OR (h.type IN ('ip', 'network') AND h.confidence <> 'low') THEN 'high'
    ELSE 'medium'
  END AS level
FROM in_window w
JOIN hits h ON h.file = w.file AND h.pos = w.pos
LEFT JOIN ips i ON i.ip = w.ip
WHERE (h.type IN ('ip', 'network') OR h.confidence <> 'low')
  AND NOT EXISTS (SELECT 1 FROM uses u WHERE u.file = w.file AND u.pos = w.pos)
  AND NOT EXISTS (
    SELECT 1 FROM responders r
    WHERE lower(r.value) = lower(w.actor) OR r.value = w.credential)
  AND NOT EXISTS (
    SELECT 1 FROM expected_entries x
    WHERE x.ip_from = x.ip_to AND x.ip_from = i.address AND x.secret IS NULL AND x.agent IS NULL
      AND x.actor IS NULL)
ORDER BY w.time, w.source, w.event_id, h.indicator
