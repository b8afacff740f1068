-- An exposed secret was used in its window.
--
-- Expected uses are among them and are marked: this is the whole record, not an accusation.
--
-- level: low
-- sources: cloudtrail, github, circleci
-- attack: T1078.004
-- group: credential
-- false positives: the build itself; that is what expected tells
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
  CASE WHEN u.expected THEN 'yes' WHEN u.expected = false THEN 'no' ELSE 'cannot tell'
  END AS expected,
  u.outcome AS outcome,
  u.match AS match
FROM uses u
WHERE u.phase = 'window' AND u.depth = 0
ORDER BY u.time, u.source, u.event_id, u.secret
