-- A secret that only CI uses was used while no CircleCI job that has it was running.
--
-- The build uses the secret inside of jobs, so what happens outside of them is somebody else. Which
-- jobs had a context or are of a project is what CircleCI's log says; where it does not, every job
-- counts, and a job without an end counts as long as the longest. A secret that was used outside
-- of jobs before the breach too is not only CI's. Where CircleCI's log does not cover the time,
-- nothing is told. A use of which nothing else could tell, from another address of the cloud that
-- the builds rent too, is told if all before the breach were inside of jobs; not if the log names a
-- person only, who has a life outside of jobs.
--
-- level: medium
-- sources: cloudtrail, github, circleci
-- attack: T1078.004
-- needs: circleci workflow.job.start, circleci context.secrets.accessed
-- group: credential, network
-- false positives: a use by hand, or by what the build deployed, that is not on the case's list
-- references: https://circleci.com/blog/jan-4-2023-incident-report/
SELECT
  u.secret AS secret,
  u.source AS event_source,
  u.event_id AS event_id,
  u.time AS time,
  u.credential AS credential,
  u.actor AS actor,
  u.action AS action,
  u.target AS target,
  u.ip AS ip,
  u.file AS file,
  u.pos AS pos,
  u.network AS network,
  u.outcome AS outcome,
  s.stored_in AS stored_in
FROM uses u
JOIN secrets s ON s.id = u.secret
WHERE u.phase = 'window'
  AND u.job = 'none'
  AND (u.expected = false
    OR u.expected IS NULL AND u.match <> 'login' AND EXISTS (
      SELECT 1 FROM uses b
      WHERE b.secret = u.secret AND b.phase = 'before' AND b.job = 'inside'))
  AND NOT EXISTS (
    SELECT 1 FROM uses b
    WHERE b.secret = u.secret AND b.phase = 'before' AND b.job = 'none')
ORDER BY u.time, u.event_id, u.secret
