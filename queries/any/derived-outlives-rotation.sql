-- What was made with an exposed secret outlived its rotation.
--
-- To rotate the secret is not enough: a session or key minted with it worked after the secret's
-- window had closed, or a long-term key or a console login made with it was never removed.
--
-- level: high
-- sources: cloudtrail, github
-- attack: T1098.001, T1550.001
-- group: credential, level
-- false positives: a session of the build that was running when the key was rotated
-- references: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
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
  'high' AS level,
  'used after the rotation' AS how
FROM uses u
WHERE u.depth > 0
  AND u.outcome = 'success'
  AND u.minted_at >= u.exposed_at
  AND u.time >= u.secret_ends
UNION ALL
-- What does not expire by itself, that is, all but sessions, and that no log removes.
SELECT
  c.secret,
  g.source,
  g.event,
  g.at,
  c.credential,
  e.actor,
  e.action,
  e.target,
  e.ip,
  g.file,
  g.pos,
  'medium',
  'still lives, not used after the rotation'
FROM credentials c
JOIN grants g ON g.event = c.event AND g.child = c.credential
JOIN events e ON e.file = g.file AND e.pos = g.pos
WHERE c.depth > 0
  AND c.expires IS NULL
  AND c.ends IS NULL
  AND c.secret_ends IS NOT NULL
  AND c.minted_at >= c.secret_exposed_at
  AND c.credential NOT LIKE 'ASIA%'
  AND NOT EXISTS (
    SELECT 1 FROM uses u
    WHERE u.secret = c.secret AND u.credential = c.credential AND u.outcome = 'success'
      AND u.time >= c.secret_ends)
ORDER BY time, event_source, event_id, secret
