-- A console login that succeeded, and as whom. No key signs one, so ingest names the session that
-- it begins: console:ARN@TIME. user is account and name of an IAM user, whatever his path; NULL for
-- a role's or a federated session.
CREATE VIEW logins AS
SELECT
  e.credential AS session,
  e.account AS account,
  e.actor AS actor,
  CASE WHEN e.actor LIKE 'arn:aws%:iam::%:user/%'
    THEN e.account || '/' || regexp_extract(e.actor, '([^/]*)$', 1) END AS user_name,
  e.time AS time,
  e.event_id AS event,
  e.file AS file,
  e.pos AS pos
FROM events e
WHERE e.source = 'cloudtrail'
  AND e.action = 'ConsoleLogin'
  AND e.outcome = 'success'
  AND e.credential_kind = 'console'
