-- The audit log was requested or downloaded.
--
-- It tells an intruder which contexts there are, who watches, and what is known of him. It is what
-- a responder does as well: name him in the case. The log names only who, so nothing here is tied
-- to a secret, and it weighs a level less.
--
-- level: low
-- sources: circleci
-- attack: T1213
-- group: actor
-- false positives: the responder who collected these logs
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
  a.outcome AS outcome,
  CASE WHEN h.done_before THEN 'no' WHEN h.done_before = false THEN 'yes'
    ELSE 'unknown' END AS new_to_actor
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'circleci'
  AND a.action IN ('audit_log.requested', 'audit_log.download_url.generated')
ORDER BY a.time, a.event_id, a.secret
