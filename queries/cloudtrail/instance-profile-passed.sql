-- A machine was given a role.
--
-- Whoever is on the machine has the role's rights: a way to rights that one does not have
-- oneself. Deployments do it daily, so it is read for exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1548.005
-- group: credential, outcome, level
-- false positives: a deployment with the exposed key
-- references: https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
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
  coalesce(
    json_extract_scalar(a.details, '$.requestParameters.iamInstanceProfile.name'),
    json_extract_scalar(a.details, '$.requestParameters.iamInstanceProfile.arn'),
    json_extract_scalar(a.details, '$.requestParameters.AssociateIamInstanceProfileRequest'
      || '.IamInstanceProfile.Name'),
    json_extract_scalar(a.details,
      '$.requestParameters.ReplaceIamInstanceProfileAssociationRequest'
      || '.IamInstanceProfile.Name')) AS profile
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'ec2.amazonaws.com'
  AND a.secret IS NOT NULL
  AND (a.action IN ('AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation')
    OR (a.action = 'RunInstances' AND coalesce(
      json_extract_scalar(a.details, '$.requestParameters.iamInstanceProfile.name'),
      json_extract_scalar(a.details, '$.requestParameters.iamInstanceProfile.arn')) IS NOT NULL))
ORDER BY a.time, a.event_id, a.secret
