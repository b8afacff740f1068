-- What the logs of a scope cannot show, whatever the window. They keep no secret from being
-- cleared, since nearly every log has them; whoever reads the answer must know them.
CREATE VIEW caveats AS
SELECT
  k.source AS source,
  k.account AS scope,
  'no data events' AS what
FROM kinds k
WHERE k.source = 'cloudtrail'
GROUP BY k.source, k.account
HAVING count(CASE WHEN k.kind = 'data' THEN 1 END) = 0
UNION ALL
SELECT k.source, k.account, 'no API requests'
FROM kinds k
WHERE k.source = 'github' AND k.account <> '-' AND k.region IN ('git', 'web')
GROUP BY k.source, k.account
HAVING count(CASE WHEN k.kind = 'api' THEN 1 END) = 0
UNION ALL
SELECT k.source, k.account, 'no source addresses'
FROM kinds k
WHERE k.source = 'circleci'
  AND NOT EXISTS (SELECT 1 FROM ips i JOIN events e ON e.ip = i.ip WHERE e.source = 'circleci')
GROUP BY k.source, k.account
UNION ALL
-- Somebody swept it, or its log is a fragment.
SELECT p.source, p.scope, 'seen on one day only'
FROM scopes p
JOIN scopes a ON a.source = p.source AND a.scope = p.account || '/*'
WHERE p.source = 'cloudtrail' AND p.region IS NOT NULL AND p.days = 1 AND a.days > 7
UNION ALL
-- Roles of accounts whose own log is not at hand: what was done with them is not here.
SELECT DISTINCT 'cloudtrail', split_part(e.target, ':', 5), 'roles assumed in it, no log of it'
FROM events e
LEFT JOIN scopes p
  ON p.source = 'cloudtrail' AND p.scope = split_part(e.target, ':', 5) || '/*'
WHERE e.source = 'cloudtrail'
  AND e.action IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot')
  AND e.target LIKE 'arn:aws%:iam::%:role/%'
  AND p.scope IS NULL
