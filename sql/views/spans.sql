-- One row per exposed secret: its window and the proof of its end. A key that was disabled and
-- then enabled again is alive: only the last, lasting revocation counts. What the exposed
-- credential or anything made with it did to itself is no proof of rotation. A secret that stands
-- for several credentials (a masked tail, a grant) has ended when all of them have.
CREATE VIEW spans AS
WITH
-- Several names of one credential are one thing; what a tail or an application stands for is
-- one thing each.
things (secret, thing, credential) AS (
  SELECT
    c.secret,
    CASE WHEN c.match IN ('tail', 'grant', 'app') THEN c.credential ELSE c.secret END,
    c.credential
  FROM chain c
  WHERE c.depth = 0 AND c.match NOT IN ('repository', 'login')
),
enabled (secret, thing, enabled_at, event) AS (
  SELECT r.secret, r.thing, r.at, r.event
  FROM (
    SELECT
      t.secret AS secret,
      t.thing AS thing,
      v.at AS at,
      v.event AS event,
      row_number() OVER (PARTITION BY t.secret, t.thing ORDER BY v.at DESC, v.event) AS place
    FROM things t
    JOIN revocations v ON v.credential = t.credential
    WHERE v.how = 're-enabled'
  ) r
  WHERE r.place = 1
),
ended (secret, thing, ended_at, how, event, actor) AS (
  SELECT r.secret, r.thing, r.at, r.how, r.event, r.actor
  FROM (
    SELECT
      t.secret AS secret,
      t.thing AS thing,
      v.at AS at,
      v.how AS how,
      v.event AS event,
      v.actor AS actor,
      row_number() OVER (PARTITION BY t.secret, t.thing ORDER BY v.at, v.event) AS place
    FROM things t
    JOIN revocations v ON v.credential = t.credential
    LEFT JOIN enabled again ON again.secret = t.secret AND again.thing = t.thing
    LEFT JOIN chain own ON own.secret = t.secret AND own.credential = v.by_credential
    WHERE v.how <> 're-enabled'
      AND own.credential IS NULL
      AND (again.enabled_at IS NULL OR v.at > again.enabled_at)
  ) r
  WHERE r.place = 1
),
-- The thing that lived longest; one without an end is first.
proof (secret, revoked_at, how, event, actor) AS (
  SELECT r.secret, r.ended_at, r.how, r.event, r.actor
  FROM (
    SELECT
      t.secret AS secret,
      x.ended_at AS ended_at,
      x.how AS how,
      x.event AS event,
      x.actor AS actor,
      row_number() OVER (
        PARTITION BY t.secret ORDER BY x.ended_at DESC NULLS FIRST, x.event) AS place
    FROM (SELECT DISTINCT h.secret AS secret, h.thing AS thing FROM things h) t
    LEFT JOIN ended x ON x.secret = t.secret AND x.thing = t.thing
  ) r
  WHERE r.place = 1
)
SELECT
  s.id AS secret,
  s.exposed_at AS exposed_at,
  s.rotated_at AS rotated_at,
  s.vendor_revoked_at AS vendor_revoked_at,
  proof.revoked_at AS revoked_at,
  proof.how AS revoked_how,
  proof.event AS revoked_event,
  proof.actor AS revoked_by,
  alive.enabled_at AS enabled_at,
  alive.event AS enabled_event,
  coalesce(proof.revoked_at, s.window_end) AS ends
FROM secrets s
LEFT JOIN (
  SELECT
    n.secret AS secret,
    n.enabled_at AS enabled_at,
    n.event AS event,
    row_number() OVER (PARTITION BY n.secret ORDER BY n.enabled_at DESC, n.event) AS place
  FROM enabled n
) alive ON alive.secret = s.id AND alive.place = 1
LEFT JOIN proof ON proof.secret = s.id
WHERE s.exposed
