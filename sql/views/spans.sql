-- One row per exposed secret: its window and the proof of its end. A key that was disabled and
-- then enabled again is alive: only the last, lasting revocation counts. What the exposed
-- credential or anything made with it did to itself is no proof of rotation.
CREATE VIEW spans AS
SELECT
  s.id AS secret,
  s.exposed_at AS exposed_at,
  s.rotated_at AS rotated_at,
  s.vendor_revoked_at AS vendor_revoked_at,
  proof.revoked_at AS revoked_at,
  proof.how AS revoked_how,
  proof.event AS revoked_event,
  proof.actor AS revoked_by,
  alive.at AS enabled_at,
  coalesce(proof.revoked_at, s.window_end) AS ends
FROM secrets s
LEFT JOIN (
  SELECT c.secret AS secret, max(r.at) AS at
  FROM chain c
  JOIN revocations r ON r.credential = c.credential
  WHERE c.depth = 0 AND r.how = 're-enabled'
  GROUP BY c.secret
) alive ON alive.secret = s.id
LEFT JOIN (
  SELECT
    c.secret AS secret,
    min(r.at) AS revoked_at,
    min_by(r.how, r.at) AS how,
    min_by(r.event, r.at) AS event,
    min_by(r.actor, r.at) AS actor
  FROM chain c
  JOIN revocations r ON r.credential = c.credential
  LEFT JOIN (
    SELECT c2.secret AS secret, max(r2.at) AS at
    FROM chain c2
    JOIN revocations r2 ON r2.credential = c2.credential
    WHERE c2.depth = 0 AND r2.how = 're-enabled'
    GROUP BY c2.secret
  ) again ON again.secret = c.secret
  LEFT JOIN chain own ON own.secret = c.secret AND own.credential = r.by_credential
  WHERE c.depth = 0
    AND c.match NOT IN ('repository', 'login')
    AND r.how <> 're-enabled'
    AND own.credential IS NULL
    AND (again.at IS NULL OR r.at > again.at)
  GROUP BY c.secret
) proof ON proof.secret = s.id
WHERE s.exposed
