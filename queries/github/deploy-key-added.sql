-- A deploy key or SSH key was added, changed or confirmed.
--
-- A key outlives the token that added it, unless the token's owner revokes all that it made. CI
-- adds a key that reads with every project, and rotation adds one for each that it deletes;
-- without a secret, only keys that may write are told. An old export that does not say it is
-- silent.
--
-- level: high
-- sources: github
-- attack: T1098.004
-- group: actor
-- false positives: a project that is set up, and rotation itself
-- references: https://attack.mitre.org/techniques/T1098/004/
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
  github_field(a.details, 'title') AS title,
  github_field(a.details, 'read_only') AS read_only,
  coalesce(github_field(a.details, 'repo'), github_field(a.details, 'repository')) AS repository
FROM acts a
WHERE a.source = 'github'
  AND ((a.secret IS NOT NULL
      AND a.action IN ('public_key.create', 'public_key.update', 'public_key.verify'))
    OR (a.action IN ('public_key.create', 'public_key.update')
      AND lower(github_field(a.details, 'read_only')) IN ('false', '0')))
ORDER BY a.time, a.event_id, a.secret
