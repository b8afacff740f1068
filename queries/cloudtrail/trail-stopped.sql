-- A trail was stopped, deleted or cut down.
--
-- What comes after is not in the log any more. Rare and telling whoever does it, so it is also
-- told where it is tied to no secret. A change of a trail counts where it takes away regions,
-- global services, validation or moves the log, or was denied.
--
-- level: high
-- sources: cloudtrail
-- attack: T1562.008
-- group: credential, outcome, level
-- false positives: an administrator who moves the trail
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.defense-evasion.cloudtrail-stop/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.defense-evasion.cloudtrail-delete/
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
  a.target AS trail
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'cloudtrail.amazonaws.com'
  AND (a.action IN ('StopLogging', 'DeleteTrail')
    OR (a.action = 'UpdateTrail' AND (a.outcome = 'failure'
      OR json_extract_scalar(a.details, '$.requestParameters.isMultiRegionTrail') = 'false'
      OR json_extract_scalar(a.details, '$.requestParameters.includeGlobalServiceEvents') = 'false'
      OR json_extract_scalar(a.details, '$.requestParameters.enableLogFileValidation') = 'false'
      OR json_extract_scalar(a.details, '$.requestParameters.s3BucketName') IS NOT NULL)))
ORDER BY a.time, a.event_id, a.secret
