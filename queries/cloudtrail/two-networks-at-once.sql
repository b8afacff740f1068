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
  SELECT u.*, to_unixtime(u.time) AS at,
    (SELECT t.value * 60 FROM settings t WHERE t.name = 'overlap_minutes') AS seconds
  FROM uses u
  WHERE u.source = 'cloudtrail'
    AND u.network IS NOT NULL
    AND (u.phase = 'window' OR (u.phase = 'after' AND u.named))
),
around AS (
  SELECT p.*,
    min(p.network) OVER (PARTITION BY p.secret, p.credential ORDER BY p.at
      RANGE BETWEEN p.seconds PRECEDING AND p.seconds FOLLOWING) AS one,
    max(p.network) OVER (PARTITION BY p.secret, p.credential ORDER BY p.at
      RANGE BETWEEN p.seconds PRECEDING AND p.seconds FOLLOWING) AS another
  FROM placed p
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
  CASE WHEN r.network = r.one THEN r.another ELSE r.one END AS other_network
FROM around r
WHERE r.expected = false
  AND r.one <> r.another
ORDER BY r.time, r.event_id, r.secret
