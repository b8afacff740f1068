-- A token or application was let in, and soon took many private repositories.
--
-- Either alone is daily work; both within hours, by a credential that was not seen before, is how
-- a stolen session is turned into code. That is rare enough to be told whoever did it. Where the
-- log names no credentials, the person must fit.
--
-- level: high
-- sources: github
-- attack: T1213.003, T1528
-- group: granting
-- false positives: a new backup or scanning service
-- references: https://attack.mitre.org/techniques/T1528/
WITH
granted AS (
  SELECT
    a.secret AS secret, a.source AS source, a.event_id AS event_id, a.time AS time,
    a.credential AS credential, a.actor AS actor, a.action AS action, a.target AS target,
    a.ip AS ip, a.file AS file, a.pos AS pos, lower(a.actor) AS by_actor,
    lower(github_field(a.details, 'user')) AS for_user,
    replace(lower(github_field(a.details, 'integration')), ' ', '-') || '[bot]' AS as_app
  FROM acts a
  WHERE a.source = 'github'
    AND a.action IN ('personal_access_token.access_granted', 'oauth_authorization.create',
      'org.oauth_app_access_approved', 'integration_installation.create',
      'org_credential_authorization.grant')
),
names AS (
  SELECT g.event_id AS event_id, g.secret AS secret, g.time AS time, g.by_actor AS who
  FROM granted g
  UNION
  SELECT g.event_id, g.secret, g.time, g.for_user
  FROM granted g
  UNION
  SELECT g.event_id, g.secret, g.time, g.as_app
  FROM granted g
),
-- Clones by what was not seen before, soon after and by whom it was granted to.
taken AS (
  SELECT
    g.event_id AS granting, g.secret AS secret, c.source AS source, c.event_id AS event_id,
    c.time AS time, c.credential AS credential, c.actor AS actor, c.action AS action,
    c.target AS target, c.ip AS ip, c.file AS file, c.pos AS pos
  FROM names g
  JOIN acts c ON lower(c.actor) = g.who
    AND c.time > g.time
    AND date_diff('second', g.time, c.time) <= 3600
      * (SELECT t.value FROM settings t WHERE t.name = 'github_burst_hours')
  LEFT JOIN (
    SELECT e.credential AS credential, min(e.time) AS time
    FROM events e WHERE e.source = 'github' GROUP BY e.credential
  ) born ON born.credential = c.credential
  WHERE c.source = 'github'
    AND c.action IN ('git.clone', 'repo.download_zip')
    AND github_private(c.details)
    AND (c.credential IS NULL OR born.time > g.time)
),
burst AS (
  SELECT k.granting AS granting
  FROM taken k
  GROUP BY k.granting
  HAVING count(DISTINCT lower(k.target))
    >= (SELECT t.value FROM settings t WHERE t.name = 'github_burst_repositories')
)
SELECT
  a.secret AS secret,
  a.source AS event_source,
  a.event_id AS event_id,
  a.time AS time,
  a.credential AS credential,
  a.actor AS actor,
  a.action AS action,
  a.target AS target,
  a.ip AS ip,
  a.file AS file,
  a.pos AS pos,
  a.granting AS granting,
  a.step AS step
FROM (
  SELECT g.secret AS secret, g.source AS source, g.event_id AS event_id, g.time AS time,
    g.credential AS credential, g.actor AS actor, g.action AS action, g.target AS target,
    g.ip AS ip, g.file AS file, g.pos AS pos, g.event_id AS granting, '1 granted' AS step
  FROM granted g
  UNION ALL
  SELECT k.secret, k.source, k.event_id, k.time, k.credential, k.actor, k.action, k.target,
    k.ip, k.file, k.pos, k.granting, '2 taken'
  FROM taken k
) a
JOIN burst b ON b.granting = a.granting
ORDER BY a.time, a.event_id, a.secret, a.granting
