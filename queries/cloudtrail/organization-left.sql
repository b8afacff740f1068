-- An account tried to leave its organisation.
--
-- Outside, no policy of the organisation and no trail of it holds any more. Rare and telling
-- whoever does it, so it is also told where it is tied to no secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1562.001
-- group: credential, outcome, level
-- false positives: an account that is sold
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.defense-evasion.organizations-leave/
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
  CASE WHEN a.outcome = 'success' THEN 'high' ELSE 'medium' END AS level
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'organizations.amazonaws.com'
  AND a.action = 'LeaveOrganization'
ORDER BY a.time, a.event_id, a.secret
