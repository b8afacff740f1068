-- An event, not before the incident, that shows an indicator: by its address, its user agent, the
-- OAuth application that it came through, the repository that it acted on, or the commit of a
-- workflow's run. A row for each indicator that it shows.
CREATE VIEW hits AS
SELECT
  h.file AS file,
  h.pos AS pos,
  h.type AS type,
  h.indicator AS indicator,
  h.confidence AS confidence,
  h.indicator_source AS indicator_source
FROM (
  SELECT e.file AS file, e.pos AS pos, e.time AS time, m.type AS type, m.indicator AS indicator,
    m.confidence AS confidence, m.source AS indicator_source
  FROM events e
  JOIN indicator_values m ON m.field = 'ip' AND m.value = e.ip
  UNION ALL
  SELECT e.file, e.pos, e.time, m.type, m.indicator, m.confidence, m.source
  FROM events e
  JOIN indicator_values m ON m.field = 'agent' AND m.value = e.agent
  UNION ALL
  SELECT e.file, e.pos, e.time, m.type, m.indicator, m.confidence, m.source
  FROM events e
  JOIN indicator_values m ON m.field = 'via' AND m.value = e.via
  WHERE e.source = 'github'
  UNION ALL
  SELECT e.file, e.pos, e.time, m.type, m.indicator, m.confidence, m.source
  FROM events e
  JOIN indicator_values m ON m.field = 'target' AND m.value = e.target
  WHERE e.source = 'github'
  UNION ALL
  -- Of all events only those of workflows have a commit, and details cost most to read.
  SELECT e.file, e.pos, e.time, n.type, n.value, n.confidence, n.source
  FROM events e
  JOIN indicators n ON n.type = 'commit' AND n.value = regexp_extract(lower(e.details),
    '"[a-z_-]*(revision|sha|commit)[a-z_-]*" *: *"([0-9a-f]{40,64})"', 2)
  WHERE e.source IN ('github', 'circleci') AND e.service IN ('workflows', 'workflow')
) h
CROSS JOIN incident n
WHERE n.starts IS NULL OR h.time >= n.starts
