-- The spans between one event of a scope and the next, less what CloudTrail's digests prove to be
-- silent. An AWS account as a whole is a scope too ("ACCOUNT/*"): its quiet regions are judged by
-- it, since one trail delivers them together; the proof of one region says nothing of the others.
CREATE VIEW silences AS
SELECT
  h.source AS source,
  h.scope AS scope,
  h.before AS from_time,
  h.first_time AS to_time,
  date_diff('second', h.before, h.first_time) AS seconds
FROM (
  SELECT
    a.source AS source,
    a.scope AS scope,
    a.first_time AS first_time,
    max(a.last_time) OVER (
      PARTITION BY a.source, a.scope ORDER BY a.first_time, a.last_time
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM (
    SELECT v.source AS source, v.scope AS scope, v.first_time AS first_time,
      v.last_time AS last_time
    FROM activity v
    UNION ALL
    SELECT v.source, v.account || '/*', min(v.first_time), max(v.last_time)
    FROM activity v
    WHERE v.source = 'cloudtrail'
    GROUP BY v.source, v.account, v.hour
    UNION ALL
    SELECT 'cloudtrail', q.account || '/' || q.region, q.from_time, q.to_time
    FROM silent q
  ) a
) h
WHERE h.before IS NOT NULL AND h.before < h.first_time
