-- Proof that a credential stopped working (deleted, disabled, revoked …) or works again
-- (re-enabled). Denied calls prove nothing.
CREATE VIEW revocations AS
SELECT
  e.target AS credential,
  CASE
    WHEN e.action = 'DeleteAccessKey' THEN 'deleted'
    WHEN lower(json_extract_scalar(e.details, '$.requestParameters.status')) = 'active'
      THEN 're-enabled'
    ELSE 'disabled'
  END AS how,
  e.time AS at,
  e.actor AS actor,
  e.credential AS by_credential,
  e.source AS source,
  e.event_id AS event,
  e.file AS file,
  e.pos AS pos
FROM events e
WHERE e.source = 'cloudtrail'
  AND e.action IN ('DeleteAccessKey', 'UpdateAccessKey')
  AND e.service = 'iam.amazonaws.com'
  AND e.outcome = 'success'
  AND e.target IS NOT NULL
UNION ALL
-- managed_hashed_token is the credential that ends; hashed_token is the one that acts.
SELECT
  e.target,
  'revoked',
  e.time,
  e.actor,
  e.credential,
  e.source,
  e.event_id,
  e.file,
  e.pos
FROM events e
WHERE e.source = 'github'
  AND e.action IN ('org_credential_authorization.revoke',
    'org_credential_authorization.deauthorize')
  AND e.target IS NOT NULL
UNION ALL
SELECT
  'token_id:' || json_extract_scalar(e.details, '$.managed_token_id'),
  'revoked',
  e.time,
  e.actor,
  e.credential,
  e.source,
  e.event_id,
  e.file,
  e.pos
FROM events e
WHERE e.source = 'github'
  AND e.action IN ('org_credential_authorization.revoke',
    'org_credential_authorization.deauthorize')
  AND json_extract_scalar(e.details, '$.managed_token_id') IS NOT NULL
UNION ALL
SELECT
  e.target,
  'deleted',
  e.time,
  e.actor,
  e.credential,
  e.source,
  e.event_id,
  e.file,
  e.pos
FROM events e
WHERE e.source = 'github'
  AND e.action = 'public_key.delete'
  AND e.target IS NOT NULL
