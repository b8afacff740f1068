-- An exposed or derived credential and its own window. A derived one lives until its own expiry
-- or revocation, whatever became of its parent. named is false where the log names only who acted
-- or for whom, so that the successor of the secret looks the same: a login, the deploy keys of a
-- repository, an application without its token.
CREATE VIEW credentials AS
SELECT
  c.secret AS secret,
  c.credential AS credential,
  c.match AS match,
  c.match NOT IN ('repository', 'login') AND c.credential NOT LIKE 'app:%' AS named,
  c.parent AS parent,
  c.depth AS depth,
  c.how AS how,
  c.minted_at AS minted_at,
  c.event AS event,
  born.expires AS expires,
  CASE WHEN c.depth = 0 OR c.minted_at < w.exposed_at THEN w.exposed_at ELSE c.minted_at
  END AS exposed_at,
  CASE
    WHEN c.depth = 0 THEN w.ends
    WHEN born.expires IS NULL THEN gone.at
    WHEN gone.at IS NULL OR born.expires < gone.at THEN born.expires
    ELSE gone.at
  END AS ends,
  w.exposed_at AS secret_exposed_at,
  w.ends AS secret_ends
FROM chain c
JOIN spans w ON w.secret = c.secret
LEFT JOIN (
  SELECT g.event AS event, g.child AS child, max(g.expires) AS expires
  FROM grants g
  GROUP BY g.event, g.child
) born ON born.event = c.event AND born.child = c.credential
LEFT JOIN (
  SELECT m.secret AS secret, m.credential AS credential, min(off.at) AS at
  FROM chain m
  JOIN revocations off ON off.credential = m.credential
  LEFT JOIN (
    SELECT r.credential AS credential, max(r.at) AS at
    FROM revocations r
    WHERE r.how = 're-enabled'
    GROUP BY r.credential
  ) again ON again.credential = off.credential
  LEFT JOIN chain own ON own.secret = m.secret AND own.credential = off.by_credential
  WHERE off.how <> 're-enabled'
    AND (again.at IS NULL OR off.at > again.at)
    AND (m.minted_at IS NULL OR off.at >= m.minted_at)
    -- A password that the thief sets once more is still his.
    AND (off.how <> 'replaced' OR own.credential IS NULL)
  GROUP BY m.secret, m.credential
) gone ON gone.secret = c.secret AND gone.credential = c.credential
