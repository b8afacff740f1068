-- Where CircleCI holds a secret, in the words of ci_times: its context or project, and what stands
-- for all of them where the log does not tell them apart.
CREATE VIEW ci_secrets AS
SELECT
  s.id AS secret,
  'context:' || lower(substr(s.stored_in, 9)) AS holder,
  'context:*' AS any_holder
FROM secrets s
WHERE s.exposed AND s.stored_in LIKE 'context:%'
UNION ALL
SELECT
  s.id,
  'project:' || regexp_extract(lower(substr(s.stored_in, 9)),
    '^((gh|github|bb|bitbucket|circleci)/)?(.+)$', 3),
  'project:*'
FROM secrets s
WHERE s.exposed AND s.stored_in LIKE 'project:%'
