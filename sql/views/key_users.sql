-- The users to whom exposed or derived keys belong, as far as a log shows it: what a record tells of
-- a user without naming a key is tied to the secret by it.
CREATE VIEW key_users AS
SELECT
  u.secret AS secret,
  u.credential AS credential,
  u.actor AS actor,
  regexp_extract(u.actor, ':([0-9]{12}):', 1) AS account,
  regexp_extract(u.actor, '[^/]+$') AS user_name
FROM (
  SELECT DISTINCT s.secret AS secret, s.credential AS credential, s.actor AS actor
  FROM uses s
  WHERE s.source = 'cloudtrail'
    AND s.actor_kind IN ('IAMUser', 'Root')
) u
