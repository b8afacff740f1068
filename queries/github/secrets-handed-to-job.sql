-- A job got secrets after an exposed secret pushed to its repository, or started it.
--
-- Who can push a workflow can print the secrets that it is given: one stolen token becomes all
-- secrets of the repository. A job counts whose list of secrets has more than the token of the
-- run, if the exposed secret started it, or pushed to its repository within hours before under the
-- same name. Jobs of others are daily work and are not told.
--
-- level: high
-- sources: github
-- attack: T1552, T1195.002
-- needs: github workflows.prepared_workflow_job
-- false positives: a push by the build itself from a new network
-- references: https://attack.mitre.org/techniques/T1552/
WITH
-- Jobs that were handed more than the token of the run itself. The list is an array.
jobs AS (
  SELECT
    a.secret AS secret, a.source AS source, a.event_id AS event_id, a.time AS time,
    a.credential AS credential, a.actor AS actor, a.action AS action, a.target AS target,
    a.ip AS ip, a.file AS file, a.pos AS pos, a.details AS details,
    coalesce(github_field(a.details, 'repo'), github_field(a.details, 'repository')) AS repository
  FROM acts a
  WHERE a.source = 'github'
    AND a.action = 'workflows.prepared_workflow_job'
    AND (json_size(a.details, '$.secrets_passed')
        + json_size(a.details, '$.data.secrets_passed') > 1
      OR lower(github_field(a.details, 'secrets_passed[0]')) <> 'github_token')
),
-- Pushes with an exposed secret, and the jobs that the same name ran soon after.
steps AS (
  SELECT
    p.secret AS secret, j.source AS source, j.event_id AS event_id, j.time AS time,
    j.credential AS credential, j.actor AS actor, j.action AS action, j.target AS target,
    j.ip AS ip, j.file AS file, j.pos AS pos, j.details AS details,
    p.event_id AS push
  FROM acts p
  JOIN jobs j ON j.secret IS NULL AND lower(j.repository) = lower(p.target)
    AND (p.actor IS NULL OR lower(j.actor) = lower(p.actor))
    AND j.time >= p.time
    AND date_diff('second', p.time, j.time) <= 3600
      * (SELECT t.value FROM settings t WHERE t.name = 'github_burst_hours')
  WHERE p.source = 'github' AND p.secret IS NOT NULL AND p.action = 'git.push'
)
SELECT DISTINCT
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
  a.step AS step,
  coalesce(github_field(a.details, 'job_workflow_ref'),
    github_field(a.details, 'job_name')) AS workflow,
  github_field(a.details, 'imposer_repo') AS imposed_by
FROM (
  SELECT s.secret AS secret, s.source AS source, s.event_id AS event_id, s.time AS time,
    s.credential AS credential, s.actor AS actor, s.action AS action, s.target AS target,
    s.ip AS ip, s.file AS file, s.pos AS pos, s.details AS details, '2 handed' AS step
  FROM steps s
  UNION ALL
  SELECT j.secret, j.source, j.event_id, j.time, j.credential, j.actor, j.action, j.target,
    j.ip, j.file, j.pos, j.details, '2 handed'
  FROM jobs j
  WHERE j.secret IS NOT NULL
  UNION ALL
  SELECT p.secret, p.source, p.event_id, p.time, p.credential, p.actor, p.action, p.target,
    p.ip, p.file, p.pos, p.details, '1 pushed'
  FROM acts p
  JOIN steps s ON s.push = p.event_id AND s.secret = p.secret
) a
ORDER BY time, event_id, secret
