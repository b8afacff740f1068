-- Which scopes must be covered before an exposed secret can be cleared, and by which scope each is
-- judged. An AWS key: its account in every region seen there, and us-east-1, and the accounts
-- that it assumed roles in. A GitHub credential: git events and web events of every organisation
-- at hand (a person's own log is of none), and of the one whose repository it is for, or whose
-- project held it. Other kinds: nothing could show them. Where the key or what it made has acted,
-- a region speaks for itself.
CREATE VIEW watched AS
WITH
acted (secret, depth, match, account, region, actor) AS (
  SELECT DISTINCT u.secret, u.depth, u.match, u.account, u.region, u.actor
  FROM touches u
  WHERE u.source = 'cloudtrail'
),
accounts (secret, account) AS (
  SELECT a.secret, a.account
  FROM acted a
  WHERE a.account IS NOT NULL
  UNION
  -- The key's own account, as the log names it …
  SELECT a.secret, split_part(a.actor, ':', 5)
  FROM acted a
  WHERE a.depth = 0 AND a.actor LIKE 'arn:%'
  UNION
  SELECT u.secret, json_extract_scalar(e.details, '$.userIdentity.accountId')
  FROM touches u
  JOIN events e ON e.file = u.file AND e.pos = u.pos
  WHERE u.source = 'cloudtrail' AND u.depth = 0 AND (u.actor IS NULL OR u.actor NOT LIKE 'arn:%')
  UNION
  -- … else as the inventory and the key id do, which is only advice. Where only the end of a key is
  -- known, one that ends alike in another account may be another.
  SELECT s.id, k.account
  FROM secrets s
  JOIN (
    SELECT p.id AS secret, p.account AS account
    FROM secrets p
    UNION
    SELECT c.secret, c.credential
    FROM secret_credentials c
    WHERE c.match = 'account'
  ) k ON k.secret = s.id
  WHERE s.exposed AND s.kind = 'aws-access-key' AND k.account IS NOT NULL
    AND NOT EXISTS (
      SELECT 1 FROM acted a
      WHERE a.secret = s.id AND a.depth = 0 AND a.match <> 'tail' AND a.actor LIKE 'arn:%')
  UNION
  -- A session of another account's role acts there.
  SELECT c.secret, split_part(e.target, ':', 5)
  FROM credentials c
  JOIN grants g ON g.event = c.event AND g.child = c.credential
  JOIN events e ON e.file = g.file AND e.pos = g.pos
  WHERE c.depth > 0 AND e.target LIKE 'arn:aws%:iam::%:role/%'
    AND (c.ends IS NULL OR c.ends > c.secret_exposed_at)
),
regions (account, region) AS (
  SELECT p.account, p.region
  FROM scopes p
  WHERE p.source = 'cloudtrail' AND p.region IS NOT NULL
  UNION
  SELECT a.account, 'us-east-1'
  FROM accounts a
),
organisations (secret, account) AS (
  SELECT s.id, p.account
  FROM secrets s
  CROSS JOIN scopes p
  WHERE p.source = 'github' AND p.account <> '-' AND p.region IN ('git', 'web')
  UNION
  SELECT n.secret, n.account
  FROM (
    SELECT c.secret AS secret,
      regexp_extract(lower(c.credential), '^deploy_key:([^/]+)/', 1) AS account
    FROM secret_credentials c
    WHERE c.match = 'repository'
    UNION ALL
    SELECT s.id, regexp_extract(lower(s.stored_in), '^project:(gh|github)/([^/]+)/', 2)
    FROM secrets s
  ) n
  WHERE n.account <> ''
    AND EXISTS (SELECT 1 FROM scopes p WHERE p.source = 'github')
)
SELECT DISTINCT
  k.secret AS secret,
  'cloudtrail' AS source,
  k.account AS account,
  k.account || '/' || r.region AS scope,
  CASE WHEN m.secret IS NULL THEN p.judged_by ELSE k.account || '/' || r.region END AS judged_by
FROM accounts k
JOIN regions r ON r.account = k.account
LEFT JOIN scopes p ON p.source = 'cloudtrail' AND p.scope = k.account || '/' || r.region
LEFT JOIN (SELECT DISTINCT a.secret AS secret, a.account AS account, a.region AS region
  FROM acted a) m
  ON m.secret = k.secret AND m.account = k.account AND m.region = r.region
WHERE k.account IS NOT NULL
UNION ALL
SELECT DISTINCT
  s.id,
  'github',
  o.account,
  o.account || '/' || c.class,
  o.account || '/' || c.class
FROM secrets s
CROSS JOIN (VALUES ('git'), ('web')) AS c (class)
JOIN organisations o ON o.secret = s.id
WHERE s.exposed
  AND s.kind IN ('github-token', 'github-oauth-grant', 'github-app-key', 'ssh-key')
