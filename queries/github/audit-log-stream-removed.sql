-- The stream of the audit log was removed, stopped or changed.
--
-- Git events are kept for seven days: without the stream, what comes next is gone in a week. A
-- change may point the stream elsewhere, or renew what it signs in with; that, and a new one,
-- weigh less. Streams are few and are seldom touched, so it is told whoever did it.
--
-- level: critical
-- sources: github
-- attack: T1562.008
-- group: actor, level
-- false positives: a responder who renews the stream's credentials and is not on the case's list
-- references: https://attack.mitre.org/techniques/T1562/008/
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
  CASE
    WHEN a.action = 'audit_log_streaming.destroy' THEN 'critical'
    WHEN lower(github_field(a.details, 'audit_log_stream_enabled')) IN ('false', '0')
      THEN 'critical'
    ELSE 'medium'
  END AS level,
  github_field(a.details, 'audit_log_stream_sink') AS sink,
  github_field(a.details, 'audit_log_stream_enabled') AS enabled,
  github_field(a.details, 'secrets_updated') AS secrets_updated
FROM acts a
WHERE a.source = 'github'
  AND a.action IN ('audit_log_streaming.destroy', 'audit_log_streaming.update',
    'audit_log_streaming.create')
ORDER BY a.time, a.event_id, a.secret
