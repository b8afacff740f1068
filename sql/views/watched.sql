-- Which scopes must be covered before an exposed secret can be cleared. An AWS key: its account
-- in every region seen there, and us-east-1. A GitHub credential: git events and web events of
-- the organisations where it acted, else of all at hand. Other kinds: nothing could show them.
CREATE VIEW watched AS
SELECT DISTINCT
  k.secret AS secret,
  'cloudtrail' AS source,
  k.account AS account,
  k.account || '/' || r.region AS scope
FROM (
  SELECT s.id AS secret, s.account AS account
  FROM secrets s
  WHERE s.exposed AND s.kind = 'aws-access-key' AND s.account IS NOT NULL
  UNION
  SELECT u.secret, u.account
  FROM touches u
  WHERE u.source = 'cloudtrail' AND u.depth = 0 AND u.account IS NOT NULL
) k
JOIN (
  SELECT p.account AS account, p.region AS region
  FROM scopes p
  WHERE p.source = 'cloudtrail' AND p.region IS NOT NULL
  UNION
  SELECT s.account, 'us-east-1' FROM secrets s WHERE s.account IS NOT NULL
  UNION
  SELECT u.account, 'us-east-1' FROM touches u WHERE u.source = 'cloudtrail' AND u.depth = 0
) r ON r.account = k.account
UNION ALL
SELECT DISTINCT
  s.id,
  'github',
  o.account,
  o.account || '/' || c.class
FROM secrets s
CROSS JOIN (VALUES ('git'), ('web')) AS c (class)
JOIN (SELECT DISTINCT p.account AS account FROM scopes p WHERE p.source = 'github') o
  ON o.account IN (
      SELECT u.account FROM touches u
      WHERE u.secret = s.id AND u.source = 'github' AND u.depth = 0)
  OR NOT EXISTS (
      SELECT 1 FROM touches u
      WHERE u.secret = s.id AND u.source = 'github' AND u.depth = 0 AND u.account IS NOT NULL)
WHERE s.exposed
  AND s.kind IN ('github-token', 'github-oauth-grant', 'github-app-key', 'ssh-key')
