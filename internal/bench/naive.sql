-- The load as a user writes it on the first evening: DuckDB guesses the types, one query turns
-- the records into columns.
INSERT INTO main.events
WITH records AS (
  SELECT filename, UNNEST(Records) AS r, generate_subscripts(Records, 1) AS pos
  FROM read_json_auto('{files}', filename = true, union_by_name = true,
    maximum_object_size = 268435456)
)
SELECT
  'cloudtrail' AS source,
  r.eventID AS event_id,
  r.eventTime AS time,
  r.recipientAccountId AS account,
  r.awsRegion AS region,
  r.eventSource AS service,
  r.eventName AS action,
  coalesce(r.userIdentity.arn, r.userIdentity.invokedBy) AS actor,
  r.userIdentity.type AS actor_kind,
  r.userIdentity.accessKeyId AS credential,
  'access_key' AS credential_kind,
  r.userIdentity.sessionContext.attributes.creationDate AS session,
  r.userIdentity.invokedBy AS via,
  to_json(r.responseElements)->>'$.credentials.accessKeyId' AS minted,
  coalesce(to_json(r.requestParameters)->>'$.userName', to_json(r.requestParameters)->>'$.roleArn',
    to_json(r.requestParameters)->>'$.bucketName') AS target,
  r.sourceIPAddress AS ip,
  r.userAgent AS agent,
  CASE WHEN r.errorCode IS NULL THEN 'success' ELSE 'failure' END AS outcome,
  r.errorCode AS error,
  r.readOnly AS read_only,
  to_json(r) AS details,
  CAST(regexp_extract(filename, '-(\d+)\.json', 1) AS INTEGER) + 1 AS file,
  pos,
  lower(r.eventCategory) AS category
FROM records
