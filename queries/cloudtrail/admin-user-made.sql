-- A user was created, given full rights, and given a key.
--
-- The three steps together are a back door; each alone may be daily work. They are matched by the
-- user's name, and by whoever did them: the same secret, or else the same actor, since others'
-- steps are told as well. Each step is a row.
--
-- level: critical
-- sources: cloudtrail
-- attack: T1136.003, T1098.001, T1098.003
-- group: made
-- false positives: a new administrator who gets a key
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-create-admin-user/, https://github.com/panther-labs/panther-analysis/tree/develop/correlation_rules
WITH steps AS (
  SELECT a.*, coalesce(a.secret, a.actor) AS who,
    json_extract_scalar(a.details, '$.requestParameters.userName') AS made
  FROM acts a
  WHERE a.source = 'cloudtrail'
    AND a.service = 'iam.amazonaws.com'
    AND a.outcome = 'success'
    AND (a.action IN ('CreateUser', 'CreateAccessKey')
      OR (a.action = 'AttachUserPolicy' AND regexp_like(
        json_extract_scalar(a.details, '$.requestParameters.policyArn'),
        '/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$'))
      OR (a.action = 'PutUserPolicy' AND EXISTS (
        SELECT 1 FROM policy_statements p
        WHERE p.file = a.file AND p.pos = a.pos AND p.admin)))
),
users AS (
  SELECT s.who AS who, s.made AS made,
    min(CASE WHEN s.action = 'CreateUser' THEN s.time END) AS created
  FROM steps s
  GROUP BY s.who, s.made
  HAVING min(CASE WHEN s.action = 'CreateUser' THEN s.time END)
      <= max(CASE WHEN s.action IN ('AttachUserPolicy', 'PutUserPolicy') THEN s.time END)
    AND min(CASE WHEN s.action = 'CreateUser' THEN s.time END)
      <= max(CASE WHEN s.action = 'CreateAccessKey' THEN s.time END)
)
SELECT
  s.secret AS secret,
  s.source AS event_source,
  s.event_id AS event_id,
  s.time AS time,
  s.credential AS credential,
  s.actor AS actor,
  s.action AS action,
  s.target AS target,
  s.ip AS ip,
  s.file AS file,
  s.pos AS pos,
  s.made AS made,
  CASE s.action WHEN 'CreateUser' THEN '1 created' WHEN 'CreateAccessKey' THEN '3 key'
    ELSE '2 full rights' END AS step,
  s.minted AS minted
FROM steps s
JOIN users u ON u.who = s.who AND u.made = s.made AND s.time >= u.created
ORDER BY s.time, s.event_id, s.secret
