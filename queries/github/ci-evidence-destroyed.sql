-- Runs, logs, artifacts or caches of GitHub Actions were deleted.
--
-- They show what a job did and which secrets it printed. Artifacts and caches are cleared by
-- machines every hour, so those are told of an exposed secret only; deleted runs and logs also of
-- somebody who never deleted any before the incident.
--
-- level: high
-- sources: github
-- attack: T1070
-- group: actor
-- false positives: a clean-up job
-- references: https://attack.mitre.org/techniques/T1070/
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
  github_field(a.details, 'workflow_run_id') AS workflow_run,
  github_field(a.details, 'head_branch') AS branch
FROM acts a
LEFT JOIN habits h ON h.source = a.source AND h.account = coalesce(lower(a.account), '-')
  AND h.actor = coalesce(lower(a.actor), '-') AND h.action = a.action
WHERE a.source = 'github'
  AND ((a.secret IS NOT NULL AND a.action IN ('artifact.destroy', 'actions_cache.delete'))
    OR (a.action IN ('workflows.delete_workflow_run', 'checks.delete_logs')
      AND (a.secret IS NOT NULL OR h.done_before = false)))
ORDER BY a.time, a.event_id, a.secret
