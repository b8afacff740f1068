-- What the detections of behaviours read: unexpected uses, and beside them, with secret NULL,
-- what others did in the incident's window. A finding on the latter weighs one level less. details
-- is the record without the members that are columns: '$.requestParameters.userName'. What a query
-- asks of an act is asked of events itself, so that details are read of those events alone.
CREATE VIEW acts AS
SELECT
  u.secret AS secret,
  u.credential AS credential,
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
  u.agent_family AS agent_family,
  u.network AS network,
  e.details AS details,
  e.file AS file,
  e.pos AS pos
FROM events e
JOIN unexpected_uses u ON u.file = e.file AND u.pos = e.pos
UNION ALL
SELECT
  CAST(NULL AS VARCHAR),
  w.credential,
  w.source,
  w.event_id,
  w.time,
  w.account,
  w.region,
  w.service,
  w.action,
  w.actor,
  w.actor_kind,
  w.session,
  w.via,
  w.minted,
  w.target,
  w.ip,
  w.agent,
  w.outcome,
  w.error,
  w.read_only,
  agent_family(w.agent),
  i.network,
  w.details,
  w.file,
  w.pos
FROM in_window w
LEFT JOIN ips i ON i.ip = w.ip
WHERE NOT EXISTS (
    SELECT 1 FROM credentials c
    WHERE c.credential = w.credential AND c.match NOT IN ('login', 'repository'))
  AND NOT EXISTS (
    SELECT 1 FROM unexpected_uses u WHERE u.file = w.file AND u.pos = w.pos)
  AND NOT EXISTS (
    SELECT 1 FROM responders r
    WHERE lower(r.value) = lower(w.actor) OR r.value = w.credential)
