-- Proof that a credential stopped working (deleted, disabled, revoked …) or works again
-- (re-enabled). Denied calls prove nothing, and neither does a change whose new state the log
-- does not name. Calls whose details are read stand by themselves: a list of actions would have
-- the engine read the details of all events.
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
-- Console passwords. One that is set anew ends the one before it.
SELECT
  'password:' || e.account || '/' || e.target,
  CASE e.action WHEN 'UpdateLoginProfile' THEN 'replaced' ELSE 'deleted' END,
  e.time,
  e.actor,
  e.credential,
  e.source,
  e.event_id,
  e.file,
  e.pos
FROM events e
WHERE e.source = 'cloudtrail'
  AND e.service = 'iam.amazonaws.com'
  AND e.action IN ('DeleteLoginProfile', 'UpdateLoginProfile', 'DeleteUser')
  AND e.outcome = 'success'
  AND e.target IS NOT NULL
UNION ALL
-- Service-specific credentials.
SELECT
  json_extract_scalar(e.details, '$.requestParameters.serviceSpecificCredentialId'),
  'deleted',
  e.time,
  e.actor,
  e.credential,
  e.source,
  e.event_id,
  e.file,
  e.pos
FROM events e
WHERE e.source = 'cloudtrail'
  AND e.service = 'iam.amazonaws.com'
  AND e.action = 'DeleteServiceSpecificCredential'
  AND e.outcome = 'success'
  AND json_extract_scalar(e.details, '$.requestParameters.serviceSpecificCredentialId') IS NOT NULL
UNION ALL
SELECT
  json_extract_scalar(e.details, '$.requestParameters.serviceSpecificCredentialId'),
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
  AND e.service = 'iam.amazonaws.com'
  AND e.action = 'UpdateServiceSpecificCredential'
  AND e.outcome = 'success'
  AND json_extract_scalar(e.details, '$.requestParameters.serviceSpecificCredentialId') IS NOT NULL
  AND lower(json_extract_scalar(e.details, '$.requestParameters.status'))
    IN ('active', 'inactive')
UNION ALL
-- Sessions of a role whose older sessions were revoked (the policy that the console's button
-- writes: IAM user guide, "Revoke IAM role temporary security credentials"), or that is gone.
SELECT
  s.minted,
  CASE r.action WHEN 'DeleteRole' THEN 'role deleted' ELSE 'sessions revoked' END,
  r.time,
  r.actor,
  r.credential,
  r.source,
  r.event_id,
  r.file,
  r.pos
FROM (
  SELECT
    e.account AS account,
    json_extract_scalar(e.details, '$.requestParameters.roleName') AS role,
    e.action AS action,
    e.time AS time,
    e.actor AS actor,
    e.credential AS credential,
    e.source AS source,
    e.event_id AS event_id,
    e.file AS file,
    e.pos AS pos
  FROM events e
  WHERE e.source = 'cloudtrail'
    AND e.service = 'iam.amazonaws.com'
    AND e.action = 'DeleteRole'
    AND e.outcome = 'success'
  UNION ALL
  SELECT
    e.account,
    json_extract_scalar(e.details, '$.requestParameters.roleName'),
    e.action,
    e.time,
    e.actor,
    e.credential,
    e.source,
    e.event_id,
    e.file,
    e.pos
  FROM events e
  WHERE e.source = 'cloudtrail'
    AND e.service = 'iam.amazonaws.com'
    AND e.action = 'PutRolePolicy'
    AND e.outcome = 'success'
    AND json_extract_scalar(e.details, '$.requestParameters.policyName') = 'AWSRevokeOlderSessions'
) r
JOIN (
  SELECT
    m.minted AS minted,
    m.time AS time,
    regexp_extract(m.target, ':iam::([0-9]*):role/', 1) AS account,
    regexp_extract(m.target, ':role/.*?([^/]+)$', 1) AS role
  FROM events m
  WHERE m.source = 'cloudtrail'
    AND m.action = 'AssumeRole'
    AND m.service = 'sts.amazonaws.com'
    AND m.minted IS NOT NULL
) s ON s.account = r.account AND s.role = r.role AND s.time < r.time
UNION ALL
-- What was made on GitHub and is gone.
SELECT
  m.child,
  CASE WHEN m.how LIKE '%destroy' OR m.how LIKE '%.remove_%' THEN 'deleted' ELSE 'revoked' END,
  m.at,
  m.actor,
  m.parent,
  'github',
  m.event,
  m.file,
  m.pos
FROM made_on_github m
WHERE NOT m.is_new AND m.child IS NOT NULL
UNION ALL
-- A grant of an OAuth application ends with all tokens that it gave: for the user who withdrew
-- it, for all users of an application that revoked its tokens or that an organisation shut out.
SELECT
  a.credential,
  'revoked',
  g.time,
  g.actor,
  g.credential,
  'github',
  g.event_id,
  g.file,
  g.pos
FROM (
  SELECT
    lower(e.via) AS via,
    CASE e.action WHEN 'oauth_authorization.destroy' THEN lower(e.actor) END AS of_actor,
    e.time AS time,
    e.actor AS actor,
    e.credential AS credential,
    e.event_id AS event_id,
    e.file AS file,
    e.pos AS pos
  FROM events e
  WHERE e.source = 'github'
    AND e.via IS NOT NULL
    AND e.action IN ('oauth_authorization.destroy', 'oauth_application.revoke_all_tokens',
      'oauth_application.revoke_tokens')
) g
JOIN apps a ON a.via = g.via AND (g.of_actor IS NULL OR a.actor = g.of_actor)
  AND a.first_seen < g.time
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
        WHEN 'id' THEN 'token_id:' || github_field(e.details, 'managed_token_id')
        ELSE e.target
      END AS credential,
      CASE
        WHEN e.action = 'public_key.delete' THEN 'deleted'
        WHEN e.action IN ('org_credential_authorization.grant', 'public_key.create',
            'public_key.verify')
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
        OR (k.name = 'target' AND e.action IN ('public_key.delete', 'public_key.create',
          'public_key.unverify', 'public_key.verify', 'oauth_access.destroy', 'oauth_access.revoke')))
  ) n
  WHERE n.credential IS NOT NULL
) g
WHERE g.how <> 're-enabled' OR g.at >= g.first_end
