-- When a CircleCI job ran that had a secret of the inventory, in seconds since 1970. certain is
-- true where the log says so: the job was given the context, or is of the project, and both its
-- start and its finish are known. Otherwise it may have run then and may have had it: the log does
-- not name the project, or no contexts at all, or one end is missing and the longest job is
-- assumed.
CREATE VIEW ci_times AS
WITH
held AS (
  SELECT s.id AS secret, 'context' AS place, lower(substr(s.stored_in, 9)) AS name
  FROM secrets s
  WHERE s.exposed AND s.stored_in LIKE 'context:%'
  UNION ALL
  SELECT s.id, 'project', regexp_extract(lower(substr(s.stored_in, 9)),
    '^((gh|github|bb|bitbucket|circleci)/)?(.+)$', 3)
  FROM secrets s
  WHERE s.exposed AND s.stored_in LIKE 'project:%'
)
SELECT DISTINCT
  h.secret AS secret,
  to_unixtime(j.first_mark) - CASE WHEN j.starts IS NULL THEN longest.seconds ELSE 0 END AS starts,
  to_unixtime(j.last_mark) + CASE WHEN j.ends IS NULL OR j.last_mark > j.ends
    THEN longest.seconds ELSE 0 END AS ends,
  j.whole AND coalesce(
    CASE h.place WHEN 'context' THEN j.context = h.name ELSE j.project = h.name END, false)
    AS certain
FROM held h
CROSS JOIN jobs j
CROSS JOIN (
  SELECT max(t.value) * 3600 AS seconds FROM settings t WHERE t.name = 'circleci_job_hours'
) longest
LEFT JOIN (
  SELECT DISTINCT g.account AS account FROM jobs g WHERE g.context IS NOT NULL
) naming ON naming.account = j.account
WHERE (h.place = 'context' AND (j.context = h.name OR naming.account IS NULL))
  OR (h.place = 'project' AND (j.project = h.name OR j.project IS NULL))
