-- An exposed secret was used with something that was published for this incident.
--
-- A user agent, an OAuth application, a repository, a commit, or an address that too many others
-- use to tell by itself. Common tools and shared exits prove nothing, so expected uses are not told,
-- and what the log cannot call expected or not is told only where the indicator is the intruder's
-- own. That weighs high, everything else medium. A repository or commit of the intruder's own is told
-- of expected uses too, unless you vouch for them: altered code runs inside the build, from its
-- network and with its tools.
--
-- level: high
-- sources: cloudtrail, github, circleci
-- attack: T1078.004
-- group: credential, indicator, level
-- false positives: your own use of the same tool, application or exit
-- references: https://attack.mitre.org/techniques/T1078/004/
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
  u.why AS why,
  CASE WHEN h.confidence = 'high' THEN 'high' ELSE 'medium' END AS level
FROM uses u
JOIN hits h ON h.file = u.file AND h.pos = u.pos
WHERE (u.phase = 'window' OR (u.phase = 'after' AND u.named))
  AND (u.expected = false OR (h.confidence = 'high' AND (u.expected IS NULL
    OR (h.type IN ('repository', 'commit') AND NOT u.responder AND u.why NOT LIKE 'listed: %'
      AND u.why NOT LIKE 'triaged benign by %'))))
  AND (h.type NOT IN ('ip', 'network') OR h.confidence = 'low')
ORDER BY u.time, u.source, u.event_id, u.secret, h.indicator
