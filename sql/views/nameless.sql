-- What keeps an exposed secret from being cleared although its logs are whole: events in its
-- window that may be its use, but that do not say by which credential; logs that never name one;
-- and calls by it that made a credential which the log leaves out, so that the chain breaks.
CREATE VIEW nameless AS
WITH
-- Git events that may be anybody's, and the weak name that they have. Tokens speak http, keys
-- ssh; public code needs neither. What GitHub hashes of a key is not documented, so a hash that
-- is not the inventory's may still be the key's.
git (account, time, ssh, name, actor) AS (
  SELECT
    e.account,
    e.time,
    coalesce(e.credential_kind = 'ssh_key'
      OR json_extract_scalar(e.details, '$.transport_protocol_name') = 'ssh', false),
    CASE
      WHEN e.credential IS NULL THEN 'none'
      WHEN e.credential LIKE 'deploy_key:%' THEN 'repository'
      ELSE 'hash'
    END,
    lower(e.actor)
  FROM events e
  LEFT JOIN (
    SELECT DISTINCT v.credential AS credential
    FROM events v
    WHERE v.source = 'github' AND v.via IS NOT NULL AND v.credential IS NOT NULL
  ) known ON known.credential = e.credential
  WHERE e.source = 'github'
    AND (e.region = 'git'
      OR (e.credential IS NULL AND lower(e.actor_kind) LIKE '%token%'))
    AND (e.credential IS NULL
      OR e.credential_kind = 'ssh_key'
      OR (known.credential IS NULL AND lower(e.actor_kind) LIKE '%oauth%'))
    AND coalesce(json_extract_scalar(e.details, '$.repository_public'),
      json_extract_scalar(e.details, '$.data.repository_public'), 'false') <> 'true'
),
suspects (secret, kind, account, exposed_at, ends, login, repository, seen) AS (
  SELECT DISTINCT
    w.secret,
    s.kind,
    w.account,
    p.exposed_at,
    p.ends,
    regexp_extract(lower(s.identifier), '/([^/]*)$', 1),
    r.secret IS NOT NULL,
    f.secret IS NOT NULL
  FROM watched w
  JOIN secrets s ON s.id = w.secret
  JOIN spans p ON p.secret = w.secret
  LEFT JOIN (
    SELECT DISTINCT c.secret AS secret
    FROM secret_credentials c
    WHERE c.match = 'repository'
  ) r ON r.secret = w.secret
  LEFT JOIN (
    SELECT DISTINCT t.secret AS secret
    FROM touches t
    WHERE t.depth = 0 AND t.match = 'fingerprint'
  ) f ON f.secret = w.secret
  WHERE w.source = 'github'
)
SELECT
  x.secret AS secret,
  'github' AS source,
  x.account || '/git' AS scope,
  'an event without credential' AS why,
  count(*) AS events
FROM suspects x
JOIN git g ON g.account = x.account
  AND g.time >= x.exposed_at AND (x.ends IS NULL OR g.time < x.ends)
WHERE (x.kind = 'github-token' AND NOT g.ssh AND g.name = 'none')
  OR (x.kind = 'github-oauth-grant' AND NOT g.ssh
    AND (g.actor IS NULL OR x.login = '*' OR g.actor = x.login))
  OR (x.kind = 'ssh-key' AND g.ssh
    AND (g.name = 'none'
      OR (g.name = 'repository' AND NOT x.repository)
      OR (g.name = 'hash' AND NOT x.repository AND NOT x.seen)))
GROUP BY x.secret, x.account
UNION ALL
-- A log in which nobody's credential is named: an export without that column.
SELECT
  n.secret,
  n.source,
  n.scope,
  'a log without credentials',
  n.events
FROM (
  SELECT
    w.secret AS secret,
    w.source AS source,
    w.scope AS scope,
    sum(a.events) AS events,
    sum(a.named) AS named
  FROM (
    SELECT DISTINCT
      x.secret AS secret,
      x.source AS source,
      CASE WHEN x.source = 'cloudtrail' THEN x.account || '/*' ELSE x.scope END AS scope
    FROM watched x
    JOIN secrets s ON s.id = x.secret
    WHERE s.kind <> 'ssh-key' AND (x.source = 'cloudtrail' OR x.scope = x.account || '/web')
  ) w
  JOIN spans p ON p.secret = w.secret
  JOIN (
    SELECT v.source AS source, v.scope AS scope, v.events AS events, v.named AS named,
      v.first_time AS first_time, v.last_time AS last_time
    FROM activity v
    WHERE v.source <> 'cloudtrail'
    UNION ALL
    SELECT v.source, v.account || '/*', sum(v.events), sum(v.named),
      min(v.first_time), max(v.last_time)
    FROM activity v
    WHERE v.source = 'cloudtrail'
    GROUP BY v.source, v.account, v.hour
  ) a ON a.source = w.source AND a.scope = w.scope
    AND a.last_time >= p.exposed_at AND (p.ends IS NULL OR a.first_time < p.ends)
  GROUP BY w.secret, w.source, w.scope
) n
WHERE n.named = 0
UNION ALL
SELECT
  u.secret,
  u.source,
  u.account || coalesce('/' || u.region, ''),
  'a credential made without a name',
  count(*)
FROM uses u
WHERE u.source = 'cloudtrail'
  AND u.phase IN ('window', 'after')
  AND u.outcome = 'success'
  AND u.minted IS NULL
  AND ((u.service = 'sts.amazonaws.com'
      AND u.action IN ('AssumeRole', 'AssumeRoot', 'GetSessionToken', 'GetFederationToken'))
    OR (u.service = 'iam.amazonaws.com' AND u.action = 'CreateAccessKey'))
GROUP BY u.secret, u.source, u.account, u.region
