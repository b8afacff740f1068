-- The hours in which each scope's logs show anything, and how much of it names a credential. A
-- scope is what can go missing by itself: an account's region, an organisation's git events, its
-- web events.
CREATE VIEW activity AS
SELECT
  e.source AS source,
  coalesce(e.account, '-') || coalesce('/' || e.region, '') AS scope,
  coalesce(e.account, '-') AS account,
  e.region AS region,
  date_trunc('hour', e.time) AS hour,
  count(*) AS events,
  count(e.credential) AS named,
  min(e.time) AS first_time,
  max(e.time) AS last_time
FROM events e
GROUP BY e.source, e.account, e.region, date_trunc('hour', e.time)
