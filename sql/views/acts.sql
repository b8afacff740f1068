-- What the detections of behaviours read: unexpected uses, and beside them, with secret NULL,
-- what others did in the incident's window. A finding on the latter weighs one level less. details
-- is the record without the members that are columns: '$.requestParameters.userName'.
CREATE VIEW acts AS
SELECT
  u.secret AS secret,
  u.credential AS credential,
  u.source AS source,
  u.event_id AS event_id,
  u.time AS time,
  u.account AS account,
  u.region AS region,
  u.service AS service,
  u.action AS action,
  u.actor AS actor,
  u.actor_kind AS actor_kind,
  u.session AS session,
  u.via AS via,
  u.minted AS minted,
  u.target AS target,
  u.ip AS ip,
  u.agent AS agent,
  u.outcome AS outcome,
  u.error AS error,
  u.read_only AS read_only,
  u.agent_family AS agent_family,
  u.network AS network,
  e.details AS details,
  u.file AS file,
  u.pos AS pos
FROM unexpected_uses u
JOIN events e ON e.file = u.file AND e.pos = u.pos
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
