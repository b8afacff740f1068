-- A role was opened to another account, or to anyone.
--
-- The door stays open after every key is rotated. Which accounts are the company's own the log
-- does not say: the attribute trusts names them. Rare and telling whoever does it, so it is also
-- told where it is tied to no secret. Denied attempts name no policy and are read for exposed
-- secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1098.003, T1136.003
-- group: credential, outcome, level
-- false positives: a role for the company's other accounts or for a vendor
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-backdoor-role/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-create-backdoor-role/
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
  a.outcome AS outcome,
  CASE WHEN a.outcome = 'success' THEN 'high' ELSE 'medium' END AS level,
  json_extract_scalar(a.details, '$.requestParameters.roleName') AS role,
  (
    SELECT max(p.principal) FROM policy_statements p
    WHERE p.file = a.file AND p.pos = a.pos AND p.outsider) AS trusts
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'iam.amazonaws.com'
  AND a.action IN ('CreateRole', 'UpdateAssumeRolePolicy')
  AND ((a.secret IS NOT NULL AND a.outcome = 'failure'
      AND json_extract_scalar(a.details, '$.requestParameters.roleName') IS NULL)
    OR EXISTS (
      SELECT 1 FROM policy_statements p
      WHERE p.file = a.file AND p.pos = a.pos AND p.outsider))
ORDER BY a.time, a.event_id, a.secret
