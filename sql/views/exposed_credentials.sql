-- The credentials by which an exposed secret shows in the logs, in the logs' own words: exact
-- ids and hashes as they are, the rest (tails, token ids, grants …) as found there. What matches
-- in several ways keeps the strongest.
CREATE VIEW exposed_credentials AS
SELECT
  x.secret AS secret,
  x.credential AS credential,
  x.match AS match
FROM (
  SELECT
    found.secret AS secret,
    found.credential AS credential,
    found.match AS match,
    row_number() OVER (
      PARTITION BY found.secret, found.credential
      ORDER BY CASE found.match
        WHEN 'exact' THEN 1
        WHEN 'token_id' THEN 2
        WHEN 'fingerprint' THEN 3
        WHEN 'key' THEN 4
        WHEN 'tail' THEN 5
        WHEN 'grant' THEN 6
        WHEN 'app' THEN 7
        WHEN 'repository' THEN 8
        ELSE 9 END
    ) AS place
  FROM (
    SELECT sc.secret AS secret, sc.credential AS credential, sc.match AS match
    FROM secret_credentials sc
    WHERE sc.match IN ('exact', 'token_id', 'fingerprint', 'key', 'login')
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
    -- token_id is stable for a token and bridges to its hash, and back where a log has the id
    -- alone.
    SELECT sc.secret, n.hash, 'token_id'
    FROM secret_credentials sc
    JOIN token_names n ON n.id = sc.credential
    WHERE sc.match = 'token_id'
    UNION ALL
    SELECT sc.secret, n.id, 'token_id'
    FROM secret_credentials sc
    JOIN token_names n ON n.hash = sc.credential
    WHERE sc.match = 'exact' AND n.id IS NOT NULL
    UNION ALL
    -- A deploy key that the log does not name is any deploy key of its repository; where the
    -- log knows the key, others of the repository are others.
    SELECT sc.secret, seen.credential, sc.match
    FROM secret_credentials sc
    JOIN (
      SELECT DISTINCT e.session AS session, e.credential AS credential
      FROM events e
      WHERE e.source = 'github' AND e.session LIKE 'deploy_key:%' AND e.credential IS NOT NULL
    ) seen ON lower(seen.session) = lower(sc.credential)
    LEFT JOIN (
      SELECT DISTINCT f.secret AS secret
      FROM secret_credentials f
      JOIN events e ON e.credential = f.credential
      WHERE f.match = 'fingerprint' AND e.source = 'github'
    ) named ON named.secret = sc.secret
    WHERE sc.match = 'repository'
      AND (named.secret IS NULL OR seen.credential = seen.session)
    UNION ALL
    -- The name of an application may hold a slash, a login never does. A token that first
    -- acts after the declared end is the successor's.
    SELECT sc.secret, seen.credential, sc.match
    FROM secret_credentials sc
    JOIN secrets s ON s.id = sc.secret
    JOIN apps seen
      ON (regexp_extract(lower(sc.credential), '^(.*)/([^/]*)$', 1) = '*'
        OR seen.via = regexp_extract(lower(sc.credential), '^(.*)/([^/]*)$', 1)
        OR starts_with(seen.via,
          regexp_extract(lower(sc.credential), '^(.*)/([^/]*)$', 1) || ' (')
        OR strpos(seen.via,
          '(' || regexp_extract(lower(sc.credential), '^(.*)/([^/]*)$', 1) || ')') > 0)
      AND (regexp_extract(lower(sc.credential), '^(.*)/([^/]*)$', 2) = '*'
        OR seen.actor = regexp_extract(lower(sc.credential), '^(.*)/([^/]*)$', 2))
    WHERE sc.match = 'grant'
      AND seen.via IS NOT NULL
      AND (s.window_end IS NULL OR seen.first_seen < s.window_end)
    UNION ALL
    SELECT sc.secret, seen.credential, sc.match
    FROM secret_credentials sc
    JOIN secrets s ON s.id = sc.secret
    JOIN apps seen ON seen.actor = lower(sc.credential) || '[bot]'
      OR seen.via = lower(sc.credential)
      OR strpos(seen.via, '(' || lower(sc.credential) || ')') > 0
    WHERE sc.match = 'app'
      AND (s.window_end IS NULL OR seen.first_seen < s.window_end)
  ) found
) x
JOIN secrets s ON s.id = x.secret
WHERE x.place = 1 AND s.exposed
