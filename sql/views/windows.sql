-- The window of each exposed secret and what became of its rotation. A use within the
-- propagation time after the proof is the cloud catching up and contradicts nothing; weak
-- matches (a login, any key of a repository) contradict nothing either.
CREATE VIEW windows AS
SELECT
  w.secret AS secret,
  w.exposed_at AS exposed_at,
  w.rotated_at AS rotated_at,
  w.vendor_revoked_at AS vendor_revoked_at,
  w.revoked_at AS revoked_at,
  w.revoked_how AS revoked_how,
  w.revoked_event AS revoked_event,
  w.revoked_by AS revoked_by,
  w.enabled_at AS enabled_at,
  w.ends AS ends,
  late.first_use AS late_use,
  late.uses AS late_uses,
  late.event_id AS late_event,
  CASE
    WHEN late.uses IS NOT NULL THEN 'contradicted'
    WHEN w.rotated_at IS NOT NULL AND w.revoked_at > w.rotated_at THEN 'contradicted'
    WHEN w.rotated_at IS NOT NULL AND w.revoked_at IS NULL AND w.enabled_at IS NOT NULL
      THEN 'contradicted'
    WHEN w.revoked_at IS NOT NULL THEN 'confirmed'
    WHEN w.rotated_at IS NOT NULL THEN 'claimed'
    WHEN w.vendor_revoked_at IS NOT NULL THEN 'vendor'
    ELSE 'missing'
  END AS rotation
FROM spans w
LEFT JOIN (
  SELECT
    u.secret AS secret,
    min(u.time) AS first_use,
    count(*) AS uses,
    min_by(u.event_id, u.time) AS event_id
  FROM uses u
  JOIN spans s ON s.secret = u.secret
  WHERE u.depth = 0
    AND u.match NOT IN ('repository', 'login')
    AND u.outcome = 'success'
    AND NOT u.by_aws
    AND (u.phase = 'after' OR u.time >= s.rotated_at)
    AND (s.revoked_at IS NULL OR u.time < s.revoked_at OR date_diff('second', s.revoked_at, u.time)
      > (SELECT t.value FROM settings t WHERE t.name = 'propagation_seconds'))
  GROUP BY u.secret
) late ON late.secret = w.secret
