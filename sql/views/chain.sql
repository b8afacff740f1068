-- Every exposed credential and all that was minted with it, any number of steps away. depth 0
-- are the secret's own. The bound only stops a log that claims a circle.
CREATE VIEW chain AS
WITH RECURSIVE
edges (parent, child, how, minted_at, event) AS (
  SELECT g.parent, g.child, min_by(g.how, g.at), min(g.at), min_by(g.event, g.at)
  FROM grants g
  GROUP BY g.parent, g.child
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
  WHERE s.depth < 32
)
SELECT
  s.secret AS secret,
  s.credential AS credential,
  min_by(s.match, s.depth) AS match,
  min_by(s.parent, s.depth) AS parent,
  min(s.depth) AS depth,
  min_by(s.how, s.depth) AS how,
  min_by(s.minted_at, s.depth) AS minted_at,
  min_by(s.event, s.depth) AS event
FROM steps s
GROUP BY s.secret, s.credential
