-- A package was published with an exposed secret.
--
-- Whoever installs it runs the intruder's code: so npm was used in April 2022. Releases are daily
-- work, so they are told of an exposed secret only.
--
-- level: high
-- sources: github
-- attack: T1195.002
-- group: actor
-- false positives: a release from a new network
-- references: https://attack.mitre.org/techniques/T1195/002/
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
  github_field(a.details, 'package') AS package,
  github_field(a.details, 'ecosystem') AS ecosystem,
  github_field(a.details, 'version') AS version
FROM acts a
WHERE a.source = 'github'
  AND a.secret IS NOT NULL
  AND a.action IN ('packages.package_published', 'packages.package_version_published')
ORDER BY a.time, a.event_id, a.secret
