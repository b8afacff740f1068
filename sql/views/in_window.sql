-- Every event of the incident's window, whoever acted.
CREATE VIEW in_window AS
SELECT
  e.source AS source,
  e.event_id AS event_id,
  e.time AS time,
  e.account AS account,
  e.region AS region,
  e.service AS service,
  e.action AS action,
  e.actor AS actor,
  e.actor_kind AS actor_kind,
  e.credential AS credential,
  e.session AS session,
  e.via AS via,
  e.minted AS minted,
  e.target AS target,
  e.ip AS ip,
  e.agent AS agent,
  e.outcome AS outcome,
  e.error AS error,
  e.read_only AS read_only,
  e.details AS details,
  e.file AS file,
  e.pos AS pos
FROM events e
CROSS JOIN incident n
WHERE (n.starts IS NULL OR e.time >= n.starts) AND (n.ends IS NULL OR e.time < n.ends)
