-- Every event by an exposed or derived credential, before it is judged: the event's columns, the
-- address's, and what a baseline compares (place, network, country, agent family, action, hour).
CREATE VIEW touches AS
SELECT
  c.secret AS secret,
  c.credential AS credential,
  c.match AS match,
  c.named AS named,
  c.depth AS depth,
  CASE
    -- What was made in the window has no before: a clock may be a second off. Neither has what
    -- was used before it was made: then the inventory is wrong, and the breach counts.
    WHEN e.time < c.exposed_at AND (c.depth = 0 OR c.minted_at < c.secret_exposed_at)
      AND (n.starts IS NULL OR e.time < n.starts)
      THEN 'before'
    WHEN c.ends IS NULL OR e.time < c.ends THEN 'window'
    ELSE 'after'
  END AS phase,
  c.minted_at AS minted_at,
  c.event AS mint_event,
  c.exposed_at AS exposed_at,
  c.ends AS ends,
  c.secret_ends AS secret_ends,
  e.source AS source,
  e.event_id AS event_id,
  e.time AS time,
  e.slot AS slot, -- hours since a Monday
  substr('MonTueWedThuFriSatSun', 1 + CAST((e.slot % 168 - e.slot % 24) / 8 AS BIGINT), 3)
    || ' ' || lpad(CAST(e.slot % 24 AS VARCHAR), 2, '0') AS hour,
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
  -- What a baseline compares of git events: code that was never read before is a sign.
  CASE WHEN e.source = 'github' AND e.region = 'git' THEN e.target END AS repository,
  e.ip AS ip,
  e.agent AS agent,
  agent_family(e.agent) AS agent_family,
  e.outcome AS outcome,
  e.error AS error,
  e.read_only AS read_only,
  e.file AS file,
  e.pos AS pos,
  i.address AS address,
  i.network AS network,
  i.latitude AS latitude,
  i.longitude AS longitude,
  -- Anybody can rent an address there. Who was seen in a shared network before need not be who is
  -- there now; addresses that a CI service publishes are its jobs', wherever it rents them.
  coalesce(i.shared, false) AS rented,
  coalesce(i.shared AND NOT regexp_like(i.labels, '(^|,)ci(,|$)'), false) AS shared,
  i.country AS country,
  i.asn AS asn,
  i.organisation AS organisation,
  i.labels AS labels,
  i.indicator AS indicator,
  -- What stands for the place a call came from: the /24 or /48, not the whole network. A service's
  -- name is no network, but a service that always called on this credential's behalf is known.
  coalesce(i.block, CASE WHEN e.source = 'cloudtrail' THEN e.ip END) AS place,
  -- AWS acting in the key's name: the quarantine of a key that it found exposed.
  q.file IS NOT NULL AS by_aws
FROM credentials c
CROSS JOIN incident n
JOIN (
  SELECT v.*,
    date_diff('hour', TIMESTAMP '1900-01-01 00:00:00', date_trunc('hour', v.time)) AS slot
  FROM events v
) e ON e.credential = c.credential
LEFT JOIN ips i ON i.ip = e.ip
-- People at the console come from "AWS Internal" too, so the policy must be AWS's own; a denied
-- call does not name it. Apart, since details cost more to read than all the rest.
LEFT JOIN (
  SELECT a.file AS file, a.pos AS pos
  FROM events a
  WHERE a.source = 'cloudtrail'
    AND a.ip = 'AWS Internal'
    AND a.action = 'AttachUserPolicy'
    AND coalesce(
      json_extract_scalar(a.details, '$.requestParameters.policyArn'),
      CASE WHEN a.outcome = 'failure'
          AND json_extract_scalar(a.details, '$.requestParameters.userName') IS NULL
        THEN 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine' END, '')
      LIKE 'arn:aws%:iam::aws:policy/AWSCompromisedKeyQuarantine%'
) q ON q.file = e.file AND q.pos = e.pos
