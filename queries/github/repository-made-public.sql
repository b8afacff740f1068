-- A private repository was made public.
--
-- To publish code is the simplest way to take it, and everybody else can read it too. It happens
-- seldom and is hard to undo, so it is told whoever did it. The same action tells of any change of
-- visibility: only what became public is meant.
--
-- level: critical
-- sources: github
-- attack: T1567, T1537
-- group: actor
-- false positives: a project that is opened on purpose
-- references: https://attack.mitre.org/techniques/T1567/
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
  github_field(a.details, 'previous_visibility') AS previous_visibility
FROM acts a
WHERE a.source = 'github'
  AND a.action = 'repo.access'
  AND lower(github_field(a.details, 'visibility')) = 'public'
  AND coalesce(lower(github_field(a.details, 'previous_visibility')), '-') <> 'public'
ORDER BY a.time, a.event_id, a.secret
