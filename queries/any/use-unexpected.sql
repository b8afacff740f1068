-- An exposed secret was used in its window in a way that nobody expected.
--
-- It stands on no list of the customer's and does not fit what the same secret did before the
-- window: its network, its tool and its action were all seen then or the use is unexpected. A
-- secret without a baseline has nothing to fit; the finding says so. new_hour names hours (UTC) in
-- which a secret that keeps hours never was used before.
--
-- level: medium
-- sources: cloudtrail, github, circleci
-- attack: T1078.004
-- group: credential, why
-- false positives: a new build step, a moved runner, a responder who is not on the list
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
  u.why AS why,
  u.outcome AS outcome,
  u.agent_family AS agent,
  u.new_hour AS new_hour
FROM unexpected_uses u
WHERE u.phase = 'window' AND u.depth = 0
ORDER BY u.time, u.source, u.event_id, u.secret
