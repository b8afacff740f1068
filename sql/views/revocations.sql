-- Proof that a credential stopped working (deleted, disabled, revoked …) or works again
-- (re-enabled). Denied calls prove nothing, and neither does a change whose new state the log
-- does not name.
CREATE VIEW revocations AS
SELECT
  e.target AS credential,
  'deleted' AS how,
  e.time AS at,
  e.actor AS actor,
  e.credential AS by_credential,
  e.source AS source,
  e.event_id AS event,
  e.file AS file,
  e.pos AS pos
FROM events e
WHERE e.source = 'cloudtrail'
  AND e.action = 'DeleteAccessKey'
  AND e.service = 'iam.amazonaws.com'
  AND e.outcome = 'success'
  AND json_extract_scalar(e.details, '$.errorMessage') IS NULL
  AND e.target IS NOT NULL
UNION ALL
-- By itself, so that details, the dearest column, are read of these calls only.
SELECT
  e.target,
  CASE lower(json_extract_scalar(e.details, '$.requestParameters.status'))
    WHEN 'active' THEN 're-enabled'
    ELSE 'disabled'
  END,
  e.time,
  e.actor,
  e.credential,
  e.source,
  e.event_id,
  e.file,
  e.pos
FROM events e
WHERE e.source = 'cloudtrail'
  AND e.action = 'UpdateAccessKey'
  AND e.service = 'iam.amazonaws.com'
  AND e.outcome = 'success'
  AND e.target IS NOT NULL
  AND lower(json_extract_scalar(e.details, '$.requestParameters.status'))
    IN ('active', 'inactive')
  AND json_extract_scalar(e.details, '$.errorMessage') IS NULL
UNION ALL
-- managed_hashed_token is the credential that ends; hashed_token is the one that acts. A token
-- is revoked under its hash and under its id. To authorise it anew, or to add a deleted key
-- once more, brings it back to life.
SELECT
  g.credential,
  g.how,
  g.at,
  g.actor,
  g.by_credential,
  'github',
  g.event,
  g.file,
  g.pos
FROM (
  SELECT
    n.credential AS credential,
    n.how AS how,
    n.at AS at,
    n.actor AS actor,
    n.by_credential AS by_credential,
    n.event AS event,
    n.file AS file,
    n.pos AS pos,
    min(CASE WHEN n.how <> 're-enabled' THEN n.at END)
      OVER (PARTITION BY n.credential) AS first_end
  FROM (
    SELECT
      CASE k.name
        WHEN 'id' THEN 'token_id:' || coalesce(
          json_extract_scalar(e.details, '$.managed_token_id'),
          json_extract_scalar(e.details, '$.data.managed_token_id'))
        ELSE e.target
      END AS credential,
      CASE
        WHEN e.action = 'public_key.delete' THEN 'deleted'
        WHEN e.action IN ('org_credential_authorization.grant', 'public_key.create')
          THEN 're-enabled'
        ELSE 'revoked'
      END AS how,
      e.time AS at,
      e.actor AS actor,
      e.credential AS by_credential,
      e.event_id AS event,
      e.file AS file,
      e.pos AS pos
    FROM events e
    CROSS JOIN (VALUES ('target'), ('id')) AS k (name)
    WHERE e.source = 'github'
      AND (e.action IN ('org_credential_authorization.revoke',
          'org_credential_authorization.deauthorize', 'org_credential_authorization.grant')
        OR (k.name = 'target' AND e.action IN ('public_key.delete', 'public_key.create')))
  ) n
  WHERE n.credential IS NOT NULL
) g
WHERE g.how <> 're-enabled' OR g.at >= g.first_end
