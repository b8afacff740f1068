-- A credential was used at two places so soon after each other that nobody travels that fast.
--
-- An unexpected use is held against the use before and the one after it, whoever's: of two places,
-- one is somebody else's. Only a database of cities tells places; countries are too wide to guess.
-- distance_km and speed_kmh are the great circle's; elsewhere is the other address.
--
-- level: medium
-- sources: cloudtrail, github
-- attack: T1078.004
-- needs: ip, coordinates
-- group: credential
-- false positives: an owner behind a VPN, builds in several regions at once
-- references: https://learn.microsoft.com/en-us/defender-cloud-apps/anomaly-detection-policy
SELECT
  p.secret AS secret,
  p.source AS event_source,
  p.event_id AS event_id,
  p.time AS time,
  p.credential AS credential,
  p.actor AS actor,
  p.action AS action,
  p.target AS target,
  p.ip AS ip,
  p.file AS file,
  p.pos AS pos,
  p.elsewhere AS elsewhere,
  CAST(round(p.km) AS BIGINT) AS distance_km,
  CAST(round(p.kmh) AS BIGINT) AS speed_kmh
FROM (
  SELECT
    d.secret AS secret,
    d.source AS source,
    d.event_id AS event_id,
    d.time AS time,
    d.credential AS credential,
    d.actor AS actor,
    d.action AS action,
    d.target AS target,
    d.ip AS ip,
    d.file AS file,
    d.pos AS pos,
    d.elsewhere AS elsewhere,
    d.km AS km,
    -- Times have seconds: two uses within one are a second apart.
    d.km * 3600 / greatest(d.seconds, 1) AS kmh,
    row_number() OVER (
      PARTITION BY d.secret, d.file, d.pos
      ORDER BY d.km / greatest(d.seconds, 1) DESC, d.side) AS rank
  FROM (
    SELECT
      n.secret AS secret,
      n.source AS source,
      n.event_id AS event_id,
      n.time AS time,
      n.credential AS credential,
      n.actor AS actor,
      n.action AS action,
      n.target AS target,
      n.ip AS ip,
      n.file AS file,
      n.pos AS pos,
      s.side AS side,
      CASE s.side WHEN 'before' THEN n.ip_before ELSE n.ip_after END AS elsewhere,
      CASE s.side WHEN 'before' THEN date_diff('second', n.time_before, n.time)
        ELSE date_diff('second', n.time, n.time_after) END AS seconds,
      2 * 6371 * asin(sqrt(least(1.0,
        power(sin(radians(
          CASE s.side WHEN 'before' THEN n.latitude_before ELSE n.latitude_after END
            - n.latitude) / 2), 2)
        + cos(radians(n.latitude))
          * cos(radians(
            CASE s.side WHEN 'before' THEN n.latitude_before ELSE n.latitude_after END))
          * power(sin(radians(
            CASE s.side WHEN 'before' THEN n.longitude_before ELSE n.longitude_after END
              - n.longitude) / 2), 2)))) AS km
    FROM (
      SELECT
        u.secret AS secret,
        u.source AS source,
        u.event_id AS event_id,
        u.time AS time,
        u.credential AS credential,
        u.actor AS actor,
        u.action AS action,
        u.target AS target,
        u.ip AS ip,
        u.file AS file,
        u.pos AS pos,
        u.latitude AS latitude,
        u.longitude AS longitude,
        u.expected = false AND (u.phase = 'window' OR (u.phase = 'after' AND u.named)) AS unexpected,
        lag(u.ip) OVER (
          PARTITION BY u.secret, u.credential ORDER BY u.time, u.event_id, u.file, u.pos
        ) AS ip_before,
        lag(u.time) OVER (
          PARTITION BY u.secret, u.credential ORDER BY u.time, u.event_id, u.file, u.pos
        ) AS time_before,
        lag(u.latitude) OVER (
          PARTITION BY u.secret, u.credential ORDER BY u.time, u.event_id, u.file, u.pos
        ) AS latitude_before,
        lag(u.longitude) OVER (
          PARTITION BY u.secret, u.credential ORDER BY u.time, u.event_id, u.file, u.pos
        ) AS longitude_before,
        lead(u.ip) OVER (
          PARTITION BY u.secret, u.credential ORDER BY u.time, u.event_id, u.file, u.pos
        ) AS ip_after,
        lead(u.time) OVER (
          PARTITION BY u.secret, u.credential ORDER BY u.time, u.event_id, u.file, u.pos
        ) AS time_after,
        lead(u.latitude) OVER (
          PARTITION BY u.secret, u.credential ORDER BY u.time, u.event_id, u.file, u.pos
        ) AS latitude_after,
        lead(u.longitude) OVER (
          PARTITION BY u.secret, u.credential ORDER BY u.time, u.event_id, u.file, u.pos
        ) AS longitude_after
      FROM uses u
      WHERE u.latitude IS NOT NULL
    ) n
    CROSS JOIN (VALUES ('before'), ('after')) AS s (side)
    WHERE n.unexpected
  ) d
  WHERE d.elsewhere IS NOT NULL
    AND d.km > (SELECT t.value FROM settings t WHERE t.name = 'impossible_travel_km')
) p
WHERE p.rank = 1
  AND p.kmh > (SELECT t.value FROM settings t WHERE t.name = 'impossible_travel_kmh')
ORDER BY p.time, p.source, p.event_id, p.secret
