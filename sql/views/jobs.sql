-- The jobs that CircleCI's log tells of, one row per context that a job was given. A job is known
-- by its workflow and its name there; project and context are NULL where the log does not name
-- them. starts or ends is NULL where the log lacks the start or the finish; whole is true where it
-- has each once. Names are in lower case, projects as owner/name.
CREATE VIEW jobs AS
WITH
given AS (
  SELECT DISTINCT
    e.account AS account,
    e.session AS workflow,
    json_extract_scalar(e.details, '$.payload.job.job_name') AS job,
    lower(e.target) AS context
  FROM events e
  WHERE e.source = 'circleci' AND e.action = 'context.secrets.accessed'
    AND e.outcome = 'success' AND e.session IS NOT NULL
)
SELECT
  k.account AS account,
  k.workflow AS workflow,
  k.name AS name,
  k.project AS project,
  had.context AS context,
  k.starts AS starts,
  k.ends AS ends,
  k.first_mark AS first_mark,
  k.last_mark AS last_mark,
  k.marks = 2 AND k.starts IS NOT NULL AND k.ends >= k.starts AS whole
FROM (
  SELECT
    e.account AS account,
    e.session AS workflow,
    e.target AS name,
    -- The scope is the project or, without a slash, its organisation.
    min(regexp_extract(lower(json_extract_scalar(e.details, '$.scope.name')),
      '^([a-z]+: *)?((gh|github|bb|bitbucket|circleci)/)?([^/]+/.+)$', 4)) AS project,
    min(CASE WHEN e.action = 'workflow.job.start' THEN e.time END) AS starts,
    max(CASE WHEN e.action = 'workflow.job.finish' THEN e.time END) AS ends,
    min(e.time) AS first_mark,
    max(e.time) AS last_mark,
    count(*) AS marks
  FROM events e
  WHERE e.source = 'circleci' AND e.action IN ('workflow.job.start', 'workflow.job.finish')
  GROUP BY e.account, e.session, e.target
) k
LEFT JOIN (
  -- Some logs name the job that was given a context, some only its workflow: then all of its jobs.
  SELECT g.account AS account, g.workflow AS workflow, g.job AS name, g.context AS context
  FROM given g
  WHERE g.job IS NOT NULL
  UNION
  SELECT g.account, g.workflow, e.target, g.context
  FROM given g
  JOIN events e ON e.account = g.account AND e.session = g.workflow
  WHERE g.job IS NULL
    AND e.source = 'circleci' AND e.action IN ('workflow.job.start', 'workflow.job.finish')
) had ON had.account = k.account AND had.workflow = k.workflow AND had.name = k.name
