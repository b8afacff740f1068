-- Was each credential's minting, and that of all before it, expected? The secret's own are.
CREATE VIEW births AS
WITH RECURSIVE
mintings (secret, credential, event, expected) AS (
  SELECT
    j.secret, j.credential, j.event_id,
    bool_and(j.listed_why IS NOT NULL OR j.responder OR j.fits)
  FROM judged j
  JOIN (SELECT DISTINCT c.secret AS secret, c.parent AS parent, c.event AS event
    FROM credentials c) m
    ON m.secret = j.secret AND m.parent = j.credential AND m.event = j.event_id
  GROUP BY j.secret, j.credential, j.event_id
),
lines (secret, credential, depth, expected) AS (
  SELECT c.secret, c.credential, c.depth, true
  FROM credentials c
  WHERE c.depth = 0
  UNION ALL
  SELECT c.secret, c.credential, c.depth, l.expected AND m.expected
  FROM lines l
  JOIN credentials c
    ON c.secret = l.secret AND c.parent = l.credential AND c.depth = l.depth + 1
  LEFT JOIN mintings m ON m.secret = c.secret AND m.credential = c.parent AND m.event = c.event
)
SELECT l.secret AS secret, l.credential AS credential, bool_and(l.expected) AS expected
FROM lines l
GROUP BY l.secret, l.credential
