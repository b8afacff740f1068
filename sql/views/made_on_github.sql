-- What was made and removed on GitHub that lasts beyond the credential that made it: webhooks,
-- self-hosted runners, installed applications, approvals of applications and of fine-grained tokens.
-- child is NULL where the record does not name it.
CREATE VIEW made_on_github AS
SELECT
  g.credential AS parent,
  g.kind || ':' || g.name AS child,
  g.action AS how,
  g.is_new AS is_new,
  g.time AS at,
  g.actor AS actor,
  g.event_id AS event,
  g.file AS file,
  g.pos AS pos
FROM (
  SELECT
    e.credential AS credential,
    e.action AS action,
    e.actor AS actor,
    e.time AS time,
    e.event_id AS event_id,
    e.file AS file,
    e.pos AS pos,
    CASE
      WHEN e.service = 'hook' THEN 'hook'
      WHEN e.action LIKE '%self_hosted%runner' THEN 'runner'
      WHEN e.service = 'integration_installation' THEN 'installation'
      WHEN e.service = 'oauth_authorization' OR e.action LIKE 'org.oauth_app_%' THEN 'oauth app'
      ELSE 'fine-grained token'
    END AS kind,
    e.action NOT LIKE '%destroy' AND e.action NOT LIKE '%.remove_%' AND e.action NOT LIKE '%revoked'
      AND e.action NOT LIKE '%denied' AND e.action NOT LIKE '%blocked' AS is_new,
    CASE
      WHEN e.service = 'hook' THEN github_field(e.details, 'hook_id')
      WHEN e.action LIKE '%self_hosted%runner' THEN e.account || '/'
        || coalesce(github_field(e.details, 'runner_id'), github_field(e.details, 'runner_name'))
      WHEN e.service = 'integration_installation' THEN e.account || '/'
        || coalesce(github_field(e.details, 'integration'), github_field(e.details, 'name'))
      WHEN e.service = 'oauth_authorization' THEN e.via || '/' || e.actor
      WHEN e.action LIKE 'org.oauth_app_%' THEN e.account || '/' || e.via
      ELSE coalesce(github_field(e.details, 'user_programmatic_access_id'),
        github_field(e.details, 'user_programmatic_access_name'))
    END AS name
  FROM events e
  WHERE e.source = 'github'
    AND e.action IN (
      'hook.create', 'hook.destroy',
      'repo.register_self_hosted_runner', 'repo.remove_self_hosted_runner',
      'org.register_self_hosted_runner', 'org.remove_self_hosted_runner',
      'enterprise.register_self_hosted_runner', 'enterprise.remove_self_hosted_runner',
      'repo.configure_self_hosted_jit_runner', 'org.configure_self_hosted_jit_runner',
      'enterprise.configure_self_hosted_jit_runner',
      'integration_installation.create', 'integration_installation.destroy',
      'oauth_authorization.create', 'oauth_authorization.destroy',
      'org.oauth_app_access_approved', 'org.oauth_app_access_denied',
      'org.oauth_app_access_blocked',
      'personal_access_token.access_granted', 'personal_access_token.access_revoked',
      'personal_access_token.create', 'personal_access_token.destroy',
      'personal_access_token.credential_revoked')
) g
