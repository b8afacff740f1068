-- What was read with an exposed secret or what it made, and is exposed by that: the second list to
-- rotate. Uses that are known to be the build's own are not in it; those that the log cannot tell
-- from another's are, and then certain is false.
CREATE VIEW exposed_next AS
SELECT
  r.secret AS secret,
  r.what AS what,
  r.name AS name,
  min(r.credential) AS credential,
  min_by(r.action, ROW(r.time, r.event_id)) AS action,
  min(r.time) AS first_seen,
  max(r.time) AS last_seen,
  count(*) AS reads,
  bool_or(NOT coalesce(r.expected, true)) AS certain,
  min_by(r.event_id, ROW(r.time, r.event_id)) AS event
FROM (
  SELECT
    u.secret AS secret,
    k.what AS what,
    coalesce(
      -- Calls that read several name them in a list, of twenty at most.
      CASE WHEN k.list IS NOT NULL
        THEN json_extract_scalar(e.details, k.list || '[' || CAST(n.i AS VARCHAR) || ']') END,
      CASE WHEN n.i = 0 THEN CASE k.action
        WHEN 'GetParametersByPath'
          THEN json_extract_scalar(e.details, '$.requestParameters.path') || '*'
        WHEN 'DescribeTaskDefinition'
          THEN json_extract_scalar(e.details, '$.requestParameters.taskDefinition')
        WHEN 'GetClusterCredentials'
          THEN json_extract_scalar(e.details, '$.requestParameters.clusterIdentifier')
        ELSE coalesce(u.target, u.account) END END) AS name,
    u.credential AS credential,
    u.action AS action,
    u.expected AS expected,
    u.time AS time,
    u.event_id AS event_id
  FROM uses u
  JOIN disclosing_calls k
    ON k.service = u.service
      AND (u.action = k.action OR (k.service = 'lambda.amazonaws.com'
        AND regexp_extract(u.action, '^([A-Za-z]+)2', 1) = k.action))
  LEFT JOIN acts_of_all e
    ON k.unpacked AND e.part = 'disclosing' AND e.file = u.file AND e.pos = u.pos
  CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13),
    (14), (15), (16), (17), (18), (19)) AS n (i)
  WHERE u.phase IN ('window', 'after')
    AND u.named
    AND u.outcome = 'success'
    AND NOT coalesce(u.expected, false)
    AND (n.i = 0 OR k.list IS NOT NULL)
    AND (u.service <> 'ssm.amazonaws.com'
      OR json_extract_scalar(e.details, '$.requestParameters.withDecryption') = 'true')
    AND (u.action <> 'DescribeInstanceAttribute'
      OR json_extract_scalar(e.details, '$.requestParameters.attribute') = 'userData')
    -- Of files, those that are known to hold credentials by their names.
    AND (u.action <> 'GetObject' OR regexp_like(lower(u.target),
      '(\.env|\.pem|\.ppk|\.p12|\.pfx|\.jks|\.kdbx|\.tfstate|\.npmrc|\.pypirc|\.netrc|\.htpasswd|id_rsa|id_ed25519|credential|secret|kubeconfig|password)'))
    AND (u.source <> 'github' OR u.action = 'git.push' OR github_private(e.details))
) r
WHERE r.name IS NOT NULL
GROUP BY r.secret, r.what, r.name
