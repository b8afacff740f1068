-- What the detections of behaviours read: unexpected uses, and beside them, with secret NULL, what
-- others did in the incident's window, in AWS only what they changed: their reading is every day's
-- business. A finding on the latter weighs one level less.
CREATE VIEW acts AS
SELECT
  a.secret AS secret,
  a.credential AS credential,
  a.source AS source,
  a.event_id AS event_id,
  a.time AS time,
  a.account AS account,
  a.region AS region,
  a.service AS service,
  a.action AS action,
  a.actor AS actor,
  a.actor_kind AS actor_kind,
  a.session AS session,
  a.via AS via,
  a.minted AS minted,
  a.target AS target,
  a.ip AS ip,
  a.agent AS agent,
  a.outcome AS outcome,
  a.error AS error,
  a.read_only AS read_only,
  a.agent_family AS agent_family,
  a.network AS network,
  a.details AS details,
  a.file AS file,
  a.pos AS pos
FROM acts_of_all a
WHERE a.part = 'acts'
