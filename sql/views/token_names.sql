-- The two names of a GitHub token, where an event by it or about it has both.
CREATE VIEW token_names AS
SELECT e.session AS id, e.credential AS hash
FROM events e
WHERE e.source = 'github' AND e.session LIKE 'token_id:%' AND e.credential <> e.session
UNION
SELECT
  'token_id:' || github_field(e.details, 'managed_token_id'),
  e.target
FROM events e
WHERE e.source = 'github' AND e.service = 'org_credential_authorization'
  AND github_field(e.details, 'managed_hashed_token') IS NOT NULL
