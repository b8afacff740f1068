-- The events whose details are unpacked. part tells for whom: acts, for the view of that name;
-- anybody, tied to no secret, all sign-ins to the console and all policies that a user was given
-- in the incident's window, whoever did it, for the sign of AWS's own quarantine stands in the
-- name of the key, and a sign-in in the name of its user; disclosing, tied to none either, the
-- calls of which view exposed_next must know more than the target. details is the record without
-- the members that are columns: '$.requestParameters.userName'. Stored in the order in which it
-- is asked for, so that details, which cost more to read than all the rest, are read of the
-- events asked for alone.
CREATE VIEW acts_of_all AS
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
  e.pos AS pos,
  a.part AS part
FROM events e
JOIN (
  SELECT
    u.secret AS secret,
    u.network AS network,
    u.file AS file,
    u.pos AS pos,
    'acts' AS part
  FROM unexpected_uses u
  UNION ALL
  SELECT
    CAST(NULL AS VARCHAR),
    i.network,
    w.file,
    w.pos,
    'acts'
  FROM in_window w
  LEFT JOIN ips i ON i.ip = w.ip
  WHERE (w.source <> 'cloudtrail' OR NOT coalesce(w.read_only, false))
    AND NOT EXISTS (
      SELECT 1 FROM credentials c
      WHERE c.credential = w.credential AND c.match NOT IN ('login', 'repository'))
    AND NOT EXISTS (
      SELECT 1 FROM unexpected_uses u WHERE u.file = w.file AND u.pos = w.pos)
    AND NOT EXISTS (
      SELECT 1 FROM responders r
      WHERE lower(r.value) = lower(w.actor) OR r.value = w.credential)
  UNION ALL
  SELECT
    CAST(NULL AS VARCHAR),
    i.network,
    w.file,
    w.pos,
    'anybody'
  FROM in_window w
  LEFT JOIN ips i ON i.ip = w.ip
  WHERE w.source = 'cloudtrail'
    AND ((w.service = 'signin.amazonaws.com' AND w.action = 'ConsoleLogin')
      OR (w.service = 'iam.amazonaws.com'
        AND w.action IN ('AttachUserPolicy', 'PutUserPolicy')))
  UNION ALL
  SELECT DISTINCT
    CAST(NULL AS VARCHAR),
    CAST(NULL AS VARCHAR),
    u.file,
    u.pos,
    'disclosing'
  FROM uses u
  JOIN disclosing_calls k ON k.service = u.service AND k.action = u.action
  WHERE NOT coalesce(u.expected, false)
    AND u.phase IN ('window', 'after')
    AND u.named
    AND u.outcome = 'success'
    AND k.unpacked
) a ON a.file = e.file AND a.pos = e.pos
ORDER BY a.part, e.source, e.service, e.action, e.time, e.event_id, a.secret, e.file, e.pos
