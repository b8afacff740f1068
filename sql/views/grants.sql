-- A credential minted by another: one row per event that made one. Denied calls mint nothing.
CREATE VIEW grants AS
SELECT
  e.credential AS parent,
  e.minted AS child,
  e.action AS how,
  e.time AS at,
  -- The log's own expiry; NULL for long-term keys.
  aws_time(json_extract_scalar(e.details, '$.responseElements.credentials.expiration')) AS expires,
  e.source AS source,
  e.event_id AS event,
  e.file AS file,
  e.pos AS pos
FROM events e
WHERE e.minted IS NOT NULL
  AND e.credential IS NOT NULL
  AND e.minted <> e.credential
  AND e.outcome = 'success'
