-- A key was used from two networks within half an hour.
--
-- One of the two is not where the key lives. The other may be the build itself, whose uses are
-- expected, so all uses are looked at and only the unexpected ones told. The setting
-- overlap_minutes says how close they must be; a network is the AS number, else the /24 or /48.
--
-- level: medium
-- sources: cloudtrail
-- attack: T1078.004
-- needs: ip
-- group: credential
-- false positives: a build behind several exits; a person who changes networks
-- references: https://www.elastic.co/docs/reference/security/prebuilt-rules/rules/integrations/aws/initial_access_iam_session_token_used_from_multiple_addresses
WITH placed AS (
  SELECT u.*, to_unixtime(u.time) AS at, s.seconds AS seconds,
    floor(to_unixtime(u.time) / s.seconds) AS span
  FROM uses u
  CROSS JOIN (
    SELECT greatest(t.value * 60, 1) AS seconds FROM settings t WHERE t.name = 'overlap_minutes'
  ) s
  WHERE u.source = 'cloudtrail'
    AND u.network IS NOT NULL
    AND (u.phase = 'window' OR (u.phase = 'after' AND u.named))
),
-- Who is near enough is in the same span of that length or in the one beside it, and there the
-- last or the first of a network is the nearest.
near AS (
  SELECT r.secret AS secret, r.credential AS credential, r.file AS file, r.pos AS pos,
    min(o.network) AS one, max(o.network) AS another
  FROM placed r
  CROSS JOIN (VALUES (-1), (0), (1)) AS d (shift)
  JOIN (
    SELECT p.secret AS secret, p.credential AS credential, p.network AS network, p.span AS span,
      min(p.at) AS starts, max(p.at) AS ends
    FROM placed p
    GROUP BY p.secret, p.credential, p.network, p.span
  ) o
    ON o.secret = r.secret AND o.credential = r.credential AND o.span = r.span + d.shift
      AND o.network <> r.network AND o.ends >= r.at - r.seconds AND o.starts <= r.at + r.seconds
  WHERE r.expected = false
  GROUP BY r.secret, r.credential, r.file, r.pos
)
SELECT
  r.secret AS secret,
  r.source AS event_source,
  r.event_id AS event_id,
  r.time AS time,
  r.credential AS credential,
  r.actor AS actor,
  r.action AS action,
  r.target AS target,
  r.ip AS ip,
  r.file AS file,
  r.pos AS pos,
  r.network AS network,
  CASE WHEN r.network < n.one THEN n.another ELSE n.one END AS other_network
FROM unexpected_uses r
JOIN near n
  ON n.secret = r.secret AND n.credential = r.credential AND n.file = r.file AND n.pos = r.pos
ORDER BY r.time, r.event_id, r.secret
