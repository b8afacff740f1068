-- A declared rotation that the logs disprove.
--
-- The old secret worked after the declared time, or the log shows its end later than declared,
-- or it was enabled again.
--
-- level: low
-- sources: cloudtrail, github
-- false positives: a declared time in the wrong time zone
-- references: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
SELECT
  w.secret AS secret,
  CASE WHEN s.kind = 'aws-access-key' THEN 'cloudtrail' ELSE 'github' END AS event_source,
  coalesce(w.late_event, w.revoked_event, w.enabled_event) AS event_id,
  coalesce(w.late_use, w.revoked_at, w.enabled_at) AS time,
  CAST(NULL AS VARCHAR) AS credential,
  w.revoked_by AS actor,
  w.revoked_how AS action,
  s.stored_in AS target,
  CAST(NULL AS VARCHAR) AS ip,
  CAST(NULL AS INTEGER) AS file,
  CAST(NULL AS BIGINT) AS pos,
  CASE
    WHEN w.late_uses IS NOT NULL THEN 'used after the rotation'
    WHEN w.revoked_at > w.rotated_at THEN 'ended later than declared'
    ELSE 'enabled again'
  END AS how
FROM windows w
JOIN secrets s ON s.id = w.secret
WHERE w.rotation = 'contradicted'
ORDER BY time, secret
