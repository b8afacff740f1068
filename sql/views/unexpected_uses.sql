-- The uses that are not expected, in the credential's window or after it. What the log cannot
-- tell (expected IS NULL) is not among them; the verdict says so instead. Neither is what may be
-- the successor's once the window is closed (named is false).
CREATE VIEW unexpected_uses AS
SELECT
  u.secret AS secret,
  u.credential AS credential,
  u.match AS match,
  u.depth AS depth,
  u.phase AS phase,
  u.why AS why,
  u.has_baseline AS has_baseline,
  u.job AS job,
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
  u.agent_family AS agent_family,
  u.outcome AS outcome,
  u.error AS error,
  u.read_only AS read_only,
  u.network AS network,
  u.latitude AS latitude,
  u.longitude AS longitude,
  u.country AS country,
  u.asn AS asn,
  u.organisation AS organisation,
  u.labels AS labels,
  u.indicator AS indicator,
  u.file AS file,
  u.pos AS pos
FROM uses u
WHERE u.expected = false AND (u.phase = 'window' OR (u.phase = 'after' AND u.named))
