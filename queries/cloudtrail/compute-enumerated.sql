-- A key listed machines, networks and images.
--
-- Looked over before machines are rented, copied or entered. Each call is daily business
-- everywhere, so it takes several kinds within minutes (settings enumeration_calls and
-- enumeration_minutes) by an unexpected use of an exposed secret.
--
-- level: low
-- sources: cloudtrail
-- attack: T1580
-- group: credential
-- false positives: a new version of a deployment tool
-- references: https://attack.mitre.org/techniques/T1580/
WITH calls AS (
  SELECT a.*, to_unixtime(a.time) AS at, s.seconds AS seconds, s.enough AS enough,
    CASE WHEN to_unixtime(a.time) - lag(to_unixtime(a.time)) OVER (
      PARTITION BY a.secret, a.credential, a.action ORDER BY a.time, a.event_id) <= s.seconds
      THEN 0 ELSE 1 END AS fresh
  FROM acts a
  CROSS JOIN (
    SELECT max(CASE WHEN t.name = 'enumeration_calls' THEN t.value END) AS enough,
      max(CASE WHEN t.name = 'enumeration_minutes' THEN t.value * 60 END) AS seconds
    FROM settings t
  ) s
  WHERE a.source = 'cloudtrail'
    AND a.secret IS NOT NULL
    AND a.service = 'ec2.amazonaws.com'
    AND a.action IN ('DescribeInstances', 'DescribeSnapshots', 'DescribeSecurityGroups',
      'DescribeVpcs', 'DescribeRegions', 'DescribeImages', 'DescribeSubnets', 'DescribeKeyPairs',
      'DescribeVolumes', 'DescribeInstanceTypes', 'DescribeAvailabilityZones',
      'DescribeAccountAttributes')
),
counted AS (
  SELECT c.*, sum(c.fresh) OVER (PARTITION BY c.secret, c.credential ORDER BY c.at
    RANGE BETWEEN c.seconds PRECEDING AND CURRENT ROW) AS so_far
  FROM calls c
),
bursts AS (
  SELECT c.*, max(c.so_far) OVER (PARTITION BY c.secret, c.credential ORDER BY c.at
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
  b.busiest AS kinds
FROM bursts b
WHERE b.busiest >= b.enough
ORDER BY b.time, b.event_id, b.secret
