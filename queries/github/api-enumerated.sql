-- An exposed secret listed through the API what it opens, or was refused again and again.
--
-- So it began in April 2022: list the organisations, list their repositories, then choose. Several
-- lists, or a row of refusals, are a search; a single list weighs less. GitHub delivers API
-- requests to streams only, and not all of them, so most logs are blind to it.
--
-- level: high
-- sources: github
-- attack: T1526, T1087
-- needs: github api.request
-- group: credential, level
-- false positives: a new tool that lists first
-- references: https://github.blog/news-insights/company-news/security-alert-stolen-oauth-user-tokens/
WITH
requests AS (
  SELECT
    a.secret AS secret, a.source AS source, a.event_id AS event_id, a.time AS time,
    a.credential AS credential, a.actor AS actor, a.action AS action, a.target AS target,
    a.ip AS ip, a.file AS file, a.pos AS pos,
    regexp_like(coalesce(github_field(a.details, 'status_code'), ''), '^4') AS refused,
    -- Without host, version and query. A route has its parts in braces or after colons.
    regexp_extract(lower(coalesce(github_field(a.details, 'url_path'),
      github_field(a.details, 'route'))), '^(https?://[^/]+)?(/api/v3)?/?([^?]*)', 3) AS path
  FROM acts a
  WHERE a.source = 'github' AND a.secret IS NOT NULL AND a.action = 'api.request'
),
listed AS (
  SELECT
    r.secret AS secret, r.source AS source, r.event_id AS event_id, r.time AS time,
    r.credential AS credential, r.actor AS actor, r.action AS action, r.target AS target,
    r.ip AS ip, r.file AS file, r.pos AS pos, r.refused AS refused, r.path AS path,
    regexp_like(r.path, '^user/(orgs|repos|memberships|installations|teams|keys)'
      || '|^(orgs|organizations)/[^/]+/(repos|members|teams|hooks|installations|audit-log)$'
      || '|^(organizations|orgs/[^/]+/actions/(secrets|variables|runners))$'
      || '|^repos/[^/]+/[^/]+/(actions/(secrets|variables|runners)|keys|hooks|collaborators)$')
      AS is_list
  FROM requests r
),
refusals AS (
  SELECT r.secret AS secret, r.time AS time,
    row_number() OVER (PARTITION BY r.secret ORDER BY r.time, r.event_id) AS n
  FROM requests r
  WHERE r.refused
),
limits AS (
  SELECT
    max(CASE WHEN t.name = 'github_burst_hours' THEN t.value END) * 3600 AS seconds,
    max(CASE WHEN t.name = 'github_list_requests' THEN t.value END) AS lists,
    max(CASE WHEN t.name = 'github_refused_requests' THEN t.value END) AS refused
  FROM settings t
),
searching AS (
  SELECT DISTINCT f.secret AS secret
  FROM refusals f
  CROSS JOIN limits l
  JOIN refusals g ON g.secret = f.secret AND g.n = f.n + CAST(l.refused AS INTEGER) - 1
  WHERE date_diff('second', f.time, g.time) <= l.seconds
),
listing AS (
  SELECT l.secret AS secret, count(DISTINCT l.path) AS lists
  FROM listed l
  WHERE l.is_list AND NOT l.refused
  GROUP BY l.secret
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
  CASE WHEN s.secret IS NOT NULL OR g.lists >= (SELECT l.lists FROM limits l) THEN 'high'
    ELSE 'medium' END AS level,
  CASE WHEN a.refused THEN 'failure' ELSE 'success' END AS outcome,
  a.path AS path
FROM listed a
LEFT JOIN searching s ON s.secret = a.secret
LEFT JOIN listing g ON g.secret = a.secret
WHERE a.is_list OR (a.refused AND s.secret IS NOT NULL)
ORDER BY a.time, a.event_id, a.secret
