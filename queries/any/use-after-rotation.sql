-- A secret that was declared rotated still worked.
--
-- A use within a minute of the deletion is the cloud catching up: told apart, at level low. What
-- the successor may have done (an application, the keys of a repository, a login) is no proof.
--
-- level: high
-- sources: cloudtrail, github
-- attack: T1078.004
-- group: credential, level
-- false positives: a declared time that is too early
-- references: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html
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
  CASE
    WHEN u.expected AND u.time >= w.revoked_at
      AND date_diff('second', w.revoked_at, u.time)
        <= (SELECT t.value FROM settings t WHERE t.name = 'propagation_seconds')
      THEN 'low'
    ELSE 'high'
  END AS level,
  u.why AS why
FROM uses u
JOIN windows w ON w.secret = u.secret
WHERE u.depth = 0
  AND u.outcome = 'success'
  AND u.named
  AND NOT u.by_aws
  AND (u.phase = 'after' OR u.time >= w.rotated_at)
ORDER BY u.time, u.source, u.event_id, u.secret
