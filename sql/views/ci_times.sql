-- When the jobs of a holder ran, a context or a project, in seconds since 1970. certain is true where
-- the log says so: the job was given the context, or is of the project, and both its start and its
-- finish are known. Where an end is missing, the longest job is assumed. The holder '*' has the jobs
-- that may be anybody's: no context is ever named in their log, or the project is not.
CREATE VIEW ci_times AS
SELECT DISTINCT
  h.holder AS holder,
  to_unixtime(h.first_mark) - CASE WHEN h.starts IS NULL THEN longest.seconds ELSE 0 END AS starts,
  to_unixtime(h.last_mark) + CASE WHEN h.ends IS NULL OR h.last_mark > h.ends
    THEN longest.seconds ELSE 0 END AS ends,
  h.whole AND h.holder NOT IN ('context:*', 'project:*') AS certain
FROM (
  SELECT 'context:' || j.context AS holder, j.starts AS starts, j.ends AS ends,
    j.first_mark AS first_mark, j.last_mark AS last_mark, j.whole AS whole
  FROM jobs j
  WHERE j.context IS NOT NULL
  UNION ALL
  SELECT 'context:*', j.starts, j.ends, j.first_mark, j.last_mark, j.whole
  FROM jobs j
  LEFT JOIN (
    SELECT DISTINCT g.account AS account FROM jobs g WHERE g.context IS NOT NULL
  ) naming ON naming.account = j.account
  WHERE naming.account IS NULL
  UNION ALL
  SELECT 'project:' || coalesce(j.project, '*'), j.starts, j.ends, j.first_mark, j.last_mark,
    j.whole
  FROM jobs j
) h
CROSS JOIN (
  SELECT max(t.value) * 3600 AS seconds FROM settings t WHERE t.name = 'circleci_job_hours'
) longest
