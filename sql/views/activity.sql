-- The hours in which each scope's logs show anything, and how much of it names a credential that a
-- secret of the inventory can be (an application's name is none). A scope is what can go missing
-- by itself: an account's region, an organisation's git events, its web events.
CREATE VIEW activity AS
SELECT
  e.source AS source,
  e.account || coalesce('/' || e.region, '') AS scope,
  e.account AS account,
  e.region AS region,
  date_trunc('hour', e.time) AS hour,
  count(*) AS events,
  count(CASE WHEN e.credential_kind IN ('access_key', 'token', 'login') THEN 1 END) AS named,
  min(e.time) AS first_time,
  max(e.time) AS last_time
FROM (
  -- The name of an organisation has no case.
  SELECT v.source AS source,
    coalesce(CASE WHEN v.source = 'github' THEN lower(v.account) ELSE v.account END, '-') AS account,
    v.region AS region, v.time AS time, v.credential_kind AS credential_kind
  FROM events v
) e
GROUP BY e.source, e.account, e.region, date_trunc('hour', e.time)
