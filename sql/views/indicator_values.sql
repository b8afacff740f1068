-- What events have that an indicator names: an address, an agent, an application or a target, one
-- row for each value and indicator. Compared are the distinct values, not the events. Of several
-- indicators of one address, ips has chosen the surest. An OAuth application is known by its name or
-- by its id, since via is "NAME (ID)" or either; a repository by its name, whoever owns it, unless
-- the indicator says whose it is. Case does not count, * stands for any text.
CREATE VIEW indicator_values AS
WITH
wanted (what, type, indicator, confidence, source, text, pattern) AS (
  SELECT
    CASE
      WHEN n.type = 'user_agent' THEN 'agent'
      WHEN n.type = 'oauth_app' THEN 'via'
      WHEN strpos(n.value, '/') > 0 THEN 'repository'
      ELSE 'name'
    END,
    n.type,
    n.value,
    n.confidence,
    n.source,
    lower(n.value),
    CASE WHEN strpos(n.value, '*') > 0 THEN replace(replace(replace(replace(
      lower(n.value), '\', '\\'), '%', '\%'), '_', '\_'), '*', '%') END
  FROM indicators n
  WHERE n.type IN ('user_agent', 'oauth_app', 'repository')
),
seen (what, field, value, text) AS (
  SELECT 'agent', 'agent', a.agent, lower(a.agent)
  FROM (SELECT DISTINCT e.agent AS agent FROM events e WHERE e.agent IS NOT NULL) a
  UNION ALL
  SELECT 'via', 'via', v.via, regexp_replace(lower(v.via), ' \([^()]*\)$', '')
  FROM (SELECT DISTINCT e.via AS via FROM events e
    WHERE e.source = 'github' AND e.via IS NOT NULL) v
  UNION ALL
  SELECT 'via', 'via', v.via, regexp_extract(lower(v.via), '\(([^()]*)\)$', 1)
  FROM (SELECT DISTINCT e.via AS via FROM events e
    WHERE e.source = 'github' AND e.via LIKE '% (%)') v
  UNION ALL
  SELECT 'repository', 'target', t.target, lower(t.target)
  FROM (SELECT DISTINCT e.target AS target FROM events e
    WHERE e.source = 'github' AND e.target LIKE '%/%') t
  UNION ALL
  SELECT 'name', 'target', t.target, lower(substr(t.target, strpos(t.target, '/') + 1))
  FROM (SELECT DISTINCT e.target AS target FROM events e
    WHERE e.source = 'github' AND e.target LIKE '%/%') t
)
SELECT DISTINCT
  m.field AS field,
  m.value AS value,
  m.type AS type,
  m.indicator AS indicator,
  m.confidence AS confidence,
  m.source AS source
FROM (
  SELECT s.field, s.value, w.type, w.indicator, w.confidence, w.source
  FROM seen s
  JOIN wanted w ON w.what = s.what AND w.text = s.text
  UNION ALL
  SELECT s.field, s.value, w.type, w.indicator, w.confidence, w.source
  FROM seen s
  JOIN wanted w ON w.what = s.what AND s.text LIKE w.pattern ESCAPE '\'
  UNION ALL
  SELECT 'ip', i.ip, n.type, n.value, n.confidence, n.source
  FROM ips i
  JOIN indicators n ON n.value = i.indicator AND n.type IN ('ip', 'network')
) m
