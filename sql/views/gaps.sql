-- The silences that are too long to be quiet, per scope, by the scope that judges it.
CREATE VIEW gaps AS
SELECT
  p.source AS source,
  p.scope AS scope,
  s.from_time AS from_time,
  s.to_time AS to_time
FROM scopes p
JOIN outages s ON s.source = p.source AND s.scope = p.judged_by
