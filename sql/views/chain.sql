-- Every exposed credential and all that was minted with it, any number of steps away. depth 0
-- are the secret's own. The bound only stops a log that claims a circle. Ties are settled, so
-- that the same logs give the same chain.
CREATE VIEW chain AS
WITH RECURSIVE
edges (parent, child, how, minted_at, event) AS (
  SELECT r.parent, r.child, r.how, r.at, r.event
  FROM (
    SELECT
      g.parent AS parent,
      g.child AS child,
      g.how AS how,
      g.at AS at,
      g.event AS event,
      row_number() OVER (PARTITION BY g.parent, g.child ORDER BY g.at, g.event) AS place
    FROM grants g
  ) r
  WHERE r.place = 1
),
steps (secret, credential, match, parent, depth, how, minted_at, event) AS (
  SELECT
    x.secret, x.credential, x.match, CAST(NULL AS VARCHAR), 0, CAST(NULL AS VARCHAR),
    CAST(NULL AS TIMESTAMP), CAST(NULL AS VARCHAR)
  FROM exposed_credentials x
  UNION ALL
  SELECT s.secret, g.child, s.match, g.parent, s.depth + 1, g.how, g.minted_at, g.event
  FROM steps s
  JOIN edges g ON g.parent = s.credential
  -- Nothing makes anything before it is made itself; clocks of regions differ by seconds.
  WHERE s.depth < 32
    AND (s.minted_at IS NULL OR g.minted_at >= s.minted_at - INTERVAL '5' SECOND)
)
SELECT
  r.secret AS secret,
  r.credential AS credential,
  r.match AS match,
  r.parent AS parent,
  r.depth AS depth,
  r.how AS how,
  r.minted_at AS minted_at,
  r.event AS event
FROM (
  SELECT
    s.secret AS secret,
    s.credential AS credential,
    s.match AS match,
    s.parent AS parent,
    s.depth AS depth,
    s.how AS how,
    s.minted_at AS minted_at,
    s.event AS event,
    row_number() OVER (
      PARTITION BY s.secret, s.credential
      ORDER BY s.depth, s.minted_at, s.event, s.parent, s.match) AS place
  FROM steps s
) r
WHERE r.place = 1
