-- What the detections of behaviours read: unexpected uses, and beside them, with secret NULL,
-- what others did in the incident's window. A finding on the latter weighs one level less. details
-- is the record without the members that are columns: '$.requestParameters.userName'. What a query
-- asks of an act is asked of events itself, so that details are read of those events alone.
CREATE VIEW acts AS
SELECT
  a.secret AS secret,
  e.credential AS credential,
  e.source AS source,
  e.event_id AS event_id,
  e.time AS time,
  e.account AS account,
  e.region AS region,
  e.service AS service,
  e.action AS action,
  e.actor AS actor,
  e.actor_kind AS actor_kind,
  e.session AS session,
  e.via AS via,
  e.minted AS minted,
  e.target AS target,
  e.ip AS ip,
  e.agent AS agent,
  e.outcome AS outcome,
  e.error AS error,
  e.read_only AS read_only,
  agent_family(e.agent) AS agent_family,
  a.network AS network,
  e.details AS details,
  e.file AS file,
  e.pos AS pos
FROM events e
JOIN acts_of a ON a.file = e.file AND a.pos = e.pos
