-- An exposed secret was used in its window in an hour in which it never had been used.
--
-- Only of uses that fit otherwise, or of which the log cannot tell: what does not fit is told by
-- other detections, with the hour. The hour alone accuses nobody, people work late; but who has
-- the secret and the runner differs from the build in little else. Only secrets that keep hours
-- can show it (settings rhythm_…): a job at night, the office hours of one zone. Hours are of
-- the week, or of the day where the time before the window is too short for weeks; UTC; one hour
-- either way is no difference. kept is in how many hours it was used, these included; derived
-- tells the sessions and keys that it made from itself.
--
-- level: low
-- sources: cloudtrail, github, circleci
-- attack: T1078.004
-- group: derived
-- false positives: somebody who works late, a job that was started by hand or moved
-- references: https://www.elastic.co/guide/en/security/current/unusual-hour-for-a-user-to-logon.html
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
  CASE WHEN u.depth > 0 THEN 'yes' ELSE 'no' END AS derived,
  u.new_hour AS new_hour,
  CAST(r.hours AS VARCHAR) || CASE r.span WHEN 'week' THEN ' of 168' ELSE ' of 24' END AS kept,
  CAST(r.days AS VARCHAR) AS days_before,
  CASE WHEN u.expected THEN 'yes' ELSE 'cannot tell' END AS expected
FROM uses u
JOIN rhythms r ON r.secret = u.secret AND r.derived = (u.depth > 0)
WHERE u.phase = 'window'
  AND u.new_hour IS NOT NULL
  AND coalesce(u.expected, true)
ORDER BY u.time, u.source, u.event_id, u.secret
