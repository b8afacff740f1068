-- Which scopes must be covered before an exposed secret can be cleared. An AWS key: its account
-- in every region seen there, and us-east-1. A GitHub credential: git events and web events of
-- the organisations where it acted, else of all at hand (a person's own log is of none). Other
-- kinds: nothing could show them.
CREATE VIEW watched AS
SELECT DISTINCT
  k.secret AS secret,
  'cloudtrail' AS source,
  k.account AS account,
  k.account || '/' || r.region AS scope
FROM (
  SELECT u.secret AS secret, u.account AS account
  FROM touches u
  WHERE u.source = 'cloudtrail' AND u.depth = 0 AND u.account IS NOT NULL
  UNION
  -- The key's own account, as the log names it …
  SELECT u.secret, split_part(u.actor, ':', 5)
  FROM touches u
  WHERE u.source = 'cloudtrail' AND u.depth = 0 AND u.actor LIKE 'arn:%'
  UNION
  -- … else as the inventory or the key id does, which is only advice.
  SELECT s.id, s.account
  FROM secrets s
  WHERE s.exposed AND s.kind = 'aws-access-key' AND s.account IS NOT NULL
    AND NOT EXISTS (
      SELECT 1 FROM touches u
      WHERE u.secret = s.id AND u.source = 'cloudtrail' AND u.depth = 0
        AND u.actor LIKE 'arn:%')
) k
JOIN (
  SELECT p.account AS account, p.region AS region
  FROM scopes p
  WHERE p.source = 'cloudtrail' AND p.region IS NOT NULL
  UNION
  SELECT s.account, 'us-east-1' FROM secrets s WHERE s.account IS NOT NULL
  UNION
  SELECT u.account, 'us-east-1' FROM touches u WHERE u.source = 'cloudtrail' AND u.depth = 0
  UNION
  SELECT split_part(u.actor, ':', 5), 'us-east-1'
  FROM touches u
  WHERE u.source = 'cloudtrail' AND u.depth = 0 AND u.actor LIKE 'arn:%'
) r ON r.account = k.account
UNION ALL
SELECT DISTINCT
  s.id,
  'github',
  o.account,
  o.account || '/' || c.class
FROM secrets s
CROSS JOIN (VALUES ('git'), ('web')) AS c (class)
JOIN (
  SELECT DISTINCT p.account AS account
  FROM scopes p
  WHERE p.source = 'github' AND p.account <> '-'
) o
  ON o.account IN (
      SELECT u.account FROM touches u
      WHERE u.secret = s.id AND u.source = 'github' AND u.depth = 0)
  OR NOT EXISTS (
      SELECT 1 FROM touches u
      WHERE u.secret = s.id AND u.source = 'github' AND u.depth = 0 AND u.account IS NOT NULL)
WHERE s.exposed
  AND s.kind IN ('github-token', 'github-oauth-grant', 'github-app-key', 'ssh-key')
