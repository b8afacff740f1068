-- An exposed secret was never rotated.
--
-- No date from the customer, no proof in a log, no forced revocation by the vendor: what was
-- stolen may work today. The row's time is the start of the exposure.
--
-- level: low
-- sources: cloudtrail, github, circleci
-- false positives: a rotation that nobody wrote down
-- references: https://circleci.com/blog/january-4-2023-security-alert/
SELECT
  w.secret AS secret,
  CAST(NULL AS VARCHAR) AS event_source,
  CAST(NULL AS VARCHAR) AS event_id,
  w.exposed_at AS time,
  CAST(NULL AS VARCHAR) AS credential,
  s.owner AS actor,
  CAST(NULL AS VARCHAR) AS action,
  s.stored_in AS target,
  CAST(NULL AS VARCHAR) AS ip,
  CAST(NULL AS INTEGER) AS file,
  CAST(NULL AS BIGINT) AS pos
FROM windows w
JOIN secrets s ON s.id = w.secret
WHERE w.rotation = 'missing'
ORDER BY w.exposed_at, w.secret
