-- A key was denied many calls from one address within minutes.
--
-- Whoever does not know what a stolen key may do tries it out. A build that lost one permission
-- fails at the same call again and again; how many calls and minutes make a burst is in the
-- settings denied_calls and denied_minutes.
--
-- level: high
-- sources: cloudtrail
-- attack: T1580
-- needs: ip
-- group: credential, ip
-- false positives: a deployment whose permissions were cut too far
-- references: https://github.com/Yamato-Security/suzaku-rules
WITH calls AS (
  SELECT a.*, to_unixtime(a.time) AS at, s.seconds AS seconds, s.enough AS enough,
    1 AS fresh
  FROM acts a
  CROSS JOIN (
    SELECT max(CASE WHEN t.name = 'denied_calls' THEN t.value END) AS enough,
      max(CASE WHEN t.name = 'denied_minutes' THEN t.value * 60 END) AS seconds
    FROM settings t
  ) s
  WHERE a.source = 'cloudtrail'
    AND a.secret IS NOT NULL
    AND a.outcome = 'failure'
    AND regexp_like(a.error, 'AccessDenied|UnauthorizedOperation|NotAuthorized')
),
counted AS (
  SELECT c.*, sum(c.fresh) OVER (PARTITION BY c.secret, c.credential, c.ip ORDER BY c.at
    RANGE BETWEEN c.seconds PRECEDING AND CURRENT ROW) AS so_far
  FROM calls c
),
bursts AS (
  SELECT c.*, max(c.so_far) OVER (PARTITION BY c.secret, c.credential, c.ip ORDER BY c.at
    RANGE BETWEEN CURRENT ROW AND c.seconds FOLLOWING) AS busiest
  FROM counted c
)
SELECT
  b.secret AS secret,
  b.source AS event_source,
  b.event_id AS event_id,
  b.time AS time,
  b.credential AS credential,
  b.actor AS actor,
  b.action AS action,
  b.target AS target,
  b.ip AS ip,
  b.file AS file,
  b.pos AS pos,
  b.busiest AS denied
FROM bursts b
WHERE b.busiest >= b.enough
ORDER BY b.time, b.event_id, b.secret
