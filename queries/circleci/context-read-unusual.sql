-- A context was given to somebody who never had it, or outside of any job.
--
-- A build gets a context in the name of whoever started it. Every build does, so only two kinds
-- are told: a pair of person and context that the log, which reaches back, does not know, and a
-- workflow of which no job is in the log. CircleCI's log has this event only in later exports. The
-- log names only who, so nothing here is tied to a secret, and it weighs a level less.
--
-- level: medium
-- sources: circleci
-- attack: T1552
-- needs: circleci context.secrets.accessed
-- group: actor, target
-- false positives: a new member of a team
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
  CASE WHEN pair.target IS NULL AND h.done_before IS NOT NULL THEN 'new to this context'
    ELSE 'no job of its workflow' END AS why,
  a.session AS workflow
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
-- Who was given which context before the incident.
LEFT JOIN (
  SELECT DISTINCT lower(e.account) AS account, lower(e.actor) AS actor, lower(e.target) AS target
  FROM events e
  CROSS JOIN incident n
  WHERE e.source = 'circleci' AND e.action = 'context.secrets.accessed' AND e.time < n.starts
) pair ON pair.account = lower(a.account) AND pair.actor = lower(a.actor)
  AND pair.target = lower(a.target)
LEFT JOIN (SELECT DISTINCT j.account AS account FROM jobs j) log ON log.account = a.account
LEFT JOIN (SELECT DISTINCT j.account AS account, j.workflow AS workflow FROM jobs j) run
  ON run.account = a.account AND run.workflow = a.session
WHERE a.source = 'circleci'
  AND a.action = 'context.secrets.accessed'
  AND ((pair.target IS NULL AND h.done_before IS NOT NULL)
    OR (log.account IS NOT NULL AND a.session IS NOT NULL AND run.workflow IS NULL))
ORDER BY a.time, a.event_id, a.secret
