-- The silences of a scope that are too long to be quiet. Long is what view scopes says; and where it
-- has usual working hours, what misses more of them than a day has, or, if it is no usual silence
-- that a holiday made longer, more than the setting's hours: nights and weekends are silent without
-- missing any, and a weekend's length says nothing of a Wednesday.
CREATE VIEW outages AS
SELECT
  s.source AS source,
  s.scope AS scope,
  s.from_time AS from_time,
  s.to_time AS to_time
FROM silences s
JOIN scopes j ON j.source = s.source AND j.scope = s.scope
LEFT JOIN (
  SELECT
    q.source AS source, q.scope AS scope, q.from_time AS from_time, count(*) AS hours
  FROM (
    SELECT l.source AS source, l.scope AS scope, l.from_time AS from_time, n.hour AS hour
    FROM (
      SELECT v.source AS source, v.scope AS scope, v.from_time AS from_time, v.to_time AS to_time
      FROM silences v
      JOIN scopes k ON k.source = v.source AND k.scope = v.scope
      WHERE v.seconds <= k.gap_seconds
        AND v.seconds > greatest(7200, -- a whole hour lies within
          (SELECT t.value FROM settings t WHERE t.name = 'coverage_gap_hours') * 3600)
    ) l
    CROSS JOIN UNNEST(sequence(date_trunc('hour', l.from_time) + INTERVAL '1' HOUR,
      date_trunc('hour', l.to_time) - INTERVAL '1' HOUR, INTERVAL '1' HOUR)) AS n (hour)
  ) q
  JOIN busy_hours b ON b.source = q.source AND b.scope = q.scope
    AND b.slot = date_diff('hour', TIMESTAMP '1900-01-01 00:00:00', q.hour) % 168
  GROUP BY q.source, q.scope, q.from_time
) missed ON missed.source = s.source AND missed.scope = s.scope AND missed.from_time = s.from_time
LEFT JOIN (
  SELECT d.source AS source, d.scope AS scope, max(d.hours) AS hours
  FROM (
    SELECT b.source AS source, b.scope AS scope, count(*) AS hours
    FROM busy_hours b
    GROUP BY b.source, b.scope, b.slot - b.slot % 24
  ) d
  GROUP BY d.source, d.scope
) day ON day.source = s.source AND day.scope = s.scope
WHERE s.seconds > j.gap_seconds
  OR missed.hours > day.hours
  OR (missed.hours > (SELECT t.value FROM settings t WHERE t.name = 'coverage_gap_hours')
    AND s.seconds - missed.hours * 3600 < j.usual_seconds)
