-- The window of each exposed secret and what became of its rotation. A use within the
-- propagation time after the proof is the cloud catching up and contradicts nothing; neither does
-- what the successor may have done (named is false), or a re-activation before the exposure.
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
  w.enabled_event AS enabled_event,
  w.ends AS ends,
  late.first_use AS late_use,
  late.uses AS late_uses,
  late.event_id AS late_event,
  CASE
    WHEN late.uses IS NOT NULL THEN 'contradicted'
    WHEN w.rotated_at IS NOT NULL AND w.revoked_at > w.rotated_at THEN 'contradicted'
    WHEN w.rotated_at IS NOT NULL AND w.revoked_at IS NULL AND w.enabled_at >= w.exposed_at
      THEN 'contradicted'
    WHEN w.revoked_at IS NOT NULL THEN 'confirmed'
    WHEN w.rotated_at IS NOT NULL THEN 'claimed'
    WHEN w.vendor_revoked_at IS NOT NULL THEN 'vendor'
    ELSE 'missing'
  END AS rotation
FROM spans w
LEFT JOIN (
  SELECT
    r.secret AS secret,
    r.time AS first_use,
    r.uses AS uses,
    r.event_id AS event_id
  FROM (
    SELECT
      u.secret AS secret,
      u.time AS time,
      u.event_id AS event_id,
      count(*) OVER (PARTITION BY u.secret) AS uses,
      row_number() OVER (
        PARTITION BY u.secret ORDER BY u.time, u.source, u.event_id) AS place
    FROM uses u
    JOIN spans s ON s.secret = u.secret
    WHERE u.depth = 0
      AND u.named
      AND u.outcome = 'success'
      AND NOT u.by_aws
      AND (u.phase = 'after' OR u.time >= s.rotated_at)
      AND (s.revoked_at IS NULL OR u.time < s.revoked_at
        OR date_diff('second', s.revoked_at, u.time)
          > (SELECT t.value FROM settings t WHERE t.name = 'propagation_seconds'))
  ) r
  WHERE r.place = 1
) late ON late.secret = w.secret
