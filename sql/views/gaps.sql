-- The silences that are too long to be quiet, per scope, by the scope that judges it.
CREATE VIEW gaps AS
SELECT
  p.source AS source,
  p.scope AS scope,
  s.from_time AS from_time,
  s.to_time AS to_time
FROM scopes p
JOIN scopes j ON j.source = p.source AND j.scope = p.judged_by
JOIN silences s ON s.source = j.source AND s.scope = j.scope
WHERE s.seconds > j.gap_seconds
