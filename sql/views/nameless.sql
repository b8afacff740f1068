-- What keeps an exposed secret from being cleared although its logs are whole: events in its
-- window that may be its use, but that do not say by which credential, or say it in a way that the
-- inventory does not; logs that never name one; calls by it that made a credential which the log
-- leaves out, and sessions whose making is in no log, so that the chain breaks.
CREATE VIEW nameless AS
WITH
-- The user of a key, by the calls that made or ended it. One action each, so that details are read
-- of these calls only.
key_owners (secret, account, user_name) AS (
  SELECT DISTINCT x.secret, k.account,
    json_extract_scalar(k.details, '$.requestParameters.userName')
  FROM exposed_credentials x
  JOIN (
    SELECT e.minted AS credential, e.account AS account, e.details AS details
    FROM events e
    WHERE e.source = 'cloudtrail' AND e.service = 'iam.amazonaws.com'
      AND e.action = 'CreateAccessKey' AND e.outcome = 'success'
    UNION ALL
    SELECT e.target, e.account, e.details
    FROM events e
    WHERE e.source = 'cloudtrail' AND e.service = 'iam.amazonaws.com'
      AND e.action = 'UpdateAccessKey' AND e.outcome = 'success'
    UNION ALL
    SELECT e.target, e.account, e.details
    FROM events e
    WHERE e.source = 'cloudtrail' AND e.service = 'iam.amazonaws.com'
      AND e.action = 'DeleteAccessKey' AND e.outcome = 'success'
  ) k ON k.credential = x.credential
),
-- Events by GitHub's programs, and how little they say. Git events are often anybody's; of web
-- events only a program's are asked, a browser needs no token. Reading public code needs none.
-- What GitHub hashes of a key is not documented, so a hash that is not the inventory's may still
-- be the key's. Counted by the hour: there may be millions, and thousands of secrets.
acts_of (account, region, actor, transport, name, kind, apart, first_time, last_time, events) AS (
  SELECT
    g.account, g.region, g.actor, g.transport, g.name, g.kind, g.apart,
    min(g.time), max(g.time), count(*)
  FROM (
    SELECT
      lower(e.account) AS account,
      e.region AS region,
      lower(e.actor) AS actor,
      e.time AS time,
      CASE
        WHEN e.credential_kind = 'ssh_key' THEN 'ssh'
        WHEN e.region = 'git'
          THEN coalesce(github_field(e.details, 'transport_protocol_name'), 'unknown')
        ELSE 'http'
      END AS transport,
      CASE
        WHEN e.credential IS NULL OR e.credential LIKE 'app:%' THEN 'none'
        WHEN e.credential_kind = 'token' AND e.credential NOT LIKE 'token_id:%'
          AND length(e.credential) <> 44 THEN 'none' -- cut off or masked: no hash to compare
        WHEN e.credential LIKE 'deploy_key:%' THEN 'repository'
        WHEN paired.id IS NOT NULL OR e.session LIKE 'token_id:%' AND e.credential <> e.session
          THEN 'both'
        WHEN e.credential LIKE 'token_id:%' THEN 'id'
        ELSE 'hash'
      END AS name,
      CASE
        WHEN e.credential_kind = 'ssh_key' THEN 'key'
        WHEN lower(e.actor_kind) LIKE '%oauth%' THEN 'oauth'
        WHEN lower(e.actor_kind) LIKE '%github app%' OR lower(e.actor_kind) LIKE '%server-to-server%'
          OR lower(e.actor_kind) LIKE '%user-to-server%' THEN 'app'
        WHEN lower(e.actor_kind) LIKE '%token%' THEN 'token'
        ELSE 'unknown'
      END AS kind,
      -- An application that has its name is another.
      e.via IS NOT NULL OR app.credential IS NOT NULL AS apart,
      date_trunc('hour', e.time) AS hour
    FROM events e
    LEFT JOIN (
      SELECT DISTINCT v.credential AS credential FROM apps v WHERE v.via IS NOT NULL
    ) app ON app.credential = e.credential
    LEFT JOIN (
      SELECT n.id AS id FROM token_names n WHERE n.id IS NOT NULL
      UNION
      SELECT n.hash FROM token_names n WHERE n.id IS NOT NULL
    ) paired ON paired.id = e.credential
    WHERE e.source = 'github'
      AND (e.region = 'git' OR e.credential_kind = 'token' OR lower(e.actor_kind) LIKE '%token%')
      AND (e.action NOT IN ('git.clone', 'git.fetch')
        OR github_private(e.details))
  ) g
  GROUP BY g.account, g.region, g.actor, g.transport, g.name, g.kind, g.apart, g.hour
),
suspects (secret, kind, account, exposed_at, ends, login, repository, seen, has_id, has_hash) AS (
  SELECT DISTINCT
    w.secret,
    s.kind,
    w.account,
    p.exposed_at,
    p.ends,
    regexp_extract(lower(s.identifier), '/([^/]*)$', 1),
    r.secret IS NOT NULL,
    f.secret IS NOT NULL,
    coalesce(n.has_id, false),
    coalesce(n.has_hash, false)
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
  LEFT JOIN (
    SELECT
      c.secret AS secret,
      bool_or(c.credential LIKE 'token_id:%') AS has_id,
      bool_or(c.credential NOT LIKE 'token_id:%') AS has_hash
    FROM exposed_credentials c
    WHERE c.match IN ('exact', 'token_id')
    GROUP BY c.secret
  ) n ON n.secret = w.secret
  WHERE w.source = 'github'
)
SELECT
  x.secret AS secret,
  'github' AS source,
  x.account || '/' || g.region AS scope,
  'an event without credential' AS why,
  sum(g.events) AS events
FROM suspects x
JOIN acts_of g ON g.account = x.account
  AND g.last_time >= x.exposed_at AND (x.ends IS NULL OR g.first_time < x.ends)
WHERE (x.kind = 'github-token' AND g.transport <> 'ssh'
    AND (g.name = 'none' AND NOT g.apart
      OR g.name = 'id' AND NOT x.has_id
      OR g.name = 'hash' AND NOT x.has_hash))
  OR (x.kind = 'github-oauth-grant' AND g.transport <> 'ssh' AND NOT g.apart
    AND (g.kind = 'oauth' OR g.name = 'none' AND g.kind IN ('token', 'unknown'))
    AND (g.actor IS NULL OR x.login = '*' OR g.actor = x.login))
  OR (x.kind = 'github-app-key' AND g.transport <> 'ssh' AND NOT g.apart
    AND (g.kind = 'app'
      OR g.name = 'none' AND g.kind IN ('token', 'unknown')
        AND (g.actor IS NULL OR g.actor LIKE '%[bot]')))
  OR (x.kind = 'ssh-key' AND g.kind IN ('key', 'unknown') AND g.transport <> 'http'
    AND (g.name = 'none'
      OR (g.name = 'repository' AND NOT x.repository)
      OR (g.name IN ('hash', 'id', 'both') AND NOT x.repository AND NOT x.seen)))
GROUP BY x.secret, x.account, g.region
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
      AND u.action IN ('AssumeRole', 'AssumeRoot', 'GetSessionToken', 'GetFederationToken')
      -- What began under its name at that moment is it.
      AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.file = u.file AND g.pos = u.pos))
    OR (u.service = 'iam.amazonaws.com' AND u.action = 'CreateAccessKey'))
GROUP BY u.secret, u.source, u.account, u.region
UNION ALL
-- A session of the same user that no key in the log has made, nor the console: whoever holds the
-- secret can make one for 36 hours, in a region whose log is not at hand. Whose a key is that never
-- acted, who made or ended it has said.
SELECT
  k.secret,
  'cloudtrail',
  e.account || coalesce('/' || e.region, ''),
  'a session that nothing made',
  count(*)
FROM (
  SELECT DISTINCT t.secret AS secret, t.actor AS actor
  FROM touches t
  WHERE t.source = 'cloudtrail' AND t.depth = 0 AND t.actor LIKE 'arn:aws%:iam::%:user/%'
  UNION
  SELECT o.secret, n.actor
  FROM key_owners o
  JOIN (
    SELECT DISTINCT v.actor AS actor
    FROM events v
    WHERE v.source = 'cloudtrail' AND v.credential LIKE 'ASIA%'
      AND v.actor LIKE 'arn:aws%:iam::%:user/%'
  ) n ON split_part(n.actor, ':', 5) = o.account
    AND regexp_extract(n.actor, '[^/]+$') = o.user_name
) k
JOIN spans p ON p.secret = k.secret
JOIN events e ON e.actor = k.actor
LEFT JOIN (SELECT DISTINCT g.child AS child FROM grants g) made ON made.child = e.credential
WHERE e.source = 'cloudtrail'
  AND e.credential LIKE 'ASIA%'
  AND made.child IS NULL
  AND e.time >= p.exposed_at
  AND (p.ends IS NULL OR e.time < p.ends + INTERVAL '36' HOUR)
  AND coalesce(json_extract_scalar(e.details, '$.sessionCredentialFromConsole'), 'false') <> 'true'
GROUP BY k.secret, e.account, e.region
UNION ALL
-- A role of another account that a user of the key's account took, by a call that the log of the
-- key's own account lacks: the region of that call is not at hand.
SELECT
  k.secret,
  'cloudtrail',
  e.account || coalesce('/' || e.region, ''),
  'a role that a user took',
  count(*)
FROM (
  SELECT DISTINCT w.secret AS secret, w.account AS account
  FROM watched w
  WHERE w.source = 'cloudtrail'
) k
JOIN spans p ON p.secret = k.secret
JOIN events e ON e.source = 'cloudtrail' AND e.action = 'AssumeRole'
  AND e.actor_kind = 'AWSAccount' AND e.actor LIKE 'AIDA%' AND e.minted IS NOT NULL
  AND json_extract_scalar(e.details, '$.userIdentity.accountId') = k.account
LEFT JOIN (SELECT DISTINCT g.child AS child FROM grants g) made ON made.child = e.minted
WHERE made.child IS NULL
  AND e.account <> k.account
  AND e.time >= p.exposed_at
  AND (p.ends IS NULL OR e.time < p.ends)
GROUP BY k.secret, e.account, e.region
