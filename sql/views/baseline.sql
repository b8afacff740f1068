-- What each secret's credentials did before the window, one row per fact. derived tells the
-- facts of sessions and keys made with it from its own. An hour is one of the week, UTC: Tue 14.
CREATE VIEW baseline AS
SELECT
  f.secret AS secret,
  f.derived AS derived,
  f.what AS what,
  f.value AS value,
  sum(f.events) AS events,
  min(f.first_seen) AS first_seen,
  max(f.last_seen) AS last_seen
FROM (
  SELECT
    g.secret AS secret,
    g.derived AS derived,
    k.what AS what,
    CASE k.what
      WHEN 'place' THEN g.place
      WHEN 'ip' THEN g.ip
      WHEN 'network' THEN g.network
      WHEN 'owner' THEN g.organisation
      WHEN 'country' THEN g.country
      WHEN 'agent' THEN g.agent_family
      WHEN 'action' THEN g.action
      WHEN 'region' THEN g.region
      WHEN 'target' THEN g.target
    END AS value,
    g.events AS events,
    g.first_seen AS first_seen,
    g.last_seen AS last_seen
  FROM (
    SELECT
      t.secret AS secret,
      t.depth > 0 AS derived,
      t.place AS place,
      t.ip AS ip,
      t.network AS network,
      t.organisation AS organisation,
      t.country AS country,
      t.agent_family AS agent_family,
      t.action AS action,
      t.region AS region,
      CASE WHEN t.source = 'github' THEN t.target END AS target,
      count(*) AS events,
      min(t.time) AS first_seen,
      max(t.time) AS last_seen
    FROM touches t
    WHERE t.phase = 'before'
    GROUP BY t.secret, t.depth > 0, t.place, t.ip, t.network, t.organisation, t.country,
      t.agent_family, t.action, t.region, CASE WHEN t.source = 'github' THEN t.target END
  ) g
  CROSS JOIN (VALUES ('place'), ('ip'), ('network'), ('owner'), ('country'), ('agent'), ('action'),
    ('region'), ('target')) AS k (what)
  UNION ALL
  -- By itself: within the groups above hours would make each use one of its own.
  SELECT t.secret, t.depth > 0, 'hour', t.hour, count(*), min(t.time), max(t.time)
  FROM touches t
  WHERE t.phase = 'before'
  GROUP BY t.secret, t.depth > 0, t.hour
) f
WHERE f.value IS NOT NULL
GROUP BY f.secret, f.derived, f.what, f.value
