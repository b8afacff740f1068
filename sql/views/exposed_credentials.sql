-- The credentials by which an exposed secret shows in the logs, in the logs' own words: exact
-- ids and hashes as they are, the rest (tails, token ids, grants …) as found there.
CREATE VIEW exposed_credentials AS
SELECT DISTINCT found.secret AS secret, found.credential AS credential, found.match AS match
FROM (
  SELECT sc.secret AS secret, sc.credential AS credential, sc.match AS match
  FROM secret_credentials sc
  WHERE sc.match IN ('exact', 'fingerprint', 'key', 'login')
  UNION ALL
  -- A masked tail joins within the accounts at hand.
  SELECT sc.secret, seen.credential, sc.match
  FROM secret_credentials sc
  JOIN (
    SELECT DISTINCT e.credential AS credential
    FROM events e
    WHERE e.source = 'cloudtrail' AND e.credential LIKE 'AKIA%'
  ) seen ON substr(seen.credential, 17) = sc.credential
  WHERE sc.match = 'tail'
  UNION ALL
  -- token_id is stable for a token and bridges to its hash; a deploy key without a hash is any
  -- deploy key of its repository.
  SELECT sc.secret, seen.credential, sc.match
  FROM secret_credentials sc
  JOIN (
    SELECT DISTINCT e.session AS session, e.credential AS credential
    FROM events e
    WHERE e.source = 'github' AND e.session IS NOT NULL AND e.credential IS NOT NULL
  ) seen ON seen.session = sc.credential
  WHERE sc.match IN ('token_id', 'repository')
  UNION ALL
  SELECT sc.secret, seen.credential, sc.match
  FROM secret_credentials sc
  JOIN (
    SELECT DISTINCT
      lower(e.via) AS via,
      lower(e.actor) AS actor,
      e.credential AS credential
    FROM events e
    WHERE e.source = 'github' AND e.via IS NOT NULL AND e.credential IS NOT NULL
  ) seen ON (lower(split_part(sc.credential, '/', 1)) = '*'
      OR seen.via = lower(split_part(sc.credential, '/', 1))
      OR starts_with(seen.via, lower(split_part(sc.credential, '/', 1)) || ' (')
      OR strpos(seen.via, '(' || lower(split_part(sc.credential, '/', 1)) || ')') > 0)
    AND (split_part(sc.credential, '/', 2) = '*'
      OR seen.actor = lower(split_part(sc.credential, '/', 2)))
  WHERE sc.match = 'grant'
  UNION ALL
  SELECT sc.secret, seen.credential, sc.match
  FROM secret_credentials sc
  JOIN (
    SELECT DISTINCT
      lower(e.via) AS via,
      lower(e.actor) AS actor,
      e.credential AS credential
    FROM events e
    WHERE e.source = 'github' AND e.credential IS NOT NULL
      AND (e.via IS NOT NULL OR e.actor LIKE '%[bot]')
  ) seen ON seen.actor = lower(sc.credential) || '[bot]'
    OR seen.via = lower(sc.credential)
    OR strpos(seen.via, '(' || lower(sc.credential) || ')') > 0
  WHERE sc.match = 'app'
) found
JOIN secrets s ON s.id = found.secret
WHERE s.exposed
