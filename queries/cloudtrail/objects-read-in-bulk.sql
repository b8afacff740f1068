-- A key read many objects, or many bytes, within an hour.
--
-- Only trails with data events show it; a log without them is silent for that reason alone. The
-- settings bulk_read_objects, bulk_read_megabytes and bulk_read_minutes say how much is much.
-- Every build that publishes reads in bulk: unexpected uses of exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1530
-- group: credential
-- false positives: a build that got a new cache in the window
-- references: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-s3.html
WITH reads AS (
  SELECT a.*, to_unixtime(a.time) AS at,
    coalesce(TRY_CAST(json_extract_scalar(a.details, '$.additionalEventData.bytesTransferredOut')
      AS DOUBLE), 0) AS bytes,
    s.objects AS objects, s.megabytes AS megabytes, s.seconds AS seconds
  FROM acts a
  CROSS JOIN (
    SELECT max(CASE WHEN t.name = 'bulk_read_objects' THEN t.value END) AS objects,
      max(CASE WHEN t.name = 'bulk_read_megabytes' THEN t.value END) AS megabytes,
      max(CASE WHEN t.name = 'bulk_read_minutes' THEN t.value * 60 END) AS seconds
    FROM settings t
  ) s
  WHERE a.source = 'cloudtrail'
    AND a.service = 's3.amazonaws.com'
    AND a.action = 'GetObject'
    AND a.outcome = 'success'
    AND a.secret IS NOT NULL
),
counted AS (
  SELECT r.*,
    count(*) OVER (PARTITION BY r.secret, r.credential ORDER BY r.at
      RANGE BETWEEN r.seconds PRECEDING AND CURRENT ROW) AS number,
    sum(r.bytes) OVER (PARTITION BY r.secret, r.credential ORDER BY r.at
      RANGE BETWEEN r.seconds PRECEDING AND CURRENT ROW) / 1000000 AS volume
  FROM reads r
),
bursts AS (
  SELECT c.*,
    max(c.number) OVER (PARTITION BY c.secret, c.credential ORDER BY c.at
      RANGE BETWEEN CURRENT ROW AND c.seconds FOLLOWING) AS most,
    max(c.volume) OVER (PARTITION BY c.secret, c.credential ORDER BY c.at
      RANGE BETWEEN CURRENT ROW AND c.seconds FOLLOWING) AS largest
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
  b.most AS objects_within,
  round(b.largest) AS megabytes_within
FROM bursts b
WHERE b.most >= b.objects OR b.largest >= b.megabytes
ORDER BY b.time, b.event_id, b.secret
