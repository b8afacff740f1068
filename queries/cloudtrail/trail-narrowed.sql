-- A trail was told to record less.
--
-- The trail runs on and looks healthy, but has no management events, only reads, or nothing at
-- all. Rare and telling whoever does it, so it is also told where it is tied to no secret.
--
-- level: high
-- sources: cloudtrail
-- attack: T1562.008
-- group: credential, outcome, level
-- false positives: an administrator who saves on events
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.defense-evasion.cloudtrail-event-selectors/
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
  json_extract_scalar(a.details, '$.requestParameters.trailName') AS trail
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.service = 'cloudtrail.amazonaws.com'
  AND a.action = 'PutEventSelectors'
  AND regexp_like(
    json_format(json_extract(a.details, '$.requestParameters')),
    '"includeManagementEvents"\s*:\s*false|"readWriteType"\s*:\s*"(ReadOnly|WriteOnly)"'
    || '|"(advancedE|e)ventSelectors"\s*:\s*\[\s*\]'
    || '|"excludeManagementEventSources"\s*:\s*\[\s*"')
ORDER BY a.time, a.event_id, a.secret
