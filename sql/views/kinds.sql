-- Which kinds of events each account's or organisation's log has. A trail delivers management
-- events only, unless its owner asked (and paid) for more; GitHub delivers API requests to
-- streams only.
CREATE VIEW kinds AS
SELECT
  e.source AS source,
  coalesce(CASE WHEN e.source = 'github' THEN lower(e.account) ELSE e.account END, '-') AS account,
  e.region AS region,
  coalesce(e.category, '-') AS kind,
  count(*) AS events,
  min(e.time) AS first_time,
  max(e.time) AS last_time
FROM events e
GROUP BY e.source, CASE WHEN e.source = 'github' THEN lower(e.account) ELSE e.account END,
  e.region, e.category
